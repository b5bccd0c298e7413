//! Seeds of the target `differential`: every known answer without its header, and what Java
//! forgives.

use jute_codec::RECORDS;

use super::KnownAnswer;
use super::Seed;

pub(super) fn seeds(answers: &[KnownAnswer]) -> Vec<Seed> {
    let index = |class: &str| RECORDS.iter().position(|schema| schema.name == class);
    let mut seeds: Vec<_> = answers
        .iter()
        .filter_map(|answer| {
            let (class, body) = body(answer);
            Some(seed(&answer.name, index(class)?, 0, body))
        })
        .collect();
    let java = |name: &str, class: &str, payload: &[u8]| {
        seed(name, index(class).expect("a class"), 1, payload)
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

fn seed(name: &str, class: usize, manner: u8, payload: &[u8]) -> Seed {
    let class = u8::try_from(class).expect("few classes");
    Seed::new(
        "differential",
        name,
        [&[class, manner][..], payload].concat(),
    )
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
