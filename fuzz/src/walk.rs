//! A walk along the schema: which bytes are a record, decided without the codec.

use jute_codec::JuteType;
use jute_codec::Reading;
use jute_codec::Schema;

/// Bytes that `schemas` take off the front of `payload`; `None` if it is not that.
pub(crate) fn records(schemas: &[Schema], payload: &[u8], reading: Reading) -> Option<usize> {
    let mut rest = payload;
    for schema in schemas {
        rest = record(schema, rest, reading)?;
    }
    (rest.is_empty() || reading.trailing_bytes).then_some(payload.len() - rest.len())
}

fn record<'a>(schema: &Schema, payload: &'a [u8], reading: Reading) -> Option<&'a [u8]> {
    let mut rest = payload;
    for field in schema.fields {
        if field.trailing && rest.is_empty() {
            continue;
        }
        rest = value(field.ty, rest, reading)?;
    }
    Some(rest)
}

fn value(ty: JuteType, payload: &[u8], reading: Reading) -> Option<&[u8]> {
    match ty {
        JuteType::Boolean => {
            let (byte, rest) = payload.split_first()?;
            (*byte < 2 || reading.nonzero_is_true).then_some(rest)
        }
        JuteType::Int => payload.get(4..),
        JuteType::Long => payload.get(8..),
        JuteType::Buffer => Some(bytes(payload)?.1),
        JuteType::Ustring => {
            let (text, rest) = bytes(payload)?;
            (reading.any_text || std::str::from_utf8(text).is_ok()).then_some(rest)
        }
        JuteType::Vector(item) => {
            let (count, mut rest) = int(payload)?;
            if count < -1 && !reading.negative_count_is_empty {
                return None;
            }
            for _ in 0..count {
                rest = value(*item, rest, reading)?;
            }
            Some(rest)
        }
        JuteType::Record(schema) => record(schema, payload, reading),
        _ => panic!("a walk does not know {ty}"),
    }
}

fn bytes(payload: &[u8]) -> Option<(&[u8], &[u8])> {
    match int(payload)? {
        (-1, rest) => Some((&[], rest)),
        (length, rest) => rest.split_at_checked(usize::try_from(length).ok()?),
    }
}

fn int(payload: &[u8]) -> Option<(i32, &[u8])> {
    let (int, rest) = payload.split_first_chunk()?;
    Some((i32::from_be_bytes(*int), rest))
}
