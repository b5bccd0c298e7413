//! What each record is made of, in the words of `zookeeper.jute`.

use core::fmt;

/// A type as the schema spells it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum JuteType {
    /// One byte, 0 or 1.
    Boolean,
    /// Four bytes, big-endian two's complement.
    Int,
    /// Eight bytes, big-endian two's complement.
    Long,
    /// An int length and that many bytes; −1 is null.
    Buffer,
    /// A buffer meant to be UTF-8.
    Ustring,
    /// An int count and that many items; −1 is null.
    Vector(&'static Self),
    /// Another record, its fields in line.
    Record(&'static Schema),
}

impl fmt::Display for JuteType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("boolean"),
            Self::Int => f.write_str("int"),
            Self::Long => f.write_str("long"),
            Self::Buffer => f.write_str("buffer"),
            Self::Ustring => f.write_str("ustring"),
            Self::Vector(item) => write!(f, "vector<{item}>"),
            Self::Record(schema) => f.write_str(schema.name),
        }
    }
}

/// A jute class: its name and its fields in wire order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Schema {
    /// The module the class is in, such as `org.apache.zookeeper.proto`.
    pub module: &'static str,
    /// The class, such as `ConnectRequest`.
    pub name: &'static str,
    /// Its fields in wire order.
    pub fields: &'static [Field],
}

impl Schema {
    /// Describes a record; for the codec's own macro and for records of one's own.
    #[must_use]
    pub const fn new(module: &'static str, name: &'static str, fields: &'static [Field]) -> Self {
        Self {
            module,
            name,
            fields,
        }
    }
}

/// A field of a jute class.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Field {
    /// The field, such as `timeOut`.
    pub name: &'static str,
    /// Its type.
    pub ty: JuteType,
    /// Whether peers of old leave it out, so that a payload may end before it.
    pub trailing: bool,
}

impl Field {
    /// Describes a field that takes at least `min_len` bytes; one that may take none is a
    /// trailing one.
    #[must_use]
    pub const fn new(name: &'static str, ty: JuteType, min_len: usize) -> Self {
        Self {
            name,
            ty,
            trailing: min_len == 0,
        }
    }
}

/// A record of the schema.
pub trait Record {
    /// Its class and fields.
    const SCHEMA: Schema;
}
