//! Values of any class.

use std::fmt;

/// A value, owned, with the names of its fields.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value<'s> {
    /// A buffer, ustring or vector of length −1.
    Null,
    /// A boolean.
    Boolean(bool),
    /// An int.
    Int(i32),
    /// A long.
    Long(i64),
    /// A buffer or ustring.
    Bytes(Vec<u8>),
    /// A vector.
    List(Vec<Self>),
    /// A record: its fields in order, without those that were missing.
    Record(Vec<(&'s str, Self)>),
}

impl Value<'_> {
    /// Appends the value's bytes to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let length = |count: usize| i32::try_from(count).unwrap_or(i32::MAX).to_be_bytes();
        match self {
            Self::Null => out.extend((-1_i32).to_be_bytes()),
            Self::Boolean(value) => out.push(u8::from(*value)),
            Self::Int(value) => out.extend(value.to_be_bytes()),
            Self::Long(value) => out.extend(value.to_be_bytes()),
            Self::Bytes(bytes) => {
                out.extend(length(bytes.len()));
                out.extend(bytes);
            }
            Self::List(items) => {
                out.extend(length(items.len()));
                items.iter().for_each(|item| item.encode(out));
            }
            Self::Record(fields) => fields.iter().for_each(|(_, value)| value.encode(out)),
        }
    }
}

/// On one line, bytes as text where they are text.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Long(value) => write!(f, "{value}"),
            Self::Bytes(bytes) => write!(f, "\"{}\"", bytes.escape_ascii()),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let blank = if index == 0 { "" } else { " " };
                    write!(f, "{blank}{item}")?;
                }
                f.write_str("]")
            }
            Self::Record(fields) => {
                f.write_str("{")?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    let blank = if index == 0 { "" } else { " " };
                    write!(f, "{blank}{name}={value}")?;
                }
                f.write_str("}")
            }
        }
    }
}
