//! From packets to bytes, and bytes held against packets.

use std::collections::BTreeMap;

use bytes::BufMut;
use jute_codec::Encode;
use jute_codec::Field;
use jute_codec::JuteType;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Schema;

use crate::server;
use crate::transcript::BytesExpr;
use crate::transcript::BytesPiece;
use crate::transcript::IntExpr;
use crate::transcript::IntName;
use crate::transcript::Packet;
use crate::transcript::Part;
use crate::transcript::Term;
use crate::transcript::Value;
use crate::transcript::found;
use crate::transcript::found::Found;
use crate::transcript::found::Hex;

/// What the names of a transcript stand for in one run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Bindings {
    params: BTreeMap<String, i64>,
    symbols: BTreeMap<String, Bound>,
}

/// What a symbol stands for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Bound {
    /// An int or long.
    Int(i64),
    /// A buffer or ustring.
    Bytes(Vec<u8>),
}

/// Why a packet cannot be made: the fault is the transcript's.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EvalError {
    /// The parameter has no value in this run.
    #[error("${0} is not a parameter of this run")]
    UnknownParam(String),
    /// The mark was never set.
    #[error("there is no mark called {0}")]
    UnknownMark(String),
    /// The symbol is used before anything was seen that it could stand for.
    #[error("@{0} is used before it was seen")]
    Unbound(String),
    /// The symbol stands for bytes where a number is needed, or the other way round.
    #[error("@{0} does not stand for {1}")]
    WrongKind(String, &'static str),
    /// The symbol has fewer bytes than are wanted of it.
    #[error("@{0} has only {1} bytes")]
    TooShort(String, usize),
    /// The value does not fit the field.
    #[error("{0} does not fit {1}, a {2}")]
    Unfit(String, &'static str, String),
    /// What can only be seen is to be sent.
    #[error("{0} can be seen, not sent")]
    OnlySeen(&'static str),
}

/// How far the start of a stream agrees with a packet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Match {
    /// So far it does, but it may end too soon.
    Partial,
    /// It does, with so many bytes.
    Whole(usize),
    /// It does not, and why.
    Differs(String),
}

impl Bindings {
    /// Gives a parameter its value.
    pub fn set_param(&mut self, name: &str, value: i64) {
        self.params.insert(name.to_owned(), value);
    }

    /// The value of a parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<i64> {
        self.params.get(name).copied()
    }

    /// Gives a symbol its value.
    pub fn bind(&mut self, name: &str, value: Bound) {
        self.symbols.insert(name.to_owned(), value);
    }

    /// What a symbol stands for.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Option<&Bound> {
        self.symbols.get(name)
    }

    /// Works out a sum.
    ///
    /// # Errors
    /// If a name in it stands for nothing, or for bytes.
    pub fn int(&self, expr: &IntExpr) -> Result<i64, EvalError> {
        let mut sum = 0_i64;
        for atom in &expr.0 {
            let value = match &atom.of {
                IntName::Number(number) => *number,
                IntName::Param(name) => self.known_param(name)?,
                IntName::Fraction(name, divisor) => {
                    self.known_param(name)? / i64::from(divisor.get())
                }
                IntName::Symbol(name) => match self.symbol(name) {
                    Some(Bound::Int(value)) => *value,
                    Some(Bound::Bytes(_)) => {
                        return Err(EvalError::WrongKind(name.clone(), "a number"));
                    }
                    None => return Err(EvalError::Unbound(name.clone())),
                },
            };
            sum = if atom.minus {
                sum.wrapping_sub(value)
            } else {
                sum.wrapping_add(value)
            };
        }
        Ok(sum)
    }

    fn known_param(&self, name: &str) -> Result<i64, EvalError> {
        let value = self.param(name);
        value.ok_or_else(|| EvalError::UnknownParam(name.to_owned()))
    }

    /// Puts bytes together.
    ///
    /// # Errors
    /// If a symbol in it stands for nothing, or for a number.
    pub fn bytes(&self, expr: &BytesExpr) -> Result<Vec<u8>, EvalError> {
        let mut all = Vec::new();
        for piece in &expr.0 {
            match piece {
                BytesPiece::Literal(bytes) => all.extend_from_slice(bytes),
                BytesPiece::Int(expr) => {
                    let value = self.int(expr)?;
                    let unfit = |_| EvalError::Unfit(value.to_string(), "int(…)", "int".to_owned());
                    all.put_i32(i32::try_from(value).map_err(unfit)?);
                }
                BytesPiece::Long(expr) => all.put_i64(self.int(expr)?),
                BytesPiece::Password(expr) => all.extend(server::password(self.int(expr)?)),
                BytesPiece::Symbol { name, from, to } => match self.symbol(name) {
                    Some(Bound::Bytes(bytes)) => {
                        let slice = from.unwrap_or(0)..to.unwrap_or(bytes.len());
                        let slice = bytes
                            .get(slice)
                            .ok_or_else(|| EvalError::TooShort(name.clone(), bytes.len()))?;
                        all.extend_from_slice(slice);
                    }
                    Some(Bound::Int(_)) => return Err(EvalError::WrongKind(name.clone(), "bytes")),
                    None => return Err(EvalError::Unbound(name.clone())),
                },
            }
        }
        Ok(all)
    }

    /// Makes the bytes of a packet, with its length if it is a frame.
    ///
    /// # Errors
    /// If a name stands for nothing, or the packet is one that can only be seen.
    pub fn encode(&self, packet: &Packet) -> Result<Vec<u8>, EvalError> {
        let parts = match packet {
            Packet::Raw(Some(bytes)) => return self.bytes(bytes),
            Packet::Raw(None) => return Err(EvalError::OnlySeen("raw *")),
            Packet::Text(_) => return Err(EvalError::OnlySeen("text")),
            Packet::Frame(parts) => parts,
        };
        let mut payload = Vec::new();
        for part in parts {
            match part {
                Part::Bytes(bytes) => payload.extend(self.bytes(bytes)?),
                Part::Rest => return Err(EvalError::OnlySeen("*")),
                Part::Record { schema, fields } => {
                    self.encode_record(schema, fields, &mut payload)?;
                }
            }
        }
        let mut frame = Vec::with_capacity(4 + payload.len());
        frame.put_u32(u32::try_from(payload.len()).unwrap_or(u32::MAX));
        frame.append(&mut payload);
        Ok(frame)
    }

    fn encode_record(
        &self,
        schema: &Schema,
        fields: &[(&'static str, Term)],
        out: &mut Vec<u8>,
    ) -> Result<(), EvalError> {
        for field in schema.fields {
            match fields.iter().find(|(name, _)| *name == field.name) {
                None => self.encode_value(field.name, &field.ty, &default(field), out)?,
                Some((_, Term::Is(value))) => {
                    self.encode_value(field.name, &field.ty, value, out)?;
                }
                Some((_, Term::Any)) => return Err(EvalError::OnlySeen("*")),
                Some((_, Term::Not(_))) => return Err(EvalError::OnlySeen("!")),
                Some((_, Term::Range(..))) => return Err(EvalError::OnlySeen("..")),
                Some((_, Term::Length(_))) => return Err(EvalError::OnlySeen("#")),
                Some((_, Term::All(_))) => return Err(EvalError::OnlySeen("&")),
            }
        }
        Ok(())
    }

    fn encode_value(
        &self,
        field: &'static str,
        ty: &JuteType,
        value: &Value,
        out: &mut Vec<u8>,
    ) -> Result<(), EvalError> {
        match (ty, value) {
            (_, Value::Absent) => {}
            (JuteType::Boolean, Value::Bool(value)) => value.encode(out),
            (JuteType::Int, Value::Int(expr)) => {
                let value = self.int(expr)?;
                i32::try_from(value)
                    .map_err(|_| EvalError::Unfit(value.to_string(), field, ty.to_string()))?
                    .encode(out);
            }
            (JuteType::Long, Value::Int(expr)) => self.int(expr)?.encode(out),
            (JuteType::Buffer | JuteType::Ustring | JuteType::Vector(_), Value::Null) => {
                out.put_i32(-1);
            }
            (JuteType::Buffer | JuteType::Ustring, Value::Bytes(expr)) => {
                Some(self.bytes(expr)?.as_slice()).encode(out);
            }
            (JuteType::Vector(item), Value::List(items)) => {
                out.put_u32(u32::try_from(items.len()).unwrap_or(u32::MAX));
                for value in items {
                    self.encode_value(field, item, value, out)?;
                }
            }
            (JuteType::Record(schema), Value::Record(values)) => {
                for inner in schema.fields {
                    let found = values.iter().find(|(name, _)| *name == inner.name);
                    let value = found.map_or_else(|| default(inner), |(_, value)| value.clone());
                    self.encode_value(inner.name, &inner.ty, &value, out)?;
                }
            }
            _ => {
                return Err(EvalError::Unfit(
                    format!("{value:?}"),
                    field,
                    ty.to_string(),
                ));
            }
        }
        Ok(())
    }

    /// Holds the start of `stream` against a packet; symbols met for the first time are bound if
    /// the whole packet is there and agrees.
    ///
    /// # Errors
    /// If a name stands for nothing.
    pub fn matches(&mut self, packet: &Packet, stream: &[u8]) -> Result<Match, EvalError> {
        let parts = match packet {
            // Both are up to the close, of which nothing is known here.
            Packet::Raw(None) | Packet::Text(_) => return Ok(Match::Partial),
            Packet::Raw(Some(expr)) => return Ok(match_raw(&self.bytes(expr)?, stream)),
            Packet::Frame(parts) => parts,
        };
        let Some((prefix, rest)) = stream.split_first_chunk::<4>() else {
            return Ok(Match::Partial);
        };
        let length = i32::from_be_bytes(*prefix);
        let Ok(length) = usize::try_from(length) else {
            return Ok(Match::Differs(format!("the frame's length is {length}")));
        };
        let Some(payload) = rest.get(..length) else {
            return Ok(Match::Partial);
        };
        let mut bindings = self.clone();
        if let Some(difference) = bindings.match_parts(parts, payload)? {
            return Ok(Match::Differs(difference));
        }
        *self = bindings;
        Ok(Match::Whole(4 + length))
    }

    /// Whether all of `stream` is `pattern`, where `*` stands for any run of bytes.
    ///
    /// # Errors
    /// If a name stands for nothing.
    pub fn agrees(&self, pattern: &BytesExpr, stream: &[u8]) -> Result<bool, EvalError> {
        Ok(is_like(&self.bytes(pattern)?, stream))
    }

    fn match_parts(&mut self, parts: &[Part], payload: &[u8]) -> Result<Option<String>, EvalError> {
        // Text that is not UTF-8 is held against the bytes that are written down.
        let mut reading = Reading::STRICT;
        reading.any_text = true;
        let mut reader = Reader::with(payload, reading);
        for part in parts {
            let difference = match part {
                Part::Rest => return Ok(None),
                Part::Bytes(expr) => {
                    let expected = self.bytes(expr)?;
                    let found = reader.rest();
                    let taken = reader.take(expected.len()).ok();
                    (taken != Some(expected.as_slice()))
                        .then(|| format!("the frame goes on with {}", Hex(found)))
                }
                Part::Record { schema, fields } => {
                    self.match_record(schema, fields, &mut reader)?
                }
            };
            if difference.is_some() {
                return Ok(difference);
            }
        }
        let left = reader.rest();
        Ok((!left.is_empty()).then(|| format!("the frame goes on with {}", Hex(left))))
    }

    fn match_record(
        &mut self,
        schema: &Schema,
        fields: &[(&'static str, Term)],
        reader: &mut Reader<'_>,
    ) -> Result<Option<String>, EvalError> {
        for field in schema.fields {
            let seen = match found::field(field, reader) {
                Ok(seen) => seen,
                Err(error) => {
                    return Ok(Some(error.in_field(schema.name, field.name).to_string()));
                }
            };
            let term = fields.iter().find(|(name, _)| *name == field.name);
            let Some((_, term)) = term else { continue };
            if !self.term_agrees(term, &field.ty, &seen)? {
                return Ok(Some(format!("{} is {seen}", field.name)));
            }
        }
        Ok(None)
    }

    fn term_agrees(
        &mut self,
        term: &Term,
        ty: &JuteType,
        seen: &Found<'_>,
    ) -> Result<bool, EvalError> {
        match term {
            Term::Any => Ok(true),
            Term::Is(value) => self.value_agrees(value, ty, seen),
            Term::Not(value) => Ok(!self.clone().value_agrees(value, ty, seen)?),
            Term::Range(from, to) => {
                let Found::Int(seen) = seen else {
                    return Ok(false);
                };
                let from = from.as_ref().map(|from| self.int(from)).transpose()?;
                let to = to.as_ref().map(|to| self.int(to)).transpose()?;
                Ok(from.is_none_or(|from| from <= *seen) && to.is_none_or(|to| *seen <= to))
            }
            Term::Length(length) => Ok(match seen {
                Found::Bytes(seen) => seen.len() == *length,
                Found::List(seen) => seen.len() == *length,
                _ => false,
            }),
            Term::All(tests) => {
                for test in tests {
                    if !self.term_agrees(test, ty, seen)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }

    fn value_agrees(
        &mut self,
        value: &Value,
        ty: &JuteType,
        seen: &Found<'_>,
    ) -> Result<bool, EvalError> {
        Ok(match (value, seen) {
            (Value::Null, Found::Null) | (Value::Absent, Found::Absent) => true,
            (Value::Bool(value), Found::Bool(seen)) => value == seen,
            (Value::Int(expr), Found::Int(seen)) => {
                if let Some(name) = self.unbound_int(expr) {
                    self.bind(&name, Bound::Int(*seen));
                }
                self.int(expr)? == *seen
            }
            (Value::Bytes(expr), Found::Bytes(seen)) => {
                if let Some(name) = self.unbound_bytes(expr) {
                    self.bind(&name, Bound::Bytes(seen.to_vec()));
                }
                match self.bytes(expr) {
                    Ok(bytes) => bytes == *seen,
                    Err(EvalError::TooShort(..)) => false,
                    Err(error) => return Err(error),
                }
            }
            (Value::List(items), Found::List(seen)) => {
                let JuteType::Vector(item) = ty else {
                    return Ok(false);
                };
                let mut agree = items.len() == seen.len();
                for (value, seen) in items.iter().zip(seen) {
                    agree = agree && self.value_agrees(value, item, seen)?;
                }
                agree
            }
            (Value::Record(values), Found::Record(seen)) => {
                let JuteType::Record(schema) = ty else {
                    return Ok(false);
                };
                let mut agree = true;
                for (field, seen) in schema.fields.iter().zip(seen) {
                    let Some((_, value)) = values.iter().find(|(name, _)| *name == field.name)
                    else {
                        continue;
                    };
                    agree = agree && self.value_agrees(value, &field.ty, seen)?;
                }
                agree
            }
            _ => false,
        })
    }

    fn unbound_int(&self, expr: &IntExpr) -> Option<String> {
        match expr.0.as_slice() {
            [atom] if !atom.minus => match &atom.of {
                IntName::Symbol(name) if self.symbol(name).is_none() => Some(name.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    fn unbound_bytes(&self, expr: &BytesExpr) -> Option<String> {
        match expr.0.as_slice() {
            [
                BytesPiece::Symbol {
                    name,
                    from: None,
                    to: None,
                },
            ] if self.symbol(name).is_none() => Some(name.clone()),
            _ => None,
        }
    }
}

/// What a field that a packet does not mention is sent as.
fn default(field: &Field) -> Value {
    match field.ty {
        JuteType::Boolean => Value::Bool(false),
        JuteType::Int | JuteType::Long => Value::Int(0.into()),
        // Every client sends a password of 16 bytes, so that is what a packet need not mention.
        JuteType::Buffer if field.name == "passwd" => Value::Bytes(vec![0; 16].into()),
        JuteType::Record(_) => Value::Record(Vec::new()),
        _ => Value::Null,
    }
}

/// Whether `bytes` are `pattern`, where `*` stands for any run: its stretches, each at the first
/// place where it fits.
fn is_like(pattern: &[u8], bytes: &[u8]) -> bool {
    let mut stretches = pattern.split(|byte| *byte == b'*');
    let first = stretches.next().unwrap_or_default();
    let Some(mut rest) = bytes.strip_prefix(first) else {
        return false;
    };
    let mut stretches: Vec<_> = stretches.collect();
    let Some(last) = stretches.pop() else {
        return rest.is_empty();
    };
    for stretch in stretches {
        if stretch.is_empty() {
            continue;
        }
        let found = rest.windows(stretch.len()).position(|at| at == stretch);
        let Some(after) = found.and_then(|at| rest.get(at + stretch.len()..)) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

fn match_raw(expected: &[u8], stream: &[u8]) -> Match {
    let common = expected
        .iter()
        .zip(stream)
        .take_while(|(a, b)| a == b)
        .count();
    if common == expected.len() {
        Match::Whole(common)
    } else if common == stream.len() {
        Match::Partial
    } else {
        Match::Differs(format!("the bytes are {}", Hex(stream)))
    }
}
