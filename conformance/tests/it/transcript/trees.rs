//! Strategies for every tree that the grammar can say.

use std::num::NonZeroU32;
use std::time::Duration;

use jute_codec::Field;
use jute_codec::JuteType;
use jute_codec::RECORDS;
use jute_codec::Schema;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use zk_conformance::transcript::Action;
use zk_conformance::transcript::BytesExpr;
use zk_conformance::transcript::BytesPiece;
use zk_conformance::transcript::Grade;
use zk_conformance::transcript::Header;
use zk_conformance::transcript::IntAtom;
use zk_conformance::transcript::IntExpr;
use zk_conformance::transcript::IntName;
use zk_conformance::transcript::MAX_TIMES;
use zk_conformance::transcript::Observation;
use zk_conformance::transcript::Outcome;
use zk_conformance::transcript::Packet;
use zk_conformance::transcript::Part;
use zk_conformance::transcript::Script;
use zk_conformance::transcript::Seen;
use zk_conformance::transcript::Span;
use zk_conformance::transcript::Step;
use zk_conformance::transcript::Term;
use zk_conformance::transcript::Transcript;
use zk_conformance::transcript::Value;
use zk_conformance::transcript::Within;

const RESERVED: [&str; 6] = ["script", "wait", "mark", "strict", "tolerated", "forbidden"];

pub(super) fn transcript() -> impl Strategy<Value = Transcript> {
    (vec(line(), 0..3), vec(script(), 0..4))
        .prop_map(|(comments, scripts)| Transcript { comments, scripts })
}

fn script() -> impl Strategy<Value = Script> {
    (name(), vec(header(), 0..4), vec(action(), 0..8)).prop_map(|(name, headers, actions)| Script {
        name,
        headers,
        steps: actions.into_iter().map(Step::new).collect(),
    })
}

fn header() -> impl Strategy<Value = Header> {
    let key = name().prop_filter("a script", |key| key != "script");
    (prop_oneof![9 => key, 1 => Just("#".to_owned())], line())
        .prop_map(|(key, text)| Header { key, text })
}

/// What can follow a `#`: no blanks at either end.
fn line() -> impl Strategy<Value = String> {
    "[^\n]{0,20}".prop_map(|text| text.trim_matches([' ', '\t', '\r']).to_owned())
}

/// Names, hostile ones too: every word of the language that may be one.
fn name() -> impl Strategy<Value = String> {
    let words = vec![
        "A",
        "raw",
        "bytes",
        "null",
        "absent",
        "open",
        "within",
        "of",
        "fin",
        "true",
        "script",
        "ConnectRequest",
        "abcd",
        "pieces",
        "refused",
    ];
    prop_oneof![
        "[A-Za-z_][A-Za-z0-9_/.-]{0,20}",
        select(words).prop_map(str::to_owned),
    ]
}

fn connection() -> impl Strategy<Value = String> {
    name().prop_filter("reserved", |name| !RESERVED.contains(&name.as_str()))
}

fn ident() -> impl Strategy<Value = String> {
    "[A-Za-z_][A-Za-z0-9_]{0,8}"
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        line().prop_map(Action::Comment),
        (connection(), any::<bool>()).prop_map(|(connection, refused)| Action::Open {
            connection,
            refused
        }),
        (
            connection(),
            vec(packet(false), 1..4),
            option::of(1..=usize::MAX)
        )
            .prop_map(|(connection, packets, pieces)| Action::Send {
                connection,
                packets,
                pieces
            }),
        (connection(), vec(outcome(), 1..4)).prop_map(|(connection, outcomes)| Action::Expect {
            connection,
            outcomes
        }),
        (connection(), vec(observation(), 1..4)).prop_map(|(connection, seen)| Action::Expect {
            connection,
            outcomes: vec![Outcome {
                grade: Grade::Strict,
                name: String::new(),
                seen
            }]
        }),
        connection().prop_map(Action::Shut),
        connection().prop_map(Action::Close),
        connection().prop_map(Action::Reset),
        connection().prop_map(Action::Pause),
        connection().prop_map(Action::Resume),
        span().prop_map(Action::Wait),
        name().prop_map(Action::Mark),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let grades = vec![Grade::Strict, Grade::Tolerated, Grade::Forbidden];
    (select(grades), name(), vec(observation(), 1..4)).prop_map(|(grade, name, seen)| Outcome {
        grade,
        name,
        seen,
    })
}

