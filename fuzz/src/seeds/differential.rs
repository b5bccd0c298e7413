//! Seeds of the target `differential`: every known answer without its header, and what Java
//! forgives.

use super::KnownAnswer;
use super::Seed;
use crate::differential::OPERATIONS;
use crate::differential::RESULTS;
use crate::differential::number_of;

pub(super) fn seeds(answers: &[KnownAnswer]) -> Vec<Seed> {
    let mut seeds: Vec<_> = answers
        .iter()
        .filter_map(|answer| {
            let (class, body) = body(answer);
            Some(seed(&answer.name, number_of(class)?, 0, body))
        })
        .collect();
    for (name, of, payload) in multis() {
        seeds.push(seed(name, of, 0, &payload));
    }
    let java = |name: &str, class: &str, payload: &[u8]| {
        seed(name, number_of(class).expect("a class"), 1, payload)
    };
    let minus_two = &[0xff, 0xff, 0xff, 0xfe];
    seeds.extend([
        java("boolean-of-2", "GetDataRequest", b"\0\0\0\x02/a\x02"),
        java("children-of-minus-two", "GetChildrenResponse", minus_two),
        java(
            "data-of-minus-two",
            "SetDataRequest",
            &[&[0; 4], &minus_two[..]].concat(),
        ),
        java(
            "path-as-cesu-8",
            "SyncRequest",
            b"\0\0\0\x06\xed\xa0\xbd\xed\xb0\x98",
        ),
        java("transactions-of-int-max", "MultiTxn", b"\x7f\xff\xff\xff\0"),
        java("connect-without-read-only", "ConnectResponse", &[0; 20]),
        java("no-bytes-for-connect", "ConnectRequest", b""),
    ]);
    seeds
}

fn seed(name: &str, class: u8, manner: u8, payload: &[u8]) -> Seed {
    Seed::new(
        "differential",
        name,
        [&[class, manner][..], payload].concat(),
    )
}

/// Multis, and their numbers.
fn multis() -> [(&'static str, u8, Vec<u8>); 5] {
    let header =
        |op: i32, done: u8, err: i32| [&op.to_be_bytes()[..], &[done], &err.to_be_bytes()].concat();
    let end = header(-1, 1, -1);
    let delete = [&header(2, 0, -1)[..], b"\0\0\0\x02/a\0\0\0\0"].concat();
    let read = [&header(4, 0, -1)[..], b"\0\0\0\x02/a\0"].concat();
    let nested = header(14, 0, -1).repeat(100);
    let failed = [header(-1, 0, -101), (-101_i32).to_be_bytes().to_vec()].concat();
    [
        (
            "multi-of-deletes",
            OPERATIONS,
            [&delete[..], &delete, &end].concat(),
        ),
        (
            "multi-of-reads-and-writes",
            OPERATIONS,
            [&read[..], &delete, &end].concat(),
        ),
        ("multi-in-multi-in-multi", OPERATIONS, nested),
        ("multi-that-failed", RESULTS, [&failed[..], &end].concat()),
        (
            "multi-of-checks-without-an-end",
            RESULTS,
            header(13, 0, 0).repeat(2),
        ),
    ]
}

/// The class behind the header, or of the header if there is nothing behind it, and the bytes from
/// there on.
fn body(answer: &KnownAnswer) -> (&str, &[u8]) {
    let (class, header) = match &answer.records[..] {
        [header, body, ..] => (body.name, header_length(header.name)),
        [record] => (record.name, 0),
        [] => ("", 0),
    };
    (class, &answer.frame[4 + header..])
}

fn header_length(class: &str) -> usize {
    match class {
        "RequestHeader" => 8,
        "ReplyHeader" => 16,
        "TxnHeader" => 32,
        _ => 0,
    }
}
