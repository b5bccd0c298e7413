//! The words of a line: names, numbers, bytes, text and durations.

use std::num::NonZeroU32;
use std::time::Duration;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::bytes::complete::take_while;
use nom::bytes::complete::take_while_m_n;
use nom::bytes::complete::take_while1;
use nom::character::complete::char;
use nom::character::complete::digit1;
use nom::character::complete::hex_digit1;
use nom::character::complete::none_of;
use nom::combinator::cut;
use nom::combinator::map;
use nom::combinator::map_opt;
use nom::combinator::not;
use nom::combinator::opt;
use nom::combinator::peek;
use nom::combinator::recognize;
use nom::combinator::value;
use nom::combinator::verify;
use nom::multi::fold_many0;
use nom::sequence::delimited;
use nom::sequence::preceded;
use nom::sequence::terminated;

use super::Context;
use super::MAX_REPEATED;
use super::trouble::Parsed;
use super::trouble::Trouble;
use super::trouble::expect;
use super::trouble::expect_whole;
use super::trouble::failure;
use super::trouble::unknown;
use crate::transcript::BytesExpr;
use crate::transcript::BytesPiece;
use crate::transcript::IntAtom;
use crate::transcript::IntExpr;
use crate::transcript::IntName;
use crate::transcript::Span;
use crate::transcript::code::Codes;

/// Blanks, eaten after every token.
pub(super) fn gap(input: &str) -> Parsed<'_, ()> {
    value((), take_while(|c| c == ' ' || c == '\t')).parse(input)
}

fn word(input: &str) -> Parsed<'_, &str> {
    recognize((
        take_while_m_n(1, 1, |c: char| c.is_ascii_alphabetic() || c == '_'),
        take_while(|c: char| c.is_ascii_alphanumeric() || "-_/.".contains(c)),
    ))
    .parse(input)
}

/// What stands for a number or bytes, or for a field: a name without `-`, `/` and `.`.
pub(super) fn ident(input: &str) -> Parsed<'_, &str> {
    recognize((
        take_while_m_n(1, 1, |c: char| c.is_ascii_alphabetic() || c == '_'),
        take_while(|c: char| c.is_ascii_alphanumeric() || c == '_'),
    ))
    .parse(input)
}

pub(super) fn name(input: &str) -> Parsed<'_, String> {
    map(terminated(word, gap), str::to_owned).parse(input)
}

pub(super) fn keyword<'a>(
    keyword: &'static str,
) -> impl Parser<&'a str, Output = &'a str, Error = Trouble<'a>> {
    terminated(verify(word, move |word: &str| word == keyword), gap)
}

pub(super) fn sign<'a>(
    sign: &'static str,
) -> impl Parser<&'a str, Output = &'a str, Error = Trouble<'a>> {
    terminated(tag(sign), gap)
}

/// A count of bytes or positions, without the gap.
pub(super) fn count(input: &str) -> Parsed<'_, usize> {
    let (after, digits) = expect("a count", digit1).parse(input)?;
    match digits.parse() {
        Ok(count) => Ok((after, count)),
        Err(_) => Err(failure(input, format!("at most {}", usize::MAX))),
    }
}

/// How many bits a number has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Width {
    Int,
    Long,
}

impl Width {
    fn decimal(self, digits: &str) -> Option<i64> {
        match self {
            Self::Int => digits.parse::<i32>().ok().map(i64::from),
            Self::Long => digits.parse().ok(),
        }
    }

    /// Hex digits are the bits of the field, as ZooKeeper's logs have it.
    fn hex(self, digits: &str) -> Option<i64> {
        match self {
            Self::Int => u32::from_str_radix(digits, 16)
                .ok()
                .map(|bits| i64::from(bits.cast_signed())),
            Self::Long => u64::from_str_radix(digits, 16).ok().map(u64::cast_signed),
        }
    }

    const fn range(self) -> &'static str {
        match self {
            Self::Int => "an int (-2147483648 to 2147483647)",
            Self::Long => "a long (-9223372036854775808 to 9223372036854775807)",
        }
    }
}

/// Without the gap, which a `..` may have to follow at once.
pub(super) fn int(width: Width, codes: Option<Codes>, input: &str) -> Parsed<'_, IntExpr> {
    let (mut input, first) = atom(width, codes, input)?;
    let mut sum = vec![IntAtom {
        minus: false,
        of: first,
    }];
    while let (after, Some(operator)) = opt(operator).parse(input)? {
        let (rest, of) = cut(|input| atom(width, codes, input)).parse(after)?;
        if matches!(of, IntName::Number(number) if number < 0) {
            return Err(failure(after, "a number that is not negative"));
        }
        sum.push(IntAtom {
            minus: operator == '-',
            of,
        });
        input = rest;
    }
    Ok((input, IntExpr(sum)))
}

