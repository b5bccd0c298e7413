//! How values serialize: the feature `serde`.
//!
//! Names are those of the schema. To people (`is_human_readable`, as JSON is) a code is its name
//! if it has one, a buffer is lower-case hex, a string its text, and a string that is not UTF-8 is
//! `{"hex": "…"}`; to machines codes are numbers, buffers and strings bytes. Null is none; a field
//! that is missing is left out.

use core::fmt;

use serde::Serialize;
use serde::Serializer;
use serde::ser::SerializeStruct;

use crate::Decode;
use crate::Multi;
use crate::MultiHeader;
use crate::Part;
use crate::Raw;
use crate::Ustring;
use crate::Vector;

/// A type that a field of a record can have.
pub(crate) trait Shown {
    /// Whether the field is missing.
    fn is_missing(&self) -> bool {
        false
    }

    fn show<S: SerializeStruct>(&self, name: &'static str, fields: &mut S) -> Result<(), S::Error>;
}

shown!(bool);
shown!(i32);
shown!(i64);
shown!(Ustring<'_>);

impl<'a, T: Decode<'a> + Clone + Serialize> Shown for Vector<'a, T> {
    fn show<S: SerializeStruct>(&self, name: &'static str, fields: &mut S) -> Result<(), S::Error> {
        fields.serialize_field(name, self)
    }
}

impl Shown for Option<bool> {
    fn is_missing(&self) -> bool {
        self.is_none()
    }

    fn show<S: SerializeStruct>(&self, name: &'static str, fields: &mut S) -> Result<(), S::Error> {
        match self {
            Some(value) => fields.serialize_field(name, value),
            None => fields.skip_field(name),
        }
    }
}

impl Shown for Option<&[u8]> {
    fn show<S: SerializeStruct>(&self, name: &'static str, fields: &mut S) -> Result<(), S::Error> {
        fields.serialize_field(name, &self.map(Buffer))
    }
}

impl Serialize for Ustring<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.as_str(), self.as_bytes()) {
            (_, None) => serializer.serialize_none(),
            (Some(text), _) if serializer.is_human_readable() => serializer.serialize_some(text),
            (None, Some(bytes)) if serializer.is_human_readable() => {
                let mut fields = serializer.serialize_struct("Ustring", 1)?;
                fields.serialize_field("hex", &Buffer(bytes))?;
                fields.end()
            }
            (_, Some(bytes)) => serializer.serialize_some(&Buffer(bytes)),
        }
    }
}

impl<'a, T: Decode<'a> + Clone + Serialize> Serialize for Vector<'a, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_null() {
            serializer.serialize_none()
        } else {
            serializer.serialize_some(&Items(self))
        }
    }
}

struct Items<'v, 'a, T>(&'v Vector<'a, T>);

impl<'a, T: Decode<'a> + Clone + Serialize> Serialize for Items<'_, 'a, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter())
    }
}

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Buffer(self.0).serialize(serializer)
    }
}

/// Each part as its header and body, and the header at the end.
impl<'a, T: Part<'a> + Serialize> Serialize for Multi<'a, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts = self.iter().map(|(header, body)| (header, Some(body)));
        let end = (self.end(), None);
        serializer.collect_seq(parts.chain([end]).map(|(header, body)| Entry(header, body)))
    }
}

struct Entry<T>(MultiHeader, Option<T>);

impl<T: Serialize> Serialize for Entry<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(header, body) = self;
        let mut fields = serializer.serialize_struct("Part", 1 + usize::from(body.is_some()))?;
        fields.serialize_field("header", header)?;
        if let Some(body) = body {
            fields.serialize_field("body", body)?;
        }
        fields.end()
    }
}

/// Bytes that are there.
struct Buffer<'a>(&'a [u8]);

impl Serialize for Buffer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&Hex(self.0))
        } else {
            serializer.serialize_bytes(self.0)
        }
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A code: its name or its number.
pub(crate) fn code<S: Serializer>(
    name: Option<&str>,
    number: i32,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match name.filter(|_| serializer.is_human_readable()) {
        Some(name) => serializer.serialize_str(name),
        None => serializer.serialize_i32(number),
    }
}