fn observation() -> impl Strategy<Value = Observation> {
    let what = prop_oneof![
        4 => packet(true).prop_map(Seen::Packet),
        1 => (2..=MAX_TIMES, packet(true)).prop_map(|(times, packet)| Seen::Many(times, packet)),
        1 => Just(Seen::Fin),
        1 => Just(Seen::Rst),
        1 => Just(Seen::Closed),
        1 => span().prop_map(Seen::Quiet),
    ];
    (what, option::of(within())).prop_map(|(what, within)| Observation { what, within })
}

fn within() -> impl Strategy<Value = Within> {
    (option::of(long()), option::of(long()), name()).prop_map(|(from, to, mark)| Within {
        from,
        to,
        mark,
    })
}

fn span() -> impl Strategy<Value = Span> {
    let nanos = prop_oneof![
        Just(0),
        (0..1_000_u32).prop_map(|millis| millis * 1_000_000),
        0..1_000_000_000_u32
    ];
    let exact = (prop_oneof![Just(0), 0..100_u64, any::<u64>()], nanos);
    prop_oneof![
        exact.prop_map(|(secs, nanos)| Span::Exact(Duration::new(secs, nanos))),
        long().prop_map(Span::Millis),
    ]
}

/// A packet to be sent, or one to be seen.
pub(super) fn packet(seen: bool) -> BoxedStrategy<Packet> {
    let parts = if seen {
        (vec(part(seen), 0..3), part(seen), any::<bool>())
            .prop_map(|(mut parts, last, open)| {
                parts.push(if open { Part::Rest } else { last });
                parts
            })
            .boxed()
    } else {
        vec(part(seen), 1..4).boxed()
    };
    let raw = if seen {
        option::of(bytes()).boxed()
    } else {
        bytes().prop_map(Some).boxed()
    };
    let packet = prop_oneof![
        4 => parts.prop_map(Packet::Frame),
        1 => raw.prop_map(Packet::Raw),
    ];
    if seen {
        prop_oneof![8 => packet, 1 => bytes().prop_map(Packet::Text)].boxed()
    } else {
        packet.boxed()
    }
}

fn part(seen: bool) -> impl Strategy<Value = Part> {
    let record = select(RECORDS).prop_flat_map(move |schema| {
        let fields: Vec<_> = schema
            .fields
            .iter()
            .map(|field| {
                let name = field.name;
                option::of(term(field, seen)).prop_map(move |term| Some((name, term?)))
            })
            .collect();
        fields.prop_map(move |fields| record(schema, fields))
    });
    prop_oneof![4 => record, 1 => bytes().prop_map(Part::Bytes)]
}

