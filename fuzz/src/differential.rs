//! The codec and its slow twin, side by side.

use std::sync::LazyLock;

use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::Operation;
use jute_codec::Outcome;
use jute_codec::RECORDS;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Record;
use serde::Serialize;
use zk_conformance::idl;
use zk_conformance::idl::Idl;
use zk_conformance::oracle::Manner;
use zk_conformance::oracle::Multi;
use zk_conformance::oracle::Oracle;
use zk_conformance::oracle::Refusal;
use zk_conformance::oracle::Value;

/// The codec and the twin come to the same verdict on any bytes, read strictly or as Java does:
/// both refuse them, or both take the same value and leave the same rest.
///
/// The first byte is the [number](number_of) of the class or multi; the second is odd for Java; the
/// rest is the payload.
pub fn differential(data: &[u8]) {
    if let Some(disagreement) = disagreement(&ORACLE, data) {
        panic!("{disagreement}");
    }
}

/// What the codec and a twin do not agree on; the twin may go by another schema than the codec's,
/// to see that it is told.
pub fn disagreement(twin: &Oracle<'_>, data: &[u8]) -> Option<String> {
    let [choice, manner, payload @ ..] = data else {
        return None;
    };
    let (reading, manner) = match manner % 2 {
        0 => (Reading::STRICT, Manner::Strict),
        _ => (Reading::JAVA, Manner::Java),
    };
    match *choice {
        OPERATIONS => compare(
            "a multi of operations",
            taken(payload, reading, jute_codec::Multi::<Operation<'_>>::decode),
            twin.multi(Multi::Operations, manner, payload),
        ),
        RESULTS => compare(
            "a multi of results",
            taken(payload, reading, jute_codec::Multi::<Outcome<'_>>::decode),
            twin.multi(Multi::Results, manner, payload),
        ),
        number => {
            let class = CLASSES.iter().find(|class| class.number == number)?;
            compare(
                class.name,
                (class.codec)(payload, reading),
                twin.decode(class.name, manner, payload),
            )
        }
    }
}

/// The number of a class in inputs.
#[must_use]
pub fn number_of(class: &str) -> Option<u8> {
    let class = CLASSES.iter().find(|known| known.name == class);
    class.map(|class| class.number)
}

/// The same input, if it has a meaning.
pub(crate) fn plain(data: &[u8]) -> Option<Vec<u8>> {
    let number = *data.first()?;
    let mut classes = CLASSES.iter();
    let is_known = number >= OPERATIONS || classes.any(|class| class.number == number);
    (is_known && number <= RESULTS).then(|| data.to_vec())
}

/// A class of the schema.
struct Class {
    /// Inputs hold it: it is never given to anything else. Multis have theirs from 192 on.
    number: u8,
    name: &'static str,
    codec: fn(&[u8], Reading) -> Taken,
}

/// The number of a multi of operations.
pub(crate) const OPERATIONS: u8 = 192;

/// The number of a multi of results.
pub(crate) const RESULTS: u8 = 193;

/// The value in the twin's terms, and how many bytes are left.
type Taken = Result<(Value<'static>, usize), DecodeError>;

fn compare(name: &str, codec: Taken, twin: Result<(Value<'_>, &[u8]), Refusal>) -> Option<String> {
    match (codec, twin) {
        (Ok((value, rest)), Ok((twin, rest_of_twin))) => {
            let rest_of_twin = rest_of_twin.len();
            (value != twin || rest != rest_of_twin).then(|| {
                format!("{name}: {value} and {rest} bytes, or {twin} and {rest_of_twin} bytes")
            })
        }
        (Err(error), Err(refusal)) => {
            assert!(!format!("{error} {refusal}").is_empty());
            None
        }
        (Ok((value, _)), Err(refusal)) => Some(format!(
            "the codec takes {name} {value}, the twin does not: {refusal}"
        )),
        (Err(error), Ok((value, _))) => Some(format!(
            "the twin takes {name} {value}, the codec does not: {error}"
        )),
    }
}

/// What the codec takes off the front of bytes.
fn taken<'p, T: Serialize>(
    payload: &'p [u8],
    reading: Reading,
    decode: impl Fn(&mut Reader<'p>) -> Result<T, DecodeError>,
) -> Taken {
    let mut reader = Reader::with(payload, reading);
    let value = decode(&mut reader)?;
    let value = Value::of(&value).expect("a value of jute");
    Ok((value, reader.rest().len()))
}

static SCHEMA: LazyLock<Idl> = LazyLock::new(|| {
    idl::parse(include_str!("../../testdata/zookeeper.jute")).expect("a schema file")
});

static ORACLE: LazyLock<Oracle<'_>> =
    LazyLock::new(|| Oracle::new(&SCHEMA).expect("a schema to decode by"));

macro_rules! classes {
    ($($number:literal $record:ident,)+) => {
        /// Every class of the schema.
        const CLASSES: [Class; RECORDS.len()] = [$(
            Class {
                number: $number,
                name: jute_codec::$record::SCHEMA.name,
                codec: |payload, reading| taken(payload, reading, jute_codec::$record::decode),
            },
        )+];
    };
}

classes! {
    0 Id,
    1 Acl,
    2 Stat,
    3 StatPersisted,
    4 ClientInfo,
    5 ConnectRequest,
    6 ConnectResponse,
    7 SetWatches,
    8 SetWatches2,
    9 RequestHeader,
    10 MultiHeader,
    11 AuthPacket,
    12 ReplyHeader,
    13 GetDataRequest,
    14 SetDataRequest,
    15 ReconfigRequest,
    16 SetDataResponse,
    17 GetSaslRequest,
    18 SetSaslRequest,
    19 SetSaslResponse,
    20 CreateRequest,
    21 CreateTtlRequest,
    22 DeleteRequest,
    23 GetChildrenRequest,
    24 GetAllChildrenNumberRequest,
    25 GetChildren2Request,
    26 CheckVersionRequest,
    27 GetMaxChildrenRequest,
    28 GetMaxChildrenResponse,
    29 SetMaxChildrenRequest,
    30 SyncRequest,
    31 SyncResponse,
    32 GetAclRequest,
    33 SetAclRequest,
    34 SetAclResponse,
    35 AddWatchRequest,
    36 WatcherEvent,
    37 ErrorResponse,
    38 CreateResponse,
    39 Create2Response,
    40 ExistsRequest,
    41 ExistsResponse,
    42 GetDataResponse,
    43 GetChildrenResponse,
    44 GetAllChildrenNumberResponse,
    45 GetChildren2Response,
    46 GetAclResponse,
    47 CheckWatchesRequest,
    48 RemoveWatchesRequest,
    49 GetEphemeralsRequest,
    50 GetEphemeralsResponse,
    51 WhoAmIResponse,
    52 LearnerInfo,
    53 QuorumPacket,
    54 QuorumAuthPacket,
    55 FileHeader,
    56 TxnDigest,
    57 TxnHeader,
    58 CreateTxnV0,
    59 CreateTxn,
    60 CreateTtlTxn,
    61 CreateContainerTxn,
    62 DeleteTxn,
    63 SetDataTxn,
    64 CheckVersionTxn,
    65 SetAclTxn,
    66 SetMaxChildrenTxn,
    67 CreateSessionTxn,
    68 CloseSessionTxn,
    69 ErrorTxn,
    70 Txn,
    71 MultiTxn,
}

/// No number is there twice.
const _: () = {
    let mut at = 1;
    while at < CLASSES.len() {
        assert!(
            CLASSES[at - 1].number < CLASSES[at].number,
            "numbers ascend"
        );
        at += 1;
    }
};