/// A sign that does not stand between parts of a frame: nothing blank follows it.
fn operator(input: &str) -> Parsed<'_, char> {
    terminated(alt((char('+'), char('-'))), peek(none_of(" \t"))).parse(input)
}

fn atom(width: Width, codes: Option<Codes>, input: &str) -> Parsed<'_, IntName> {
    expect_whole(
        "a number",
        alt((
            param,
            map(preceded(char('@'), named), IntName::Symbol),
            map(|input| number(width, input), IntName::Number),
            map(|input| code(codes, input), IntName::Number),
        )),
    )
    .parse(input)
}

fn param(input: &str) -> Parsed<'_, IntName> {
    let (input, name) = preceded(char('$'), named).parse(input)?;
    let (after, divisor) = opt(preceded(char('/'), cut(divisor))).parse(input)?;
    Ok(match divisor {
        Some(divisor) => (after, IntName::Fraction(name, divisor)),
        None => (input, IntName::Param(name)),
    })
}

fn divisor(input: &str) -> Parsed<'_, NonZeroU32> {
    let (after, digits) = expect("a number", digit1).parse(input)?;
    match digits.parse() {
        Ok(divisor) => Ok((after, divisor)),
        Err(_) => Err(failure(input, "a number from 1 to 4294967295")),
    }
}

fn named(input: &str) -> Parsed<'_, String> {
    map(cut(expect("a name", ident)), str::to_owned).parse(input)
}

fn number(width: Width, input: &str) -> Parsed<'_, i64> {
    let hex = preceded(tag("0x"), cut(expect("hex digits", hex_digit1)));
    let (after, number) = alt((
        map(hex, |digits| width.hex(digits)),
        map(recognize((opt(char('-')), digit1)), |digits| {
            width.decimal(digits)
        }),
    ))
    .parse(input)?;
    match number {
        Some(number) => Ok((after, number)),
        None => Err(failure(input, width.range())),
    }
}

fn code(codes: Option<Codes>, input: &str) -> Parsed<'_, i64> {
    let (after, name) = ident(input)?;
    let Some(codes) = codes else {
        return Err(failure(input, "a number"));
    };
    match codes.number(name) {
        Some(number) => Ok((after, i64::from(number))),
        None => {
            let kind = format!("a number or {}", codes.kind());
            Err(unknown(input, &kind, &codes.names()))
        }
    }
}

/// Without the gap.
pub(super) fn bytes<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, BytesExpr> {
    let mut pieces = Vec::new();
    let (mut input, first) = piece(context, input)?;
    append(&mut pieces, first);
    while let (after, Some(_)) = opt(char('.')).parse(input)? {
        let (rest, next) = cut(|input| piece(context, input)).parse(after)?;
        append(&mut pieces, next);
        input = rest;
    }
    Ok((input, BytesExpr(pieces)))
}

/// Joins literal neighbours, so that equal bytes are equal trees.
fn append(pieces: &mut Vec<BytesPiece>, next: BytesPiece) {
    match (pieces.last_mut(), next) {
        (Some(BytesPiece::Literal(before)), BytesPiece::Literal(bytes)) => before.extend(bytes),
        (_, BytesPiece::Literal(bytes)) if bytes.is_empty() => {}
        (_, next) => pieces.push(next),
    }
}

fn piece<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, BytesPiece> {
    expect(
        "bytes (hex digits, \"text\", @symbol, int(…), long(…) or password(…))",
        alt((
            map(called("int(", Width::Int), BytesPiece::Int),
            map(called("long(", Width::Long), BytesPiece::Long),
            map(called("password(", Width::Long), BytesPiece::Password),
            map(|input| literal(context, input), BytesPiece::Literal),
            symbol,
        )),
    )
    .parse(input)
}

/// A number in parentheses, behind what becomes of it and the first of them.
fn called<'a>(
    function: &'static str,
    width: Width,
) -> impl Parser<&'a str, Output = IntExpr, Error = Trouble<'a>> {
    delimited(
        tag(function),
        cut(move |input| int(width, None, input)),
        cut(expect("\")\"", char(')'))),
    )
}

fn literal<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, Vec<u8>> {
    let binary = preceded(opt(char('b')), text);
    let (after, unit) = alt((binary, hex)).parse(input)?;
    let (rest, Some(times)) = opt(preceded(char('*'), cut(count))).parse(after)? else {
        return Ok((after, unit));
    };
    let total = unit.len().checked_mul(times);
    let left = total.and_then(|total| context.repeated.get().checked_sub(total));
    let Some(left) = left else {
        return Err(failure(
            input,
            format!("repetitions that come to {MAX_REPEATED} bytes or less"),
        ));
    };
    context.repeated.set(left);
    Ok((rest, unit.repeat(times)))
}

