//! The slow twin of the codec: a decoder that goes by a schema file, field by field.
//!
//! It shares no code with `jute-codec` and takes no short cut: it allocates, it checks nothing
//! ahead of time, and it is small enough to be believed. Whatever bytes it is given, the codec
//! has to come to the same verdict, the same value and the same rest; fuzzing and tests hold the
//! two together.
//!
//! ```
//! use zk_conformance::idl;
//! use zk_conformance::oracle::{Manner, Oracle, Value};
//!
//! let schema = idl::parse("module m { class Id { ustring scheme; ustring id; } }")?;
//! let oracle = Oracle::new(&schema)?;
//! let bytes = b"\0\0\0\x05world\xff\xff\xff\xff and more";
//! let (value, rest) = oracle.decode("Id", Manner::Strict, bytes)?;
//! assert_eq!(value.to_string(), r#"{scheme="world" id=null}"#);
//! assert_eq!(rest, b" and more");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What no schema file says
//!
//! - A length or count of −1 is null.
//! - The last field of the connect records may be missing.
//! - Multis, which are headers and bodies in turn: [`Oracle::multi`].
//! - [`Manner::Java`] is how Apache's `BinaryInputArchive` reads: any byte but 0 is true, text is
//!   whatever its bytes are, and a count below −1 is no items.

mod multi;
mod of;
mod value;

use nom::IResult;
use nom::Parser;
use nom::bytes::complete::take;
use nom::error::ErrorKind;
use nom::error::ParseError;
use nom::number::complete::be_i32;
use nom::number::complete::be_i64;
use nom::number::complete::be_u8;
use thiserror::Error;

use crate::idl::Class;
use crate::idl::Idl;
use crate::idl::Module;
use crate::idl::Type;

pub use self::multi::Multi;
pub use self::of::NotJute;
pub use self::value::Value;

/// Fields that old peers leave out, at the end of their records.
const MAY_BE_MISSING: [(&str, &str); 2] = [
    ("ConnectRequest", "readOnly"),
    ("ConnectResponse", "readOnly"),
];

/// How faithfully bytes have to keep to the schema.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Manner {
    /// Nothing is forgiven.
    Strict,
    /// As Apache's Java reads.
    Java,
}

/// Decodes by a schema.
#[derive(Clone, Copy, Debug)]
pub struct Oracle<'s> {
    schema: &'s Idl,
}

/// Why a schema cannot be decoded by.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Unfit {
    /// A class that no module has.
    #[error("{class}: there is no class {name}")]
    Unknown {
        /// The class with such a field.
        class: String,
        /// The class that is missing.
        name: String,
    },
    /// A type that is in no record of ZooKeeper's.
    #[error("{class}: {ty} is in no record")]
    Foreign {
        /// The class with such a field.
        class: String,
        /// The type.
        ty: Type,
    },
    /// A class that holds itself, so that its values have no end.
    #[error("{class} holds itself")]
    Endless {
        /// The class.
        class: String,
    },
    /// A class without fields, of which any number takes no bytes.
    #[error("{class} has no fields")]
    Empty {
        /// The class.
        class: String,
    },
}

/// Why bytes are not a value.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("{why}, {left} bytes before the end")]
pub struct Refusal {
    /// What is wrong.
    pub why: &'static str,
    /// Bytes left where it is wrong.
    pub left: usize,
}

impl<'s> Oracle<'s> {
    /// Goes by `schema`.
    ///
    /// # Errors
    /// If a class of it cannot be decoded.
    pub fn new(schema: &'s Idl) -> Result<Self, Unfit> {
        for (module, class) in schema.classes() {
            check(schema, module, class, &mut Vec::new())?;
        }
        Ok(Self { schema })
    }

    /// Takes a value of the class called `class` off the front of `bytes`.
    ///
    /// # Errors
    /// If the bytes do not start with one, or the schema has no such class.
    pub fn decode<'b>(
        &self,
        class: &str,
        manner: Manner,
        bytes: &'b [u8],
    ) -> Result<(Value<'s>, &'b [u8]), Refusal> {
        let Some((module, class)) = self.schema.class(class) else {
            return Err(refusal(bytes, "there is no such class"));
        };
        let reading = Reading {
            schema: self.schema,
            manner,
        };
        match reading.record(module, class, bytes) {
            Ok((rest, value)) => Ok((value, rest)),
            Err(nom::Err::Error(refusal) | nom::Err::Failure(refusal)) => Err(refusal),
            Err(nom::Err::Incomplete(_)) => Err(refusal(bytes, "it ends")),
        }
    }
}

