//! Why the schema of a release differs from that of 3.9: what came and went, release by release.

use super::compare::What;

/// Classes that were not there from the first release on.
const SINCE: [(&str, &str); 31] = [
    ("ClientInfo", "since 3.7.0"),
    ("SetWatches2", "since 3.6.0"),
    ("MultiHeader", "since 3.4.0"),
    ("ReconfigRequest", "since 3.5.0"),
    ("GetSASLRequest", "since 3.4.0"),
    ("SetSASLRequest", "since 3.4.0"),
    ("SetSASLResponse", "since 3.4.0"),
    ("CreateTTLRequest", "since 3.5.3"),
    ("GetAllChildrenNumberRequest", "since 3.6.0"),
    ("GetChildren2Request", "since 3.3.0"),
    ("CheckVersionRequest", "since 3.4.0"),
    ("AddWatchRequest", "since 3.6.0"),
    ("ErrorResponse", "since 3.4.0"),
    ("Create2Response", "since 3.5.0"),
    ("GetAllChildrenNumberResponse", "since 3.6.0"),
    ("GetChildren2Response", "since 3.3.0"),
    ("CheckWatchesRequest", "since 3.5.0"),
    ("RemoveWatchesRequest", "since 3.5.0"),
    ("GetEphemeralsRequest", "since 3.6.0"),
    ("GetEphemeralsResponse", "since 3.6.0"),
    ("WhoAmIResponse", "since 3.7.0"),
    ("LearnerInfo", "since 3.4.0"),
    (
        "QuorumAuthPacket",
        "since 3.4.10, but not in 3.5.0 to 3.5.3",
    ),
    ("TxnDigest", "since 3.6.0"),
    ("CreateTxnV0", "since 3.4.0"),
    ("CreateTTLTxn", "since 3.5.3"),
    ("CreateContainerTxn", "since 3.5.1"),
    ("CheckVersionTxn", "since 3.4.0"),
    ("CloseSessionTxn", "since 3.6.0"),
    ("Txn", "since 3.4.0"),
    ("MultiTxn", "since 3.4.0"),
];

/// Classes that are no more.
const REMOVED: [(&str, &str); 3] = [
    ("StatPersistedV1", "in 3.0.0 to 3.4.14"),
    ("op_result_t", "in 3.0.0 to 3.3.6"),
    ("Create2Request", "in 3.5.0 alone"),
];

/// Fields that came later than their class.
const ADDED: [(&str, &str, &str); 4] = [
    ("ConnectRequest", "readOnly", READ_ONLY),
    ("ConnectResponse", "readOnly", READ_ONLY),
    ("LearnerInfo", "configVersion", "since 3.5.0"),
    (
        "CreateTxn",
        "parentCVersion",
        "since 3.4.0; the shape without it is CreateTxnV0 from then on",
    ),
];

const READ_ONLY: &str = "in the schema since 3.9.0, on the wire since 3.4.0";

/// What the releases of ZooKeeper have to say about a difference.
pub(super) fn remark(class: &str, what: &What) -> Option<&'static str> {
    match what {
        What::ClassOnlyInCodec => SINCE
            .iter()
            .find(|(name, _)| *name == class)
            .map(|(_, remark)| *remark),
        What::ClassOnlyInFile => REMOVED
            .iter()
            .find(|(name, _)| *name == class)
            .map(|(_, remark)| *remark),
        What::FieldOnlyInCodec { field, .. } => ADDED
            .iter()
            .find(|(of, name, _)| *of == class && name == field)
            .map(|(_, _, remark)| *remark),
        _ => None,
    }
}
