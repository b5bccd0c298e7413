//! Packets for programs: the form that `zkspec decode --json` writes.
//!
//! ```text
//! {"records": [{"record": "RequestHeader", "fields": {"xid": 1, "type": "ping"}}]}
//! {"records": [{"record": "ReplyHeader", "fields": …}, {"bytes": "00ff"}]}
//! {"raw": "72756f6b"}
//! {"text": "Zookeeper version: *"}
//! ```
//!
//! Values are as the codec's own feature `serde` has them: field names of the schema, codes by
//! name or number, buffers in hex, text as text or `{"hex": …}`, null as null; what is missing is
//! left out. What a transcript leaves open is `{"is": "@S+1"}`, `{"not": …}`, `{"from": 1, "to":
//! 2}`, `{"length": 16}`, `{"all": […]}` or `{"any": true}`, and `{"rest": true}` among the records.

use jute_codec::Field;
use jute_codec::JuteType;
use jute_codec::Schema;
use serde::Serialize;
use serde::Serializer;
use serde::ser::SerializeMap;

use crate::transcript::BytesExpr;
use crate::transcript::BytesPiece;
use crate::transcript::IntExpr;
use crate::transcript::IntName;
use crate::transcript::Packet;
use crate::transcript::Part;
use crate::transcript::Term;
use crate::transcript::Value;
use crate::transcript::code;
use crate::transcript::code::Codes;

impl Serialize for Packet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Frame(parts) => map.serialize_entry("records", parts)?,
            Self::Raw(None) => map.serialize_entry("rest", &true)?,
            Self::Text(pattern) => map.serialize_entry("text", &Bytes(pattern, true))?,
            Self::Raw(Some(bytes)) => map.serialize_entry("raw", &Bytes(bytes, false))?,
        }
        map.end()
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Record { schema, fields } => {
                map.serialize_entry("record", schema.name)?;
                map.serialize_entry("fields", &Fields(schema, fields))?;
            }
            Self::Bytes(bytes) => map.serialize_entry("bytes", &Bytes(bytes, false))?,
            Self::Rest => map.serialize_entry("rest", &true)?,
        }
        map.end()
    }
}

/// The type of a value, and what its numbers mean.
#[derive(Clone, Copy)]
struct Type {
    ty: Option<JuteType>,
    codes: Option<Codes>,
}

impl Type {
    fn of(schema: &Schema, name: &str) -> Self {
        let is_it = |field: &&Field| field.name == name;
        Self {
            ty: schema.fields.iter().find(is_it).map(|field| field.ty),
            codes: code::codes(schema.name, name),
        }
    }
}

struct Fields<'a>(&'a Schema, &'a [(&'static str, Term)]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(schema, fields) = *self;
        let there = |(_, term): &&(_, Term)| *term != Term::Is(Value::Absent);
        let fields = fields.iter().filter(there);
        serializer
            .collect_map(fields.map(|(name, term)| (name, Typed(term, Type::of(schema, name)))))
    }
}

/// Something and its type.
struct Typed<'a, T>(&'a T, Type);

impl Serialize for Typed<'_, Term> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(term, ty) = *self;
        let mut map = match term {
            Term::Is(value) => return Typed(value, ty).serialize(serializer),
            _ => serializer.serialize_map(None)?,
        };
        match term {
            Term::Not(value) => map.serialize_entry("not", &Typed(value, ty))?,
            Term::Range(from, to) => {
                for (name, bound) in [("from", from), ("to", to)] {
                    if let Some(bound) = bound {
                        map.serialize_entry(name, &Typed(bound, ty))?;
                    }
                }
            }
            Term::Length(length) => map.serialize_entry("length", length)?,
            Term::All(tests) => {
                let tests: Vec<_> = tests.iter().map(|test| Typed(test, ty)).collect();
                map.serialize_entry("all", &tests)?;
            }
            _ => map.serialize_entry("any", &true)?,
        }
        map.end()
    }
}

impl Serialize for Typed<'_, Value> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(value, ty) = *self;
        match value {
            Value::Null | Value::Absent => serializer.serialize_none(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(int) => Typed(int, ty).serialize(serializer),
            Value::Bytes(bytes) => {
                Bytes(bytes, matches!(ty.ty, Some(JuteType::Ustring))).serialize(serializer)
            }
            Value::List(items) => {
                let item = Type {
                    ty: match ty.ty {
                        Some(JuteType::Vector(item)) => Some(*item),
                        _ => None,
                    },
                    codes: None,
                };
                serializer.collect_seq(items.iter().map(|value| Typed(value, item)))
            }
            Value::Record(fields) => serializer.collect_map(fields.iter().map(|(name, value)| {
                let ty = match ty.ty {
                    Some(JuteType::Record(schema)) => Type::of(schema, name),
                    _ => Type {
                        ty: None,
                        codes: None,
                    },
                };
                (name, Typed(value, ty))
            })),
        }
    }
}

impl Serialize for Typed<'_, IntExpr> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(int, ty) = *self;
        let [atom] = int.0.as_slice() else {
            return open(int, serializer);
        };
        match &atom.of {
            IntName::Number(number) if !atom.minus => {
                match ty.codes.and_then(|codes| codes.name(*number)) {
                    Some(name) => serializer.serialize_str(name),
                    None => serializer.serialize_i64(*number),
                }
            }
            _ => open(int, serializer),
        }
    }
}

/// Bytes, and whether they are text.
struct Bytes<'a>(&'a BytesExpr, bool);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(expr, is_text) = *self;
        let bytes = match expr.0.as_slice() {
            [] => &[][..],
            [BytesPiece::Literal(bytes)] => bytes,
            _ => return open(expr, serializer),
        };
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match std::str::from_utf8(bytes) {
            _ if !is_text => serializer.serialize_str(&hex),
            Ok(text) => serializer.serialize_str(text),
            Err(_) => serializer.collect_map([("hex", hex)]),
        }
    }
}

/// What has no value of its own.
fn open<S: Serializer>(expr: &impl ToString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map([("is", expr.to_string())])
}
