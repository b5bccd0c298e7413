//! Bytes to records, as a schema has them.

use jute_codec::DecodeError;
use jute_codec::JuteType;
use jute_codec::Reader;
use jute_codec::Schema;

use super::Part;
use super::Term;
use super::Value;

/// Reads a record off the front of `reader`, every field mentioned; `None`, and nothing taken, if
/// no such record stands there.
///
/// A trailing field that cannot be read counts as absent, and its bytes stay.
pub(super) fn record(schema: &Schema, reader: &mut Reader<'_>) -> Option<Part> {
    let mut ahead = reader.clone();
    let mut fields = Vec::with_capacity(schema.fields.len());
    for field in schema.fields {
        let mut after = ahead.clone();
        let value = match value(&field.ty, &mut after) {
            Ok(value) => value,
            Err(_) if field.trailing => {
                fields.push((field.name, Term::Is(Value::Absent)));
                break;
            }
            Err(_) => return None,
        };
        fields.push((field.name, Term::Is(value)));
        ahead = after;
    }
    *reader = ahead;
    let schema = *schema;
    Some(Part::Record { schema, fields })
}

fn value(ty: &JuteType, reader: &mut Reader<'_>) -> Result<Value, DecodeError> {
    let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec().into());
    Ok(match ty {
        JuteType::Boolean => Value::Bool(reader.boolean()?),
        JuteType::Int => Value::Int(i64::from(reader.int()?).into()),
        JuteType::Long => Value::Int(reader.long()?.into()),
        JuteType::Ustring => reader.ustring()?.as_bytes().map_or(Value::Null, bytes),
        JuteType::Vector(item) => match reader.count(least(item))? {
            None => Value::Null,
            Some(count) => Value::List(
                (0..count)
                    .map(|_| value(item, reader))
                    .collect::<Result<_, _>>()?,
            ),
        },
        JuteType::Record(schema) => Value::Record(
            schema
                .fields
                .iter()
                .map(|field| Ok((field.name, value(&field.ty, reader)?)))
                .collect::<Result<_, _>>()?,
        ),
        // A buffer; there is nothing else yet.
        _ => reader.buffer()?.map_or(Value::Null, bytes),
    })
}

/// The fewest bytes a value of the type takes, which bounds the count of a vector.
fn least(ty: &JuteType) -> usize {
    match ty {
        JuteType::Boolean => 1,
        JuteType::Long => 8,
        JuteType::Record(schema) => schema.fields.iter().map(|field| least(&field.ty)).sum(),
        _ => 4,
    }
}
