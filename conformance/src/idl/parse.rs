//! Text to tree. Productions carry the names of the grammar.

use nom::IResult;
use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::is_not;
use nom::bytes::complete::tag;
use nom::bytes::complete::take_until;
use nom::bytes::complete::take_while;
use nom::bytes::complete::take_while_m_n;
use nom::character::complete::multispace1;
use nom::combinator::cut;
use nom::combinator::eof;
use nom::combinator::map;
use nom::combinator::opt;
use nom::combinator::recognize;
use nom::combinator::value;
use nom::combinator::verify;
use nom::error::ErrorKind;
use nom::error::ParseError;
use nom::multi::many_till;
use nom::multi::many0_count;
use nom::multi::separated_list1;
use nom::sequence::preceded;
use nom::sequence::terminated;
use thiserror::Error;

use super::Class;
use super::Field;
use super::Idl;
use super::Module;
use super::Type;

/// How deep `vector` and `map` may nest.
pub const MAX_NESTING: usize = 16;

/// Longest stretch of a text that an error repeats, in characters.
const LONGEST_FOUND: usize = 32;

/// Words with a meaning, which are therefore no names.
const RESERVED: [&str; 12] = [
    "module", "class", "byte", "boolean", "int", "long", "float", "double", "ustring", "buffer",
    "vector", "map",
];

/// The first thing in a text that is not the interface language of jute.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("line {line}, column {column}: expected {expected}, found {found}")]
pub struct SyntaxError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What could have stood there.
    pub expected: &'static str,
    /// What stands there.
    pub found: String,
}

/// Reads a schema file.
///
/// # Errors
/// Says where the text first stops being one, and what could have stood there.
pub fn parse(text: &str) -> Result<Idl, SyntaxError> {
    match file(text) {
        Ok((_, idl)) => Ok(idl),
        Err(nom::Err::Error(trouble) | nom::Err::Failure(trouble)) => Err(trouble.within(text)),
        Err(nom::Err::Incomplete(_)) => Err(Trouble::new("", "more text").within(text)),
    }
}

fn file(input: &str) -> Parsed<'_, Idl> {
    let first = preceded(gap, expect("\"module\"", module));
    let others = many_till(expect("\"module\" or the end of the file", module), eof);
    map((first, others), |(first, (others, _))| Idl {
        modules: [vec![first], others].concat(),
    })
    .parse(input)
}

fn module(input: &str) -> Parsed<'_, Module> {
    let name = expect("the module's name", path);
    let classes = many_till(expect("\"class\" or \"}\"", class), sign("}"));
    let body = preceded(sign("{"), classes);
    map(
        preceded(keyword("module"), cut((name, body))),
        |(name, (classes, _))| Module { name, classes },
    )
    .parse(input)
}

fn class(input: &str) -> Parsed<'_, Class> {
    let name = expect("the class's name", name);
    let fields = many_till(expect("a field or \"}\"", field), sign("}"));
    let body = preceded(sign("{"), fields);
    map(
        preceded(keyword("class"), cut((name, body))),
        |(name, (fields, _))| Class { name, fields },
    )
    .parse(input)
}

fn field(input: &str) -> Parsed<'_, Field> {
    let (rest, ty) = ty(0, input)?;
    let name = expect("the field's name", name);
    let (rest, name) = cut(terminated(name, sign(";"))).parse(rest)?;
    Ok((rest, Field { name, ty }))
}

fn ty(depth: usize, input: &str) -> Parsed<'_, Type> {
    let (rest, word) = expect("a type", token(recognize(dotted))).parse(input)?;
    let primitive = match word {
        "byte" => Type::Byte,
        "boolean" => Type::Boolean,
        "int" => Type::Int,
        "long" => Type::Long,
        "float" => Type::Float,
        "double" => Type::Double,
        "ustring" => Type::Ustring,
        "buffer" => Type::Buffer,
        "vector" | "map" => return cut(|rest| container(word == "map", depth, rest)).parse(rest),
        _ if word.split('.').any(is_reserved) => return Err(wrong(input, "a type")),
        _ => Type::Class(word.to_owned()),
    };
    Ok((rest, primitive))
}

fn container(is_map: bool, depth: usize, input: &str) -> Parsed<'_, Type> {
    if depth >= MAX_NESTING {
        return Err(nom::Err::Failure(Trouble::new(
            input,
            "fewer types in types",
        )));
    }
    let inner = |input| ty(depth + 1, input);
    let (rest, _) = sign("<").parse(input)?;
    if is_map {
        let (rest, (key, _, value, _)) = (inner, sign(","), inner, sign(">")).parse(rest)?;
        Ok((rest, Type::Map(Box::new(key), Box::new(value))))
    } else {
        let (rest, (item, _)) = (inner, sign(">")).parse(rest)?;
        Ok((rest, Type::Vector(Box::new(item))))
    }
}

