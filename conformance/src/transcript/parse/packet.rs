//! Packets: parts, records, fields and their values, as the schema has them.

use jute_codec::Field;
use jute_codec::HANDWRITTEN_RECORDS;
use jute_codec::JuteType;
use jute_codec::RECORDS;
use jute_codec::Schema;
use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::char;
use nom::character::complete::none_of;
use nom::combinator::cut;
use nom::combinator::map;
use nom::combinator::not;
use nom::combinator::opt;
use nom::combinator::peek;
use nom::combinator::value;
use nom::sequence::preceded;
use nom::sequence::terminated;

use super::Context;
use super::lexeme::Width;
use super::lexeme::bytes;
use super::lexeme::count;
use super::lexeme::gap;
use super::lexeme::ident;
use super::lexeme::int;
use super::lexeme::keyword;
use super::lexeme::sign;
use super::trouble::Parsed;
use super::trouble::Trouble;
use super::trouble::expect;
use super::trouble::failure;
use super::trouble::misspelt;
use super::trouble::unknown;
use crate::transcript::BytesExpr;
use crate::transcript::Packet;
use crate::transcript::Part;
use crate::transcript::Term;
use crate::transcript::Value;
use crate::transcript::code::Codes;
use crate::transcript::code::codes;

const SENT: &str = "a packet (a record, \"bytes\" or \"raw\")";
const SEEN: &str = "a packet (a record, \"bytes\", \"raw\", \"text\" or \"*\"), \"fin\", \"rst\", \"closed\" \
                    or \"quiet\"";

/// What may stand in the place of a record, and be misspelt.
const WORDS: [&str; 5] = ["bytes", "raw", "text", "closed", "quiet"];

pub(super) fn packet<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, Packet> {
    alt((
        map(
            preceded(keyword("raw"), |input| raw(context, input)),
            Packet::Raw,
        ),
        map(
            preceded(keyword("text"), |input| text(context, input)),
            Packet::Text,
        ),
        map(|input| parts(context, input), Packet::Frame),
    ))
    .parse(input)
}

fn raw<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, Option<BytesExpr>> {
    cut(alt((
        value(None, |input| open(context, "*", input)),
        map(terminated(|input| bytes(context, input), gap), Some),
    )))
    .parse(input)
}

fn text<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, BytesExpr> {
    closed(context, input)?;
    cut(terminated(|input| bytes(context, input), gap)).parse(input)
}

fn parts<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, Vec<Part>> {
    let (mut input, first) = part(context, input)?;
    let mut parts = vec![first];
    while !matches!(parts.last(), Some(Part::Rest)) {
        let (after, plus) = opt(sign("+")).parse(input)?;
        if plus.is_none() {
            break;
        }
        let (rest, next) = cut(|input| part(context, input)).parse(after)?;
        parts.push(next);
        input = rest;
    }
    Ok((input, parts))
}

fn part<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, Part> {
    let literal = terminated(|input| bytes(context, input), gap);
    alt((
        value(Part::Rest, |input| open(context, "*", input)),
        map(preceded(keyword("bytes"), cut(literal)), Part::Bytes),
        |input| record(context, input),
    ))
    .parse(input)
}

fn record<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, Part> {
    let expected = if context.seen { SEEN } else { SENT };
    let (after, name) = expect(expected, terminated(ident, gap)).parse(input)?;
    let mut schemas = RECORDS.iter().chain(HANDWRITTEN_RECORDS);
    let Some(schema) = schemas.find(|schema| schema.name == name) else {
        let records = RECORDS.iter().map(|schema| schema.name);
        let names: Vec<_> = records.chain(WORDS).collect();
        return Err(misspelt(input, expected, &names));
    };
    let (input, fields) = fields(schema, after, |field, input| {
        terminated(|input| term(context, schema, field, input), gap).parse(input)
    })?;
    let schema = *schema;
    Ok((input, Part::Record { schema, fields }))
}

