//! From bytes to what they mean, exactly: the packet described encodes back to the same bytes.

use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::MultiHeader;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Record;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Schema;
use jute_codec::Xid;
use jute_codec::operation_schema;
use jute_codec::outcome_schema;
use jute_codec::reply_schema;
use jute_codec::request_schema;

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
    let mut writer = Writer {
        reader: Reader::with(payload, reading),
        parts: Vec::new(),
    };
    writer.payload(meaning);
    let Writer { reader, mut parts } = writer;
    if !reader.is_empty() || parts.is_empty() {
        parts.push(Part::Bytes(reader.rest().to_vec().into()));
    }
    Packet::Frame(parts)
}

struct Writer<'p> {
    reader: Reader<'p>,
    parts: Vec<Part>,
}

impl Writer<'_> {
    /// Takes the records that a payload is made of, up to the first that does not fit.
    fn payload(&mut self, meaning: Meaning) -> Option<()> {
        match meaning {
            Meaning::ConnectRequest => self.record(ConnectRequest::SCHEMA),
            Meaning::ConnectResponse => self.record(ConnectResponse::SCHEMA),
            Meaning::Request => {
                let header = RequestHeader::decode(&mut self.reader.clone());
                self.record(RequestHeader::SCHEMA)?;
                match header.ok()?.op {
                    OpCode::MULTI | OpCode::MULTI_READ => self.multi(operation_schema),
                    op => self.record(request_schema(op)?),
                }
            }
            // An answer to it has no header: the connect record once more.
            Meaning::Reply(Some(OpCode::CREATE_SESSION)) if self.reader.rest().len() > 16 => {
                self.record(ConnectResponse::SCHEMA)
            }
            Meaning::Reply(asked) => {
                let header = ReplyHeader::decode(&mut self.reader.clone());
                self.record(ReplyHeader::SCHEMA)?;
                let header = header.ok()?;
                let asked = match header.xid {
                    xid if xid == Xid::NOTIFICATION.0 => Some(OpCode::NOTIFICATION),
                    _ => asked,
                };
                // An error has normally no body; one that has is told by its record all the same.
                match asked? {
                    _ if self.reader.is_empty() => None,
                    OpCode::MULTI | OpCode::MULTI_READ => self.multi(outcome_schema),
                    op => self.record(reply_schema(op)?),
                }
            }
        }
    }

    /// Takes headers and bodies in turn, up to the end.
    fn multi(&mut self, body: fn(OpCode) -> Option<Schema>) -> Option<()> {
        loop {
            let header = MultiHeader::decode(&mut self.reader.clone());
            self.record(MultiHeader::SCHEMA)?;
            let header = header.ok()?;
            if header.done {
                return Some(());
            }
            match body(header.op) {
                Some(schema) => self.record(schema)?,
                None if has_no_body(header.op) => {}
                None => return None,
            }
        }
    }

    /// Takes a record, or nothing.
    fn record(&mut self, schema: Schema) -> Option<()> {
        let mut reader = self.reader.clone();
        let fields = record(&schema, &mut reader).ok()?;
        self.reader = reader;
        self.parts.push(Part::Record { schema, fields });
        Some(())
    }
}

/// Whether the result of an operation of a multi is its header alone.
const fn has_no_body(op: OpCode) -> bool {
    matches!(op, OpCode::DELETE | OpCode::CHECK)
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
