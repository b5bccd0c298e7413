//! From bytes to what they mean, exactly: the packet described encodes back to the same bytes.

use jute_codec::AuthPacket;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Record;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Schema;
use jute_codec::SetWatches;
use jute_codec::SetWatches2;
use jute_codec::WatcherEvent;
use jute_codec::Xid;

use crate::transcript::Packet;
use crate::transcript::Part;
use crate::transcript::Term;
use crate::transcript::found;

/// What a payload is taken for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Meaning {
    /// The first frame of a client.
    ConnectRequest,
    /// The first frame of a server.
    ConnectResponse,
    /// A later frame of a client.
    Request,
    /// A later frame of a server; with what was asked, if that is known.
    Reply(Option<OpCode>),
}

/// Says what a frame's payload means. What does not fit its record, or has none, is bytes.
#[must_use]
pub fn describe(payload: &[u8], meaning: Meaning) -> Packet {
    let mut reading = Reading::STRICT;
    reading.any_text = true;
    let mut reader = Reader::with(payload, reading);
    let mut parts = Vec::new();
    for schema in schemas(payload, meaning).into_iter().flatten() {
        let start = reader.clone();
        match record(&schema, &mut reader) {
            Ok(fields) => parts.push(Part::Record { schema, fields }),
            Err(_) => {
                reader = start;
                break;
            }
        }
    }
    if !reader.is_empty() || parts.is_empty() {
        parts.push(Part::Bytes(reader.rest().to_vec().into()));
    }
    Packet::Frame(parts)
}

/// The records a payload should be made of.
fn schemas(payload: &[u8], meaning: Meaning) -> [Option<Schema>; 2] {
    let mut reader = Reader::new(payload);
    match meaning {
        Meaning::ConnectRequest => [Some(ConnectRequest::SCHEMA), None],
        Meaning::ConnectResponse => [Some(ConnectResponse::SCHEMA), None],
        Meaning::Request => {
            let header = RequestHeader::decode(&mut reader).unwrap_or_default();
            [Some(RequestHeader::SCHEMA), request_body(header.op)]
        }
        // An answer to it has no header: the connect record once more.
        Meaning::Reply(Some(OpCode::CREATE_SESSION)) if payload.len() > 16 => {
            [Some(ConnectResponse::SCHEMA), None]
        }
        Meaning::Reply(_) => {
            let header = ReplyHeader::decode(&mut reader).unwrap_or_default();
            let body = (header.xid == Xid::NOTIFICATION.0).then_some(WatcherEvent::SCHEMA);
            [Some(ReplyHeader::SCHEMA), body]
        }
    }
}

/// The record behind a request's header.
fn request_body(op: OpCode) -> Option<Schema> {
    match op {
        OpCode::AUTH => Some(AuthPacket::SCHEMA),
        OpCode::SET_WATCHES => Some(SetWatches::SCHEMA),
        OpCode::SET_WATCHES2 => Some(SetWatches2::SCHEMA),
        _ => None,
    }
}

fn record(
    schema: &Schema,
    reader: &mut Reader<'_>,
) -> Result<Vec<(&'static str, Term)>, DecodeError> {
    let fields = schema.fields.iter().map(|field| {
        let value = found::field(field, reader)?.to_value(&field.ty);
        Ok((field.name, Term::Is(value)))
    });
    fields.collect()
}
