//! Several operations in one request, and their results in one reply.

use super::Manner;
use super::Oracle;
use super::Refusal;
use super::Value;
use super::refusal;

/// What a multi is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Multi {
    /// Of operations, in a request.
    Operations,
    /// Of results, in a reply.
    Results,
}

/// Writes, and the classes of their bodies.
const WRITES: [(i32, &str); 7] = [
    (1, "CreateRequest"),
    (2, "DeleteRequest"),
    (5, "SetDataRequest"),
    (13, "CheckVersionRequest"),
    (15, "CreateRequest"),
    (19, "CreateRequest"),
    (21, "CreateTTLRequest"),
];

/// Reads, and the classes of their bodies.
const READS: [(i32, &str); 2] = [(4, "GetDataRequest"), (8, "GetChildrenRequest")];

/// Results, and the classes of their bodies, if they have one.
const RESULTS: [(i32, Option<&str>); 8] = [
    (-1, Some("ErrorResponse")),
    (1, Some("CreateResponse")),
    (2, None),
    (4, Some("GetDataResponse")),
    (5, Some("SetDataResponse")),
    (8, Some("GetChildrenResponse")),
    (13, None),
    (15, Some("Create2Response")),
];

impl<'s> Oracle<'s> {
    /// Takes a multi off the front of `bytes`: a list of records of a header and a body, which is
    /// null if there is none; the last has no body field.
    ///
    /// # Errors
    /// If the bytes do not start with one: an operation has no place in it, reads and writes mix,
    /// or it has no end.
    pub fn multi<'b>(
        &self,
        of: Multi,
        manner: Manner,
        bytes: &'b [u8],
    ) -> Result<(Value<'s>, &'b [u8]), Refusal> {
        let mut parts = Vec::new();
        let mut reads = None;
        let mut rest = bytes;
        loop {
            let start = rest;
            let header;
            (header, rest) = self.decode("MultiHeader", manner, rest)?;
            let op = match (field(&header, "type"), field(&header, "done")) {
                (_, Some(Value::Boolean(true))) => {
                    parts.push(Value::Record(vec![("header", header)]));
                    return Ok((Value::List(parts), rest));
                }
                (Some(Value::Int(op)), _) => *op,
                _ => return Err(refusal(start, "a header has no type")),
            };
            let class = match of {
                Multi::Operations => {
                    let write = WRITES.iter().find(|(write, _)| *write == op);
                    let read = READS.iter().find(|(read, _)| *read == op);
                    if *reads.get_or_insert(read.is_some()) != read.is_some() {
                        return Err(refusal(start, "reads and writes mix"));
                    }
                    write.or(read).map(|(_, class)| Some(*class))
                }
                Multi::Results => RESULTS
                    .iter()
                    .find(|(result, _)| *result == op)
                    .map(|(_, class)| *class),
            };
            let body = match class {
                None => return Err(refusal(start, "the operation has no place in a multi")),
                Some(None) => Value::Null,
                Some(Some(class)) => {
                    let body;
                    (body, rest) = self.decode(class, manner, rest)?;
                    body
                }
            };
            parts.push(Value::Record(vec![("header", header), ("body", body)]));
        }
    }
}

fn field<'v, 's>(record: &'v Value<'s>, name: &str) -> Option<&'v Value<'s>> {
    match record {
        Value::Record(fields) => fields
            .iter()
            .find(|(of, _)| *of == name)
            .map(|(_, value)| value),
        _ => None,
    }
}