/// `field "=" …` as often as there is one, put into wire order.
fn fields<'a, T>(
    schema: &Schema,
    mut input: &'a str,
    read: impl Fn(&'static Field, &'a str) -> Parsed<'a, T>,
) -> Parsed<'a, Vec<(&'static str, T)>> {
    let mut values: Vec<Option<T>> = schema.fields.iter().map(|_| None).collect();
    loop {
        let (after, name) =
            opt(preceded(not(keyword("within")), terminated(ident, gap))).parse(input)?;
        let Some(name) = name else { break };
        let found = schema
            .fields
            .iter()
            .zip(&mut values)
            .find(|(field, _)| field.name == name);
        let Some((field, slot)) = found else {
            let kind = format!("a field of {}", schema.name);
            let names: Vec<_> = schema.fields.iter().map(|field| field.name).collect();
            return Err(unknown(input, &kind, &names));
        };
        if slot.is_some() {
            return Err(failure(input, format!("{name} only once")));
        }
        let (after, _) = cut(expect("\"=\"", sign("="))).parse(after)?;
        let (rest, value) = cut(|input| read(field, input)).parse(after)?;
        *slot = Some(value);
        input = rest;
    }
    let named = schema.fields.iter().zip(values);
    let fields = named
        .filter_map(|(field, value)| Some((field.name, value?)))
        .collect();
    Ok((input, fields))
}

/// A sign that leaves something open, which one can see but not send.
fn open<'a>(context: Context<'_>, what: &'static str, input: &'a str) -> Parsed<'a, ()> {
    let (after, _) = sign(what).parse(input)?;
    closed(context, input)?;
    Ok((after, ()))
}

fn closed<'a>(context: Context<'_>, at: &'a str) -> Result<(), nom::Err<Trouble<'a>>> {
    if context.seen {
        Ok(())
    } else {
        Err(failure(at, "something to send, which leaves nothing open"))
    }
}

/// A type, and what else is known about the field it is of.
#[derive(Clone, Copy)]
struct Type {
    ty: JuteType,
    codes: Option<Codes>,
    trailing: bool,
}

fn term<'a>(
    context: Context<'_>,
    schema: &Schema,
    field: &Field,
    input: &'a str,
) -> Parsed<'a, Term> {
    let ty = Type {
        ty: field.ty,
        codes: codes(schema.name, field.name),
        trailing: field.trailing,
    };
    let (mut input, first) = test(context, ty, input)?;
    let mut tests = vec![first];
    while context.seen
        && let (after, Some(_)) = opt(joining).parse(input)?
    {
        let (rest, next) = cut(|input| test(context, ty, input)).parse(after)?;
        tests.push(next);
        input = rest;
    }
    if tests.len() > 1 {
        return Ok((input, Term::All(tests)));
    }
    Ok((input, tests.pop().unwrap_or(Term::Any)))
}

/// The sign between two tests of one field: nothing blank follows it.
fn joining(input: &str) -> Parsed<'_, char> {
    terminated(char('&'), peek(none_of(" \t"))).parse(input)
}

fn test<'a>(context: Context<'_>, ty: Type, input: &'a str) -> Parsed<'a, Term> {
    alt((
        value(Term::Any, |input| star(context, input)),
        |input| length(context, ty, input),
        map(
            preceded(
                |input| open(context, "!", input),
                cut(|input| typed(context, ty, input)),
            ),
            Term::Not,
        ),
        |input| range(context, ty, input),
        map(|input| typed(context, ty, input), Term::Is),
    ))
    .parse(input)
}

/// A `*`, and nothing eaten behind it.
fn star<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, ()> {
    let (after, _) = char('*').parse(input)?;
    closed(context, input)?;
    Ok((after, ()))
}

fn length<'a>(context: Context<'_>, ty: Type, input: &'a str) -> Parsed<'a, Term> {
    let (after, _) = char('#').parse(input)?;
    closed(context, input)?;
    match ty.ty {
        JuteType::Buffer | JuteType::Ustring | JuteType::Vector(_) => {
            map(cut(count), Term::Length).parse(after)
        }
        _ => Err(failure(
            input,
            "a value (only bytes and lists have a length)",
        )),
    }
}