fn hex(input: &str) -> Parsed<'_, Vec<u8>> {
    let (after, digits) = hex_digit1(input)?;
    if digits.len() % 2 != 0 {
        return Err(failure(input, "an even number of hex digits"));
    }
    let nibble = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default();
    let byte = |pair: &[u8]| {
        let bits = pair
            .iter()
            .fold(0, |bits, digit| bits << 4 | nibble(*digit));
        u8::try_from(bits).unwrap_or_default()
    };
    Ok((after, digits.as_bytes().chunks(2).map(byte).collect()))
}

fn text(input: &str) -> Parsed<'_, Vec<u8>> {
    let inside = fold_many0(
        alt((map(plain, Stretch::Plain), map(escape, Stretch::Escape))),
        Vec::new,
        |mut text: Vec<u8>, more| {
            match more {
                Stretch::Plain(plain) => text.extend_from_slice(plain.as_bytes()),
                Stretch::Escape(byte) => text.push(byte),
            }
            text
        },
    );
    delimited(char('"'), inside, cut(expect("a closing '\"'", char('"')))).parse(input)
}

enum Stretch<'a> {
    Plain(&'a str),
    Escape(u8),
}

fn plain(input: &str) -> Parsed<'_, &str> {
    take_while1(|c| c != '"' && c != '\\').parse(input)
}

fn escape(input: &str) -> Parsed<'_, u8> {
    let byte = map_opt(
        take_while_m_n(2, 2, |c: char| c.is_ascii_hexdigit()),
        |digits| u8::from_str_radix(digits, 16).ok(),
    );
    let escaped = alt((
        value(b'"', char('"')),
        value(b'\\', char('\\')),
        value(b'\n', char('n')),
        value(b'\r', char('r')),
        value(b'\t', char('t')),
        preceded(char('x'), cut(expect("two hex digits", byte))),
    ));
    preceded(char('\\'), cut(expect(ESCAPE, escaped))).parse(input)
}

const ESCAPE: &str = "an escape (\\\", \\\\, \\n, \\r, \\t or \\x and two hex digits)";

fn symbol(input: &str) -> Parsed<'_, BytesPiece> {
    let (input, name) = preceded(char('@'), named).parse(input)?;
    let (after, slice) = opt(slice).parse(input)?;
    let (from, to) = slice.unwrap_or_default();
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(failure(input, "a slice that ends where it starts or later"));
    }
    Ok((after, BytesPiece::Symbol { name, from, to }))
}

type Slice = (Option<usize>, Option<usize>);

fn slice(input: &str) -> Parsed<'_, Slice> {
    let (input, _) = char('[').parse(input)?;
    let (input, from) = opt(count).parse(input)?;
    let (input, _) = cut(expect("\"..\"", tag(".."))).parse(input)?;
    let (input, to) = opt(count).parse(input)?;
    let (input, _) = cut(expect("\"]\"", char(']'))).parse(input)?;
    Ok((input, (from, to)))
}

const SPAN: &str = "a length of time (such as 200ms, 1.5s or $max+50)";

pub(super) fn span(input: &str) -> Parsed<'_, Span> {
    let millis = |input| int(Width::Long, None, input);
    let unended = not(take_while_m_n(1, 1, |c: char| {
        c == '.' || c.is_alphanumeric()
    }));
    let (after, span) = expect_whole(
        SPAN,
        alt((
            map(duration, Span::Exact),
            map(terminated(millis, unended), Span::Millis),
        )),
    )
    .parse(input)?;
    gap(after).map(|(input, ())| (input, span))
}

fn duration(input: &str) -> Parsed<'_, Duration> {
    let fraction = map(opt(preceded(char('.'), digit1)), Option::unwrap_or_default);
    let unit = alt((value(6, tag("ms")), value(9, tag("s"))));
    let (after, (whole, fraction, places)) = (digit1, fraction, unit).parse(input)?;
    match exact(whole, fraction, places) {
        Some(duration) => Ok((after, duration)),
        None => Err(failure(
            input,
            "a whole number of nanoseconds, below 2^64 units",
        )),
    }
}

/// A number of units of `10^places` nanoseconds.
fn exact(whole: &str, fraction: &str, places: u32) -> Option<Duration> {
    let unit = 10_u32.pow(places);
    let whole: u64 = whole.parse().ok()?;
    let fraction = fraction.trim_end_matches('0');
    let digits = u32::try_from(fraction.len()).ok()?;
    let nanos = match fraction {
        "" => 0,
        digits_of => digits_of.parse::<u32>().ok()? * 10_u32.pow(places.checked_sub(digits)?),
    };
    let per_second = u64::from(1_000_000_000 / unit);
    let rest = u32::try_from(whole % per_second).ok()? * unit;
    Some(Duration::new(whole / per_second, rest + nanos))
}
