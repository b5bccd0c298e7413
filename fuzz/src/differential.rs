//! The codec and its slow twin, side by side.

use std::sync::LazyLock;

use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::Operation;
use jute_codec::Outcome;
use jute_codec::RECORDS;
use jute_codec::Reader;
use jute_codec::Reading;
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
/// The first byte chooses the class, in the order of the schema, or a multi of operations or
/// results behind the last; the second is odd for Java; the rest is the payload.
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
    let choice = usize::from(*choice) % (CLASSES.len() + 2);
    let class = CLASSES.get(choice).zip(RECORDS.get(choice));
    match class {
        Some((codec, schema)) => compare(
            schema.name,
            codec(payload, reading),
            twin.decode(schema.name, manner, payload),
        ),
        None if choice == CLASSES.len() => compare(
            "a multi of operations",
            taken(payload, reading, jute_codec::Multi::<Operation<'_>>::decode),
            twin.multi(Multi::Operations, manner, payload),
        ),
        None => compare(
            "a multi of results",
            taken(payload, reading, jute_codec::Multi::<Outcome<'_>>::decode),
            twin.multi(Multi::Results, manner, payload),
        ),
    }
}

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
    ($($record:ident)+) => {
        /// The classes in the order of the schema.
        const CLASSES: [fn(&[u8], Reading) -> Taken; RECORDS.len()] = [$(
            |payload, reading| taken(payload, reading, jute_codec::$record::decode),
        )+];
    };
}

classes! {
    Id Acl Stat StatPersisted ClientInfo ConnectRequest ConnectResponse SetWatches SetWatches2
    RequestHeader MultiHeader AuthPacket ReplyHeader GetDataRequest SetDataRequest ReconfigRequest
    SetDataResponse GetSaslRequest SetSaslRequest SetSaslResponse CreateRequest CreateTtlRequest
    DeleteRequest GetChildrenRequest GetAllChildrenNumberRequest GetChildren2Request
    CheckVersionRequest GetMaxChildrenRequest GetMaxChildrenResponse SetMaxChildrenRequest
    SyncRequest SyncResponse GetAclRequest SetAclRequest SetAclResponse AddWatchRequest
    WatcherEvent ErrorResponse CreateResponse Create2Response ExistsRequest ExistsResponse
    GetDataResponse GetChildrenResponse GetAllChildrenNumberResponse GetChildren2Response
    GetAclResponse CheckWatchesRequest RemoveWatchesRequest GetEphemeralsRequest
    GetEphemeralsResponse WhoAmIResponse LearnerInfo QuorumPacket QuorumAuthPacket FileHeader
    TxnDigest TxnHeader CreateTxnV0 CreateTxn CreateTtlTxn CreateContainerTxn DeleteTxn SetDataTxn
    CheckVersionTxn SetAclTxn SetMaxChildrenTxn CreateSessionTxn CloseSessionTxn ErrorTxn Txn
    MultiTxn
}