fn record(schema: Schema, fields: Vec<Option<(&'static str, Term)>>) -> Part {
    let fields = fields.into_iter().flatten().collect();
    Part::Record { schema, fields }
}

fn term(field: &Field, seen: bool) -> BoxedStrategy<Term> {
    let value = if field.trailing {
        prop_oneof![1 => Just(Value::Absent), 3 => value(&field.ty)].boxed()
    } else {
        value(&field.ty)
    };
    if !seen {
        return value.prop_map(Term::Is).boxed();
    }
    let open = prop_oneof![
        4 => value.clone().prop_map(Term::Is),
        1 => value.prop_map(Term::Not),
        1 => Just(Term::Any),
    ];
    let range = |number: BoxedStrategy<IntExpr>| {
        (option::of(number.clone()), option::of(number))
            .prop_map(|(from, to)| Term::Range(from, to))
    };
    let test = match field.ty {
        JuteType::Int => prop_oneof![open, range(int())].boxed(),
        JuteType::Long => prop_oneof![open, range(long())].boxed(),
        JuteType::Buffer | JuteType::Ustring | JuteType::Vector(_) => {
            prop_oneof![3 => open, 1 => any::<usize>().prop_map(Term::Length)].boxed()
        }
        _ => open.boxed(),
    };
    prop_oneof![3 => test.clone(), 1 => vec(test, 2..4).prop_map(Term::All)].boxed()
}

fn value(ty: &JuteType) -> BoxedStrategy<Value> {
    let null = |other: BoxedStrategy<Value>| prop_oneof![1 => Just(Value::Null), 4 => other];
    match ty {
        JuteType::Boolean => any::<bool>().prop_map(Value::Bool).boxed(),
        JuteType::Int => int().prop_map(Value::Int).boxed(),
        JuteType::Long => long().prop_map(Value::Int).boxed(),
        JuteType::Vector(item) => {
            null(vec(value(item), 0..4).prop_map(Value::List).boxed()).boxed()
        }
        JuteType::Record(schema) => {
            let fields: Vec<_> = schema
                .fields
                .iter()
                .map(|field| (Just(field.name), value(&field.ty)))
                .collect();
            fields.prop_map(Value::Record).boxed()
        }
        _ => null(bytes().prop_map(Value::Bytes).boxed()).boxed(),
    }
}

fn int() -> BoxedStrategy<IntExpr> {
    sum(prop_oneof![-130..130_i64, any::<i32>().prop_map(i64::from)].boxed())
}

fn long() -> BoxedStrategy<IntExpr> {
    sum(prop_oneof![-2..10_000_i64, any::<i64>()].boxed())
}

fn sum(number: BoxedStrategy<i64>) -> BoxedStrategy<IntExpr> {
    let named = || {
        prop_oneof![
            ident().prop_map(IntName::Param),
            (ident(), divisor()).prop_map(|(name, by)| IntName::Fraction(name, by)),
            ident().prop_map(IntName::Symbol),
        ]
    };
    let first = prop_oneof![3 => number.clone().prop_map(IntName::Number), 1 => named()];
    let positive = number.prop_filter("negative", |number| *number >= 0);
    let later = prop_oneof![positive.prop_map(IntName::Number), named()];
    let later = (any::<bool>(), later).prop_map(|(minus, of)| IntAtom { minus, of });
    let more = prop_oneof![3 => Just(Vec::new()), 1 => vec(later, 1..3)];
    (first, more)
        .prop_map(|(of, more)| {
            let first = IntAtom { minus: false, of };
            IntExpr(std::iter::once(first).chain(more).collect())
        })
        .boxed()
}

fn divisor() -> impl Strategy<Value = NonZeroU32> {
    (1..=u32::MAX).prop_filter_map("zero", NonZeroU32::new)
}

fn bytes() -> impl Strategy<Value = BytesExpr> {
    let symbol = (ident(), option::of(0..40_usize), option::of(0..40_usize));
    let piece = prop_oneof![
        3 => literal().prop_map(BytesPiece::Literal),
        1 => prop_oneof![
            int().prop_map(BytesPiece::Int),
            long().prop_map(BytesPiece::Long),
            long().prop_map(BytesPiece::Password),
        ],
        1 => symbol.prop_map(|(name, from, to)| BytesPiece::Symbol {
            name,
            from,
            to: to.map(|to| to + from.unwrap_or(0)),
        }),
    ];
    vec(piece, 0..4).prop_map(joined)
}

/// Joins literal neighbours and drops empty ones, as the tree has it.
fn joined(pieces: Vec<BytesPiece>) -> BytesExpr {
    let mut joined: Vec<BytesPiece> = Vec::new();
    for piece in pieces {
        match (joined.last_mut(), piece) {
            (Some(BytesPiece::Literal(before)), BytesPiece::Literal(more)) => before.extend(more),
            (_, BytesPiece::Literal(bytes)) if bytes.is_empty() => {}
            (_, piece) => joined.push(piece),
        }
    }
    BytesExpr(joined)
}

/// Runs, text and noise, of any length.
fn literal() -> impl Strategy<Value = Vec<u8>> {
    let stretch = prop_oneof![
        (any::<u8>(), 0..40_usize).prop_map(|(byte, length)| vec![byte; length]),
        (0..3_u8, 0..40_usize).prop_map(|(byte, length)| vec![byte; length]),
        ".{0,10}".prop_map(String::into_bytes),
        "[ -~\n\r\t]{0,10}".prop_map(String::into_bytes),
        vec(any::<u8>(), 0..10),
    ];
    vec(stretch, 0..4).prop_map(|stretches| stretches.concat())
}
