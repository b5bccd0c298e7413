//! Bytes to packets: what a frame says, as far as the codec knows it.

use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::OpCode;
use jute_codec::RECORDS;
use jute_codec::Reader;
use jute_codec::Record;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Schema;
use jute_codec::WatcherEvent;
use jute_codec::Xid;

use super::Packet;
use super::Part;
use super::value::record;

/// Which way a frame goes.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Direction {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

/// What is due in a direction, which the frame itself does not tell.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Awaiting {
    /// The first frame on the connection: a connect record.
    Connect,
    /// The reply to such a request.
    Reply(OpCode),
}

/// Says what a frame's payload means.
///
/// Every field is mentioned. What is no record of the schema, odd booleans and text and bytes left
/// over included, is there as bytes: encoded again, the packet is `payload` byte for byte.
/// Without anything `awaiting`, a reply has no body that could be understood; a watch event has.
///
/// ```
/// use zk_conformance::transcript::Direction;
/// use zk_conformance::transcript::describe_frame;
///
/// let ping = [0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 11];
/// let packet = describe_frame(&ping, Direction::ToServer, None);
/// assert_eq!(packet.to_string(), "RequestHeader xid=-2 type=ping");
/// ```
#[must_use]
pub fn describe_frame(payload: &[u8], direction: Direction, awaiting: Option<Awaiting>) -> Packet {
    let mut reader = Reader::new(payload);
    let mut parts = Vec::new();
    let schemas = schemas(payload, direction, awaiting);
    for schema in schemas.into_iter().flatten() {
        match record(&schema, &mut reader) {
            Some(part) => parts.push(part),
            None => break,
        }
    }
    if parts.is_empty() || !reader.is_empty() {
        parts.push(Part::Bytes(reader.rest().to_vec().into()));
    }
    Packet::Frame(parts)
}

/// The records a payload ought to be made of.
fn schemas(
    payload: &[u8],
    direction: Direction,
    awaiting: Option<Awaiting>,
) -> [Option<Schema>; 2] {
    let mut reader = Reader::new(payload);
    match (direction, awaiting) {
        (Direction::ToServer, Some(Awaiting::Connect)) => [Some(ConnectRequest::SCHEMA), None],
        (Direction::ToClient, Some(Awaiting::Connect)) => [Some(ConnectResponse::SCHEMA), None],
        (Direction::ToServer, _) => {
            let header = RequestHeader::decode(&mut reader);
            let body = header.ok().and_then(|header| request(header.op));
            [Some(RequestHeader::SCHEMA), body.and_then(named)]
        }
        (Direction::ToClient, awaiting) => {
            let body = match (ReplyHeader::decode(&mut reader), awaiting) {
                (Ok(header), _) if header.xid == Xid::NOTIFICATION.0 => Some(WatcherEvent::SCHEMA),
                (Ok(header), Some(Awaiting::Reply(op))) if header.err == ErrorCode::OK => {
                    reply(op).and_then(named)
                }
                _ => None,
            };
            [Some(ReplyHeader::SCHEMA), body]
        }
    }
}

/// A record, if the codec knows it.
fn named(name: &str) -> Option<Schema> {
    RECORDS.iter().find(|schema| schema.name == name).copied()
}

/// The class of a request's body, as `ZooKeeperServer` and its processors read it; a ping or a
/// `closeSession` has none, and a `multi` is more than one record.
const fn request(op: OpCode) -> Option<&'static str> {
    Some(match op {
        OpCode::CREATE | OpCode::CREATE2 | OpCode::CREATE_CONTAINER => "CreateRequest",
        OpCode::CREATE_TTL => "CreateTTLRequest",
        OpCode::DELETE | OpCode::DELETE_CONTAINER => "DeleteRequest",
        OpCode::EXISTS => "ExistsRequest",
        OpCode::GET_DATA => "GetDataRequest",
        OpCode::SET_DATA => "SetDataRequest",
        OpCode::GET_ACL => "GetACLRequest",
        OpCode::SET_ACL => "SetACLRequest",
        OpCode::GET_CHILDREN => "GetChildrenRequest",
        OpCode::GET_CHILDREN2 => "GetChildren2Request",
        OpCode::GET_ALL_CHILDREN_NUMBER => "GetAllChildrenNumberRequest",
        OpCode::GET_EPHEMERALS => "GetEphemeralsRequest",
        OpCode::SYNC => "SyncRequest",
        OpCode::CHECK => "CheckVersionRequest",
        OpCode::RECONFIG => "ReconfigRequest",
        OpCode::CHECK_WATCHES => "CheckWatchesRequest",
        OpCode::REMOVE_WATCHES => "RemoveWatchesRequest",
        OpCode::ADD_WATCH => "AddWatchRequest",
        OpCode::AUTH => "AuthPacket",
        OpCode::SASL => "GetSASLRequest",
        OpCode::SET_WATCHES => "SetWatches",
        OpCode::SET_WATCHES2 => "SetWatches2",
        _ => return None,
    })
}

/// The class of a reply's body, as `FinalRequestProcessor` writes it.
const fn reply(op: OpCode) -> Option<&'static str> {
    Some(match op {
        OpCode::CREATE => "CreateResponse",
        OpCode::CREATE2 | OpCode::CREATE_CONTAINER | OpCode::CREATE_TTL => "Create2Response",
        OpCode::EXISTS => "ExistsResponse",
        OpCode::GET_DATA | OpCode::RECONFIG => "GetDataResponse",
        OpCode::SET_DATA => "SetDataResponse",
        OpCode::GET_ACL => "GetACLResponse",
        OpCode::SET_ACL => "SetACLResponse",
        OpCode::GET_CHILDREN => "GetChildrenResponse",
        OpCode::GET_CHILDREN2 => "GetChildren2Response",
        OpCode::GET_ALL_CHILDREN_NUMBER => "GetAllChildrenNumberResponse",
        OpCode::GET_EPHEMERALS => "GetEphemeralsResponse",
        OpCode::SYNC => "SyncResponse",
        OpCode::SASL => "SetSASLResponse",
        OpCode::WHO_AM_I => "WhoAmIResponse",
        _ => return None,
    })
}
