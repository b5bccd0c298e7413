//! Text to tree: lines, scripts, headers and steps.
//!
//! The text is cut into lines and each line is read by one production, so that an error never
//! reaches past its line. Productions carry the names of the grammar.

mod lexeme;
mod line;
mod packet;
mod trouble;

use std::cell::Cell;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::digit1;
use nom::combinator::cut;
use nom::combinator::map;
use nom::combinator::opt;
use nom::combinator::peek;
use nom::combinator::rest;
use nom::combinator::value;
use nom::combinator::verify;
use nom::multi::separated_list1;
use nom::sequence::preceded;
use nom::sequence::terminated;

use self::lexeme::Width;
use self::lexeme::count;
use self::lexeme::gap;
use self::lexeme::int;
use self::lexeme::keyword;
use self::lexeme::name;
use self::lexeme::sign;
use self::lexeme::span;
use self::line::Line;
use self::line::Lines;
use self::packet::packet;
use self::trouble::Parsed;
use self::trouble::Trouble;
use self::trouble::expect;
use self::trouble::expect_word;
use self::trouble::failure;
use super::Action;
use super::Grade;
use super::Header;
use super::Observation;
use super::Outcome;
use super::Script;
use super::Seen;
use super::Step;
use super::SyntaxError;
use super::Transcript;
use super::Within;

/// Most bytes that the repetitions of one text (`00*1048576`) may come to, besides 16 for each
/// byte of the text.
pub const MAX_REPEATED: usize = 16 << 20;

/// Most packets in a row that one line may stand for.
pub const MAX_TIMES: usize = 10_000;

/// A long recording repeats a little on every line, which is no attack.
const REPEATED_PER_BYTE: usize = 16;

/// Words that begin a line of another kind, and therefore no connections.
const RESERVED: [&str; 6] = ["script", "wait", "mark", "strict", "tolerated", "forbidden"];

/// What can be done with a connection, for errors.
const VERBS: [&str; 7] = [
    "open", "expect", "shut", "close", "reset", "pause", "resume",
];

/// What a production needs to know besides the text.
#[derive(Clone, Copy)]
struct Context<'c> {
    /// Whether the packet is one to be seen, which may leave things open.
    seen: bool,
    /// Bytes that repetitions may still make.
    repeated: &'c Cell<usize>,
}

impl Context<'_> {
    const fn seen(self) -> Self {
        Self { seen: true, ..self }
    }

    const fn sent(self) -> Self {
        Self {
            seen: false,
            ..self
        }
    }
}

/// Reads a transcript.
///
/// # Errors
/// Says where the text first stops being one, and what could have stood there.
pub fn parse(text: &str) -> Result<Transcript, SyntaxError> {
    let repeated =
        Cell::new(MAX_REPEATED.saturating_add(text.len().saturating_mul(REPEATED_PER_BYTE)));
    let context = Context {
        seen: false,
        repeated: &repeated,
    };
    let mut lines = Lines::new(text);
    let mut transcript = Transcript::default();
    while let Some(line) = lines.next_if(Line::is_comment) {
        transcript.comments.push(line.read(comment)?);
    }
    while let Some(line) = lines.next_if(|_| true) {
        transcript.scripts.push(script(context, line, &mut lines)?);
    }
    Ok(transcript)
}

fn script<'a>(
    context: Context<'_>,
    first: Line<'a>,
    lines: &mut Lines<'a>,
) -> Result<Script, SyntaxError> {
    let mut script = Script {
        name: first.read(expect("\"script\"", title))?,
        ..Script::default()
    };
    loop {
        let Some(line) = lines.next_if(|_| true) else {
            return Err(lines.ends("a header or \"----\""));
        };
        match line.read(expect(
            "a header or \"----\"",
            alt((map(rule, |()| None), map(header, Some))),
        ))? {
            None => break,
            Some(header) => script.headers.push(header),
        }
    }
    while let Some(line) = lines.next_if(|line| !line.starts(keyword("script"))) {
        let mut action = line.read(|input| step(context, input))?;
        if let Action::Expect { outcomes, .. } = &mut action
            && outcomes.is_empty()
        {
            while let Some(line) = lines.next_if(|line| line.starts(grade)) {
                outcomes.push(line.read(|input| outcome(context.seen(), input))?);
            }
            if outcomes.is_empty() {
                return Err(match lines.next_if(|_| true) {
                    Some(line) => line.wrong(&Trouble::new(line.start(), OUTCOME)),
                    None => lines.ends(OUTCOME),
                });
            }
        }
        let line = line.number;
        script.steps.push(Step { line, action });
    }
    Ok(script)
}

const OUTCOME: &str = "an outcome (\"strict\", \"tolerated\" or \"forbidden\")";

fn title(input: &str) -> Parsed<'_, String> {
    preceded(keyword("script"), cut(expect("a name", name))).parse(input)
}

fn rule(input: &str) -> Parsed<'_, ()> {
    value((), sign("----")).parse(input)
}

fn header(input: &str) -> Parsed<'_, Header> {
    let remark = map(comment, |text| ("#".to_owned(), text));
    let key = verify(name, |key: &str| key != "script");
    map(
        alt((remark, (key, map(rest, str::to_owned)))),
        |(key, text)| Header { key, text },
    )
    .parse(input)
}

fn comment(input: &str) -> Parsed<'_, String> {
    map(preceded(sign("#"), rest), str::to_owned).parse(input)
}