fn path(input: &str) -> Parsed<'_, String> {
    let free = |path: &&str| !path.split('.').any(is_reserved);
    map(token(verify(recognize(dotted), free)), str::to_owned).parse(input)
}

fn name(input: &str) -> Parsed<'_, String> {
    map(
        token(verify(word, |word: &str| !is_reserved(word))),
        str::to_owned,
    )
    .parse(input)
}

fn dotted(input: &str) -> Parsed<'_, Vec<&str>> {
    separated_list1(tag("."), word).parse(input)
}

fn word(input: &str) -> Parsed<'_, &str> {
    recognize((
        take_while_m_n(1, 1, |c: char| c.is_ascii_alphabetic() || c == '_'),
        take_while(|c: char| c.is_ascii_alphanumeric() || c == '_'),
    ))
    .parse(input)
}

fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

fn keyword<'a>(
    keyword: &'static str,
) -> impl Parser<&'a str, Output = &'a str, Error = Trouble<'a>> {
    token(verify(word, move |word: &str| word == keyword))
}

fn sign<'a>(sign: &'static str) -> impl Parser<&'a str, Output = &'a str, Error = Trouble<'a>> {
    let what = match sign {
        "{" => "\"{\"",
        "}" => "\"}\"",
        "<" => "\"<\"",
        ">" => "\">\"",
        "," => "\",\"",
        _ => "\";\"",
    };
    expect(what, token(tag(sign)))
}

fn token<'a, O>(
    production: impl Parser<&'a str, Output = O, Error = Trouble<'a>>,
) -> impl Parser<&'a str, Output = O, Error = Trouble<'a>> {
    terminated(production, gap)
}

/// Blanks and comments, eaten after every token.
fn gap(input: &str) -> Parsed<'_, ()> {
    let line = value((), (tag("//"), opt(is_not("\n"))));
    let block = value(
        (),
        (
            tag("/*"),
            cut(expect_whole("\"*/\" behind it", take_until("*/"))),
            tag("*/"),
        ),
    );
    value((), many0_count(alt((value((), multispace1), line, block)))).parse(input)
}

/// What a production gives.
type Parsed<'a, O> = IResult<&'a str, O, Trouble<'a>>;

/// What is wrong with the rest of a text.
#[derive(Clone, Debug)]
struct Trouble<'a> {
    at: &'a str,
    expected: &'static str,
}

impl<'a> Trouble<'a> {
    const fn new(at: &'a str, expected: &'static str) -> Self {
        Self { at, expected }
    }

    /// The error for `text`, of which `self.at` is the end.
    fn within(&self, text: &str) -> SyntaxError {
        let before = text.get(..text.len().saturating_sub(self.at.len()));
        let before = before.unwrap_or(text);
        let start_of_line = before.rfind('\n').map_or(0, |newline| newline + 1);
        SyntaxError {
            line: 1 + before.matches('\n').count(),
            column: 1 + before
                .get(start_of_line..)
                .unwrap_or_default()
                .chars()
                .count(),
            expected: self.expected,
            found: found(self.at),
        }
    }
}

impl<'a> ParseError<&'a str> for Trouble<'a> {
    fn from_error_kind(input: &'a str, _kind: ErrorKind) -> Self {
        Self::new(input, "something else")
    }

    fn append(_input: &'a str, _kind: ErrorKind, other: Self) -> Self {
        other
    }

    fn or(self, other: Self) -> Self {
        // What got further knows better.
        if self.at.len() < other.at.len() {
            self
        } else {
            other
        }
    }
}

fn wrong<'a>(at: &'a str, expected: &'static str) -> nom::Err<Trouble<'a>> {
    nom::Err::Error(Trouble::new(at, expected))
}

/// Names what `production` would have been, if it fails at its first token.
fn expect<'a, O>(
    what: &'static str,
    mut production: impl Parser<&'a str, Output = O, Error = Trouble<'a>>,
) -> impl FnMut(&'a str) -> Parsed<'a, O> {
    move |input| {
        production.parse(input).map_err(|error| match error {
            nom::Err::Error(trouble) if trouble.at.len() == input.len() => wrong(input, what),
            other => other,
        })
    }
}

/// As [`expect`], wherever in it the production fails.
fn expect_whole<'a, O>(
    what: &'static str,
    mut production: impl Parser<&'a str, Output = O, Error = Trouble<'a>>,
) -> impl FnMut(&'a str) -> Parsed<'a, O> {
    move |input| {
        production
            .parse(input)
            .map_err(|_: nom::Err<_>| wrong(input, what))
    }
}

/// The token at the front of `rest`, as an error shows it.
fn found(rest: &str) -> String {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let Some(first) = rest.chars().next() else {
        return "the end of the file".to_owned();
    };
    let word: String = rest
        .chars()
        .take(LONGEST_FOUND)
        .take_while(|c| in_word(*c))
        .collect();
    let token = if word.is_empty() {
        first.to_string()
    } else {
        word
    };
    format!("\"{}\"", token.escape_debug())
}
