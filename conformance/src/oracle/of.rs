//! What a value of any other making says it is, in the twin's own terms.

use std::fmt::Display;

use serde::Serialize;
use serde::Serializer;
use serde::ser::Error;
use serde::ser::Impossible;
use serde::ser::SerializeSeq;
use serde::ser::SerializeStruct;
use thiserror::Error;

use super::Value;

impl Value<'static> {
    /// The value that `value` serializes as, in the form that is not for people: numbers, bytes,
    /// sequences, and structs of them.
    ///
    /// # Errors
    /// If it is of a kind that jute does not have.
    pub fn of(value: &impl Serialize) -> Result<Self, NotJute> {
        value.serialize(Writer)
    }
}

/// Why something is no value of jute.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{0}")]
pub struct NotJute(String);

impl Error for NotJute {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

struct Writer;

type Written = Result<Value<'static>, NotJute>;

macro_rules! not_jute {
    ($($method:ident($($ty:ty),*);)+) => {$(
        fn $method(self, $(_: $ty),*) -> Written {
            Err(NotJute::custom(concat!(stringify!($method), " is not of jute")))
        }
    )+};
}

impl Serializer for Writer {
    type Ok = Value<'static>;
    type Error = NotJute;
    type SerializeSeq = Items;
    type SerializeTuple = Impossible<Value<'static>, NotJute>;
    type SerializeTupleStruct = Impossible<Value<'static>, NotJute>;
    type SerializeTupleVariant = Impossible<Value<'static>, NotJute>;
    type SerializeMap = Impossible<Value<'static>, NotJute>;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Impossible<Value<'static>, NotJute>;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Written {
        Ok(Value::Boolean(value))
    }

    fn serialize_i32(self, value: i32) -> Written {
        Ok(Value::Int(value))
    }

    fn serialize_i64(self, value: i64) -> Written {
        Ok(Value::Long(value))
    }

    fn serialize_str(self, value: &str) -> Written {
        self.serialize_bytes(value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Written {
        Ok(Value::Bytes(value.to_vec()))
    }

    fn serialize_none(self) -> Written {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items, NotJute> {
        Ok(Items(Vec::new()))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields, NotJute> {
        Ok(Fields(Vec::new()))
    }

    not_jute! {
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Written {
        Err(NotJute::custom("an enum is not of jute"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, NotJute> {
        Err(NotJute::custom("a tuple is not of jute"))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, NotJute> {
        Err(NotJute::custom("a tuple is not of jute"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NotJute> {
        Err(NotJute::custom("an enum is not of jute"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, NotJute> {
        Err(NotJute::custom("a map is in no record"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NotJute> {
        Err(NotJute::custom("an enum is not of jute"))
    }
}

#[derive(Debug)]
pub(super) struct Items(Vec<Value<'static>>);

impl SerializeSeq for Items {
    type Ok = Value<'static>;
    type Error = NotJute;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotJute> {
        self.0.push(value.serialize(Writer)?);
        Ok(())
    }

    fn end(self) -> Written {
        Ok(Value::List(self.0))
    }
}

#[derive(Debug)]
pub(super) struct Fields(Vec<(&'static str, Value<'static>)>);

impl SerializeStruct for Fields {
    type Ok = Value<'static>;
    type Error = NotJute;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), NotJute> {
        self.0.push((name, value.serialize(Writer)?));
        Ok(())
    }

    fn end(self) -> Written {
        Ok(Value::Record(self.0))
    }
}