fn step<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, Action> {
    if grade(input).is_ok() {
        let expected = "a step (an outcome stands below its \"expect\", with nothing between)";
        return Err(failure(input, expected));
    }
    expect(
        "a step (a connection, \"wait\", \"mark\" or \"#\")",
        alt((
            map(comment, Action::Comment),
            map(preceded(keyword("wait"), cut(span)), Action::Wait),
            map(
                preceded(keyword("mark"), cut(expect("a name", name))),
                Action::Mark,
            ),
            |input| with_connection(context, input),
        )),
    )
    .parse(input)
}

#[derive(Clone, Copy)]
enum Verb {
    Open,
    Send,
    See,
    Expect,
    Shut,
    Close,
    Reset,
    Pause,
    Resume,
}

fn with_connection<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, Action> {
    let (input, connection) = verify(name, |name: &str| !RESERVED.contains(&name)).parse(input)?;
    let (input, verb) = cut(expect_word(
        "\"open\", \">\", \"<\", \"expect\", \"shut\", \"close\", \"reset\", \"pause\" or \"resume\"",
        &VERBS,
        verb,
    ))
    .parse(input)?;
    match verb {
        Verb::Open => {
            let (input, refused) = opt(keyword("refused")).parse(input)?;
            let refused = refused.is_some();
            Ok((
                input,
                Action::Open {
                    connection,
                    refused,
                },
            ))
        }
        Verb::Send => {
            let sent = |input| packet(context.sent(), input);
            let (input, packets) = separated_list1(sign("&"), cut(sent)).parse(input)?;
            let (input, pieces) = opt(preceded(sign("|"), cut(pieces))).parse(input)?;
            Ok((
                input,
                Action::Send {
                    connection,
                    packets,
                    pieces,
                },
            ))
        }
        Verb::See => {
            let (input, seen) = observations(context.seen(), input)?;
            let outcomes = vec![Outcome {
                grade: Grade::Strict,
                name: String::new(),
                seen,
            }];
            Ok((
                input,
                Action::Expect {
                    connection,
                    outcomes,
                },
            ))
        }
        Verb::Expect => {
            let outcomes = Vec::new();
            Ok((
                input,
                Action::Expect {
                    connection,
                    outcomes,
                },
            ))
        }
        Verb::Shut => Ok((input, Action::Shut(connection))),
        Verb::Close => Ok((input, Action::Close(connection))),
        Verb::Reset => Ok((input, Action::Reset(connection))),
        Verb::Pause => Ok((input, Action::Pause(connection))),
        Verb::Resume => Ok((input, Action::Resume(connection))),
    }
}

fn verb(input: &str) -> Parsed<'_, Verb> {
    alt((
        value(Verb::Open, keyword("open")),
        value(Verb::Send, sign(">")),
        value(Verb::See, sign("<")),
        value(Verb::Expect, keyword("expect")),
        value(Verb::Shut, keyword("shut")),
        value(Verb::Close, keyword("close")),
        value(Verb::Reset, keyword("reset")),
        value(Verb::Pause, keyword("pause")),
        value(Verb::Resume, keyword("resume")),
    ))
    .parse(input)
}

fn pieces(input: &str) -> Parsed<'_, usize> {
    let (input, _) = expect("\"pieces\"", keyword("pieces")).parse(input)?;
    let (after, pieces) = count(input)?;
    if pieces == 0 {
        return Err(failure(input, "at least 1"));
    }
    gap(after).map(|(input, ())| (input, pieces))
}

fn grade(input: &str) -> Parsed<'_, Grade> {
    alt((
        value(Grade::Strict, keyword("strict")),
        value(Grade::Tolerated, keyword("tolerated")),
        value(Grade::Forbidden, keyword("forbidden")),
    ))
    .parse(input)
}

fn outcome<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, Outcome> {
    let (input, grade) = grade(input)?;
    let (input, name) = cut(expect("a name", name)).parse(input)?;
    let (input, _) = cut(expect("\":\"", sign(":"))).parse(input)?;
    let (input, seen) = observations(context, input)?;
    Ok((input, Outcome { grade, name, seen }))
}

fn observations<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, Vec<Observation>> {
    separated_list1(sign(","), cut(|input| observation(context, input))).parse(input)
}

fn observation<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, Observation> {
    let (input, what) = alt((
        value(Seen::Fin, keyword("fin")),
        value(Seen::Rst, keyword("rst")),
        value(Seen::Closed, keyword("closed")),
        map(preceded(keyword("quiet"), cut(span)), Seen::Quiet),
        |input| many(context, input),
        map(|input| packet(context, input), Seen::Packet),
    ))
    .parse(input)?;
    let (input, within) = opt(preceded(keyword("within"), cut(within))).parse(input)?;
    Ok((input, Observation { what, within }))
}

fn many<'a>(context: Context<'_>, input: &'a str) -> Parsed<'a, Seen> {
    let (after, _) = peek(digit1).parse(input)?;
    let (rest, times) = terminated(count, gap).parse(after)?;
    let (rest, _) = cut(expect("\"times\"", keyword("times"))).parse(rest)?;
    if !(2..=MAX_TIMES).contains(&times) {
        return Err(failure(input, format!("2 to {MAX_TIMES} times")));
    }
    let (rest, packet) = cut(|input| packet(context, input)).parse(rest)?;
    Ok((rest, Seen::Many(times, packet)))
}

fn within(input: &str) -> Parsed<'_, Within> {
    let (input, from) = opt(|input| int(Width::Long, None, input)).parse(input)?;
    let (input, _) = expect("\"..\"", tag("..")).parse(input)?;
    let (input, to) = terminated(opt(|input| int(Width::Long, None, input)), gap).parse(input)?;
    let (input, _) = expect("\"of\" and a mark", keyword("of")).parse(input)?;
    let (input, mark) = expect("the name of a mark", name).parse(input)?;
    Ok((input, Within { from, to, mark }))
}
