//! Terms and values, in the words of their field.

use std::fmt;
use std::fmt::Display;

use jute_codec::JuteType;
use jute_codec::Schema;

use super::bytes;
use super::bytes::Text;
use super::joined;
use crate::transcript::BytesExpr;
use crate::transcript::IntAtom;
use crate::transcript::IntExpr;
use crate::transcript::IntName;
use crate::transcript::Term;
use crate::transcript::Value;
use crate::transcript::code;
use crate::transcript::code::Codes;

/// What decides how a value is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Type {
    ty: Option<JuteType>,
    codes: Option<Codes>,
    hex: bool,
}

impl Type {
    pub(super) fn of(schema: &Schema, name: &str) -> Self {
        match schema.fields.iter().find(|field| field.name == name) {
            None => Self::default(),
            Some(field) => Self {
                ty: Some(field.ty),
                codes: code::codes(schema.name, name),
                hex: code::is_hex(field),
            },
        }
    }

    fn item(self) -> Self {
        let ty = match self.ty {
            Some(JuteType::Vector(item)) => Some(*item),
            _ => None,
        };
        Self {
            ty,
            ..Self::default()
        }
    }

    fn field(self, name: &str) -> Self {
        match self.ty {
            Some(JuteType::Record(schema)) => Self::of(schema, name),
            _ => Self::default(),
        }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        term(f, self, Type::default())
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value(f, self, Type::default())
    }
}

impl Display for IntExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        number(f, self, false)
    }
}

impl Display for BytesExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bytes::write(f, self, Text::Whole)
    }
}

pub(super) fn term(f: &mut fmt::Formatter<'_>, whole: &Term, ty: Type) -> fmt::Result {
    match whole {
        Term::Any => f.write_str("*"),
        Term::Is(is) => value(f, is, ty),
        Term::Not(not) => {
            f.write_str("!")?;
            value(f, not, ty)
        }
        Term::Range(from, to) => range(f, from.as_ref(), to.as_ref(), ty.hex),
        Term::Length(length) => write!(f, "#{length}"),
        Term::All(tests) => {
            for (index, test) in tests.iter().enumerate() {
                if index > 0 {
                    f.write_str("&")?;
                }
                term(f, test, ty)?;
            }
            Ok(())
        }
    }
}

pub(super) fn range(
    f: &mut fmt::Formatter<'_>,
    from: Option<&IntExpr>,
    to: Option<&IntExpr>,
    hex: bool,
) -> fmt::Result {
    from.map_or(Ok(()), |from| number(f, from, hex))?;
    f.write_str("..")?;
    to.map_or(Ok(()), |to| number(f, to, hex))
}

fn value(f: &mut fmt::Formatter<'_>, value: &Value, ty: Type) -> fmt::Result {
    match value {
        Value::Null => f.write_str("null"),
        Value::Absent => f.write_str("absent"),
        Value::Bool(bool) => write!(f, "{bool}"),
        Value::Int(int) => match sole(int).and_then(|number| ty.codes?.name(number)) {
            Some(name) => f.write_str(name),
            None => number(f, int, ty.hex),
        },
        Value::Bytes(expr) => {
            let text = match ty.ty {
                Some(JuteType::Ustring) => Text::Stretches(1),
                _ => Text::Whole,
            };
            bytes::write(f, expr, text)
        }
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(|item| Typed(item, ty.item())).collect();
            f.write_str("[")?;
            joined(f, &items, " ")?;
            f.write_str("]")
        }
        Value::Record(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| Named(name, Typed(value, ty.field(name))))
                .collect();
            f.write_str("{")?;
            joined(f, &fields, " ")?;
            f.write_str("}")
        }
    }
}

struct Typed<'a>(&'a Value, Type);

impl Display for Typed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value(f, self.0, self.1)
    }
}

struct Named<'a>(&'static str, Typed<'a>);

impl Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.0, self.1)
    }
}

/// The number of a sum of one.
fn sole(int: &IntExpr) -> Option<i64> {
    match int.0.as_slice() {
        [
            IntAtom {
                minus: false,
                of: IntName::Number(number),
            },
        ] => Some(*number),
        _ => None,
    }
}

/// Hex for a number by itself, decimal within a sum.
fn number(f: &mut fmt::Formatter<'_>, int: &IntExpr, hex: bool) -> fmt::Result {
    if hex && let Some(number) = sole(int) {
        return write!(f, "{number:#x}");
    }
    for (index, IntAtom { minus, of }) in int.0.iter().enumerate() {
        match (index, minus) {
            (_, true) => f.write_str("-")?,
            (0, false) => {}
            (_, false) => f.write_str("+")?,
        }
        match of {
            IntName::Number(number) => write!(f, "{number}")?,
            IntName::Param(name) => write!(f, "${name}")?,
            IntName::Fraction(name, divisor) => write!(f, "${name}/{divisor}")?,
            IntName::Symbol(name) => write!(f, "@{name}")?,
        }
    }
    Ok(())
}
