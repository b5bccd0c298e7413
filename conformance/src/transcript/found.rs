//! Values off the wire, as the schema says they are.

use std::fmt;

use jute_codec::DecodeError;
use jute_codec::Field;
use jute_codec::JuteType;
use jute_codec::Reader;

use crate::transcript::Value;

/// A value off the wire.
pub(super) enum Found<'a> {
    Null,
    Absent,
    Bool(bool),
    Int(i64),
    Bytes(&'a [u8]),
    List(Vec<Self>),
    Record(Vec<Self>),
}

/// Reads a field of a record; a trailing one may not be there.
pub(super) fn field<'a>(field: &Field, reader: &mut Reader<'a>) -> Result<Found<'a>, DecodeError> {
    if field.trailing && reader.is_empty() {
        return Ok(Found::Absent);
    }
    read(&field.ty, reader)
}

/// Reads a value.
fn read<'a>(ty: &JuteType, reader: &mut Reader<'a>) -> Result<Found<'a>, DecodeError> {
    Ok(match ty {
        JuteType::Boolean => Found::Bool(reader.boolean()?),
        JuteType::Int => Found::Int(reader.int()?.into()),
        JuteType::Long => Found::Int(reader.long()?),
        JuteType::Ustring => reader
            .ustring()?
            .as_bytes()
            .map_or(Found::Null, Found::Bytes),
        JuteType::Vector(item) => match reader.count(1)? {
            None => Found::Null,
            Some(count) => Found::List(
                (0..count)
                    .map(|_| read(item, reader))
                    .collect::<Result<_, _>>()?,
            ),
        },
        JuteType::Record(schema) => {
            let fields = schema.fields.iter();
            Found::Record(
                fields
                    .map(|field| read(&field.ty, reader))
                    .collect::<Result<_, _>>()?,
            )
        }
        // A buffer, and whatever a later schema may add.
        _ => reader.buffer()?.map_or(Found::Null, Found::Bytes),
    })
}

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Absent => f.write_str("absent"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Bytes(bytes) => write!(f, "{} ({} bytes)", Hex(bytes), bytes.len()),
            Self::List(items) | Self::Record(items) => {
                f.write_str("[")?;
                items.iter().try_for_each(|item| write!(f, " {item}"))?;
                f.write_str(" ]")
            }
        }
    }
}

impl Found<'_> {
    /// The value as a transcript has it; `ty` is its type.
    pub(super) fn to_value(&self, ty: &JuteType) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Absent => Value::Absent,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int((*value).into()),
            Self::Bytes(bytes) => Value::Bytes(bytes.to_vec().into()),
            Self::List(items) => match ty {
                JuteType::Vector(ty) => {
                    Value::List(items.iter().map(|item| item.to_value(ty)).collect())
                }
                _ => Value::Null,
            },
            Self::Record(values) => match ty {
                JuteType::Record(schema) => {
                    let fields = schema.fields.iter().zip(values);
                    Value::Record(
                        fields
                            .map(|(field, value)| (field.name, value.to_value(&field.ty)))
                            .collect(),
                    )
                }
                _ => Value::Null,
            },
        }
    }
}

/// The first bytes of something, in hex.
pub(super) struct Hex<'a>(pub(super) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 32;
        self.0
            .iter()
            .take(MOST)
            .try_for_each(|byte| write!(f, "{byte:02x}"))?;
        if self.0.len() > MOST {
            f.write_str("…")
        } else {
            Ok(())
        }
    }
}
