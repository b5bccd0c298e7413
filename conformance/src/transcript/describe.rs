//! From bytes to what they mean, exactly: the packet described encodes back to the same bytes.

use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::MultiHeader;
use jute_codec::OpCode;
use jute_codec::Operation;
use jute_codec::Outcome;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Record;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Schema;
use jute_codec::Xid;
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
    let mut description = Description {
        reader: Reader::with(payload, reading),
        parts: Vec::new(),
    };
    // What is left where the payload does not go on as it should is bytes.
    let _ = description.frame(meaning);
    let Description { reader, mut parts } = description;
    if !reader.is_empty() || parts.is_empty() {
        parts.push(Part::Bytes(reader.rest().to_vec().into()));
    }
    Packet::Frame(parts)
}

/// The records found so far, and what is behind them. `None` stands for the end of what can be
/// told.
struct Description<'a> {
    reader: Reader<'a>,
    parts: Vec<Part>,
}

impl<'a> Description<'a> {
    fn frame(&mut self, meaning: Meaning) -> Option<()> {
        match meaning {
            Meaning::ConnectRequest => self.record(ConnectRequest::SCHEMA),
            Meaning::ConnectResponse => self.record(ConnectResponse::SCHEMA),
            // An answer to it has no header: the connect record once more.
            Meaning::Reply(Some(OpCode::CREATE_SESSION)) if self.reader.rest().len() > 16 => {
                self.record(ConnectResponse::SCHEMA)
            }
            Meaning::Request => {
                let header = RequestHeader::decode(&mut self.reader.clone()).ok()?;
                self.record(RequestHeader::SCHEMA)?;
                match header.op {
                    OpCode::MULTI | OpCode::MULTI_READ => self.multi::<Operation<'a>>(),
                    op => self.record(request_schema(op)?),
                }
            }
            Meaning::Reply(asked) => {
                let header = ReplyHeader::decode(&mut self.reader.clone()).ok()?;
                self.record(ReplyHeader::SCHEMA)?;
                let asked = if header.xid == Xid::NOTIFICATION.0 {
                    OpCode::NOTIFICATION
                } else {
                    asked?
                };
                match asked {
                    OpCode::MULTI | OpCode::MULTI_READ => self.multi::<Outcome<'a>>(),
                    op => self.record(reply_schema(op)?),
                }
            }
        }
    }

    /// Tells a multi part by part, up to its end.
    fn multi<T: jute_codec::Part<'a>>(&mut self) -> Option<()> {
        loop {
            let header = MultiHeader::decode(&mut self.reader.clone()).ok()?;
            self.record(MultiHeader::SCHEMA)?;
            if header.done {
                return Some(());
            }
            if let Some(schema) = T::schema(header.op)? {
                self.record(schema)?;
            }
        }
    }

    /// Tells one record; `None` if that is not what comes next.
    fn record(&mut self, schema: Schema) -> Option<()> {
        let start = self.reader.clone();
        match record(&schema, &mut self.reader) {
            Ok(fields) => {
                self.parts.push(Part::Record { schema, fields });
                Some(())
            }
            Err(_) => {
                self.reader = start;
                None
            }
        }
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