/// Makes sure that decoding a class comes to an end.
fn check<'s>(
    schema: &'s Idl,
    module: &'s Module,
    class: &'s Class,
    within: &mut Vec<&'s Class>,
) -> Result<(), Unfit> {
    let name = || class.name.clone();
    if within.iter().any(|outer| std::ptr::eq(*outer, class)) {
        return Err(Unfit::Endless { class: name() });
    }
    if class.fields.is_empty() {
        return Err(Unfit::Empty { class: name() });
    }
    within.push(class);
    for field in &class.fields {
        let mut ty = &field.ty;
        while let Type::Vector(item) = ty {
            ty = item;
        }
        match ty {
            Type::Boolean | Type::Int | Type::Long | Type::Ustring | Type::Buffer => {}
            Type::Class(path) => match schema.resolve(&module.name, path) {
                Some((module, class)) => check(schema, module, class, within)?,
                None => {
                    let (class, name) = (name(), path.clone());
                    return Err(Unfit::Unknown { class, name });
                }
            },
            foreign => {
                let (class, ty) = (name(), foreign.clone());
                return Err(Unfit::Foreign { class, ty });
            }
        }
    }
    within.pop();
    Ok(())
}

struct Reading<'s> {
    schema: &'s Idl,
    manner: Manner,
}

/// What a production gives.
type Parsed<'b, O> = IResult<&'b [u8], O, Refusal>;

impl<'s> Reading<'s> {
    fn record<'b>(
        &self,
        module: &'s Module,
        class: &'s Class,
        input: &'b [u8],
    ) -> Parsed<'b, Value<'s>> {
        let mut rest = input;
        let mut fields = Vec::new();
        for field in &class.fields {
            let may_be_missing = MAY_BE_MISSING.contains(&(&class.name, &field.name));
            if may_be_missing && rest.is_empty() {
                continue;
            }
            let value;
            (rest, value) = self.value(module, &field.ty, rest)?;
            fields.push((field.name.as_str(), value));
        }
        Ok((rest, Value::Record(fields)))
    }

    fn value<'b>(
        &self,
        module: &'s Module,
        ty: &'s Type,
        input: &'b [u8],
    ) -> Parsed<'b, Value<'s>> {
        match ty {
            Type::Boolean => self.boolean(input),
            Type::Int => be_i32.map(Value::Int).parse(input),
            Type::Long => be_i64.map(Value::Long).parse(input),
            Type::Buffer => bytes(input),
            Type::Ustring => self.ustring(input),
            Type::Vector(item) => self.vector(module, item, input),
            Type::Class(path) => match self.schema.resolve(&module.name, path) {
                Some((module, class)) => self.record(module, class, input),
                None => fail(input, "there is no such class"),
            },
            Type::Byte | Type::Float | Type::Double | Type::Map(..) => {
                fail(input, "the type is in no record")
            }
        }
    }

    fn boolean<'b>(&self, input: &'b [u8]) -> Parsed<'b, Value<'s>> {
        let (rest, byte) = be_u8(input)?;
        match byte {
            0 => Ok((rest, Value::Boolean(false))),
            1 => Ok((rest, Value::Boolean(true))),
            _ if self.manner == Manner::Java => Ok((rest, Value::Boolean(true))),
            _ => fail(input, "a boolean is neither 0 nor 1"),
        }
    }

    fn ustring<'b>(&self, input: &'b [u8]) -> Parsed<'b, Value<'s>> {
        let (rest, value) = bytes(input)?;
        if let Value::Bytes(text) = &value
            && self.manner == Manner::Strict
            && std::str::from_utf8(text).is_err()
        {
            return fail(input, "a text is not UTF-8");
        }
        Ok((rest, value))
    }

    fn vector<'b>(
        &self,
        module: &'s Module,
        item: &'s Type,
        input: &'b [u8],
    ) -> Parsed<'b, Value<'s>> {
        let (mut rest, count) = be_i32(input)?;
        if count == -1 {
            return Ok((rest, Value::Null));
        }
        if count < -1 && self.manner == Manner::Strict {
            return fail(input, "a count is below null");
        }
        let mut items = Vec::new();
        for _ in 0..count {
            let value;
            (rest, value) = self.value(module, item, rest)?;
            items.push(value);
        }
        Ok((rest, Value::List(items)))
    }
}

fn bytes<'b, 's>(input: &'b [u8]) -> Parsed<'b, Value<'s>> {
    let (rest, length) = be_i32(input)?;
    if length == -1 {
        return Ok((rest, Value::Null));
    }
    let Ok(length) = u32::try_from(length) else {
        return fail(input, "a length is below null");
    };
    take(length)
        .map(|bytes: &[u8]| Value::Bytes(bytes.to_vec()))
        .parse(rest)
}

fn fail<'b, O>(input: &'b [u8], why: &'static str) -> Parsed<'b, O> {
    Err(nom::Err::Failure(refusal(input, why)))
}

const fn refusal(at: &[u8], why: &'static str) -> Refusal {
    Refusal {
        why,
        left: at.len(),
    }
}

impl ParseError<&[u8]> for Refusal {
    fn from_error_kind(input: &[u8], _kind: ErrorKind) -> Self {
        refusal(input, "it ends")
    }

    fn append(_input: &[u8], _kind: ErrorKind, other: Self) -> Self {
        other
    }
}