fn range<'a>(context: Context<'_>, ty: Type, input: &'a str) -> Parsed<'a, Term> {
    let width = match ty.ty {
        JuteType::Int => Width::Int,
        JuteType::Long => Width::Long,
        _ => return Err(nom::Err::Error(Trouble::new(input, "an int"))),
    };
    let (after, from) = opt(|input| int(width, ty.codes, input)).parse(input)?;
    let (rest, dots) = opt(tag("..")).parse(after)?;
    match (dots, from) {
        (None, Some(number)) => Ok((after, Term::Is(Value::Int(number)))),
        (None, None) => Err(nom::Err::Error(Trouble::new(input, "an int"))),
        (Some(_), from) => {
            closed(context, input)?;
            let (rest, to) = opt(|input| int(width, ty.codes, input)).parse(rest)?;
            Ok((rest, Term::Range(from, to)))
        }
    }
}

/// The value of a type: the grammar's `value`, as far as it goes with the type.
fn typed<'a>(context: Context<'_>, ty: Type, input: &'a str) -> Parsed<'a, Value> {
    if ty.trailing
        && let Ok((after, _)) = lone("absent").parse(input)
    {
        return Ok((after, Value::Absent));
    }
    let nullable = !matches!(
        ty.ty,
        JuteType::Boolean | JuteType::Int | JuteType::Long | JuteType::Record(_)
    );
    if nullable && let Ok((after, _)) = lone("null").parse(input) {
        return Ok((after, Value::Null));
    }
    match ty.ty {
        JuteType::Boolean if ty.trailing => {
            expect("\"true\", \"false\" or \"absent\"", boolean).parse(input)
        }
        JuteType::Boolean => expect("\"true\" or \"false\"", boolean).parse(input),
        JuteType::Int => map(|input| int(Width::Int, ty.codes, input), Value::Int).parse(input),
        JuteType::Long => map(|input| int(Width::Long, ty.codes, input), Value::Int).parse(input),
        JuteType::Buffer | JuteType::Ustring => {
            map(|input| bytes(context, input), Value::Bytes).parse(input)
        }
        JuteType::Vector(item) => {
            let item = Type {
                ty: *item,
                codes: None,
                trailing: false,
            };
            map(|input| vector(context, item, input), Value::List).parse(input)
        }
        JuteType::Record(schema) => {
            map(|input| inner(context, schema, input), Value::Record).parse(input)
        }
        _ => Err(failure(input, "a type that can be written")),
    }
}

/// A word that is a whole value, so that no hex digits are cut off one.
fn lone<'a>(word: &'static str) -> impl Parser<&'a str, Output = (), Error = Trouble<'a>> {
    value((), terminated(tag(word), not(peek(ident))))
}

fn boolean(input: &str) -> Parsed<'_, Value> {
    alt((
        value(Value::Bool(true), lone("true")),
        value(Value::Bool(false), lone("false")),
    ))
    .parse(input)
}

fn vector<'a>(context: Context<'_>, item: Type, input: &'a str) -> Parsed<'a, Vec<Value>> {
    let (mut input, _) = expect("\"[\" or \"null\"", sign("[")).parse(input)?;
    let mut items = Vec::new();
    loop {
        if let (after, Some(_)) = opt(char(']')).parse(input)? {
            return Ok((after, items));
        }
        if input.is_empty() {
            return Err(failure(input, "\"]\""));
        }
        let one = |input| typed(context, item, input);
        let (rest, value) = cut(terminated(one, gap)).parse(input)?;
        items.push(value);
        input = rest;
    }
}

fn inner<'a>(
    context: Context<'_>,
    schema: &'static Schema,
    input: &'a str,
) -> Parsed<'a, Vec<(&'static str, Value)>> {
    let (input, _) = expect("\"{\"", sign("{")).parse(input)?;
    let (input, fields) = fields(schema, input, |field, input| {
        let ty = Type {
            ty: field.ty,
            codes: codes(schema.name, field.name),
            trailing: false,
        };
        terminated(|input| typed(context, ty, input), gap).parse(input)
    })?;
    let missing = schema
        .fields
        .iter()
        .find(|field| fields.iter().all(|(name, _)| *name != field.name));
    if let Some(field) = missing {
        return Err(failure(input, format!("{} of {}", field.name, schema.name)));
    }
    let (input, _) = cut(expect("\"}\"", char('}'))).parse(input)?;
    Ok((input, fields))
}
