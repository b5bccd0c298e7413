//! Payloads: known answers, and what can be wrong with them.

use jute_codec::OpCode;
use jute_codec::Schema;
use jute_codec::reply_schema;

use crate::messages::MESSAGES;
use crate::records::CHOICES;
use crate::seeds::KnownAnswer;
use crate::seeds::Seed;

pub(super) fn seeds(answers: &[KnownAnswer]) -> Vec<Seed> {
    let record = |name: &str, records: &[&str], payload: Vec<u8>| {
        let same = |schemas: &[Schema]| {
            schemas
                .iter()
                .map(|schema| schema.name)
                .eq(records.iter().copied())
        };
        let choice = CHOICES.iter().find(|choice| same(choice.schemas));
        let number = choice.expect("a choice").number;
        Seed::new("records", name, [&[number][..], &payload].concat())
    };
    let mut seeds = Vec::new();
    for answer in answers {
        let names: Vec<_> = answer.records.iter().map(|schema| schema.name).collect();
        let payload = &answer.frame[4..];
        // A body without its header, unless the two are a choice.
        seeds.push(match &names[..] {
            [_] => record(&answer.name, &names, payload.to_vec()),
            [
                _,
                "AuthPacket" | "SetWatches" | "SetWatches2" | "WatcherEvent",
            ] => record(&answer.name, &names, payload.to_vec()),
            ["RequestHeader", body] => record(&answer.name, &[body], payload[8..].to_vec()),
            ["ReplyHeader", body] => record(&answer.name, &[body], payload[16..].to_vec()),
            ["TxnHeader", body, ..] => record(&answer.name, &[body], payload[32..].to_vec()),
            _ => continue,
        });
    }
    let message = |name: &str, kind: &str, input: &[u8]| {
        let kind = MESSAGES.iter().find(|message| message.name == kind);
        let number = kind.expect("a kind of message").number;
        let name = format!("{name}-as-message");
        Seed::new("records", name, [&[number][..], input].concat())
    };
    for answer in answers {
        let names: Vec<_> = answer.records.iter().map(|schema| schema.name).collect();
        let payload = &answer.frame[4..];
        match &names[..] {
            ["RequestHeader", ..] => seeds.push(message(&answer.name, "request", payload)),
            ["ReplyHeader", body @ ..] => {
                let asked = match body {
                    ["MultiHeader", ..] => OpCode::MULTI,
                    _ => *OpCode::NAMED
                        .iter()
                        .find(|op| {
                            reply_schema(**op).map(|schema| schema.name) == body.first().copied()
                        })
                        .expect("an operation with this reply"),
                };
                let input = [&asked.0.to_be_bytes()[..], payload].concat();
                seeds.push(message(&answer.name, "reply", &input));
            }
            ["TxnHeader", ..] => seeds.push(message(&answer.name, "txn", &payload[28..])),
            _ => {}
        }
    }
    let payload = |name: &str| {
        let found = answers.iter().find(|answer| answer.name == name);
        found.expect("a known answer").frame[4..].to_vec()
    };
    let patched = |name: &str, at: usize, patch: &[u8]| {
        let mut payload = payload(name);
        payload.splice(at..at + patch.len(), patch.iter().copied());
        payload
    };
    let asking = &["ConnectRequest"][..];
    let request = "connect-request-new-session";
    let telling = &["ReplyHeader", "WatcherEvent"][..];
    let event = &payload("watch-event-data-changed")[..24];
    let setting = &["RequestHeader", "SetWatches"][..];
    let watches = &payload("set-watches-request")[..16];
    let int_max = b"\x7f\xff\xff\xff\0";
    let minus_two = b"\xff\xff\xff\xfe\0\0\0\0\0\0\0\0";
    let cesu_8 = b"\0\0\0\x06\xed\xa0\xbd\xed\xb0\x98";
    let no_text = b"\0\0\0\x02/\xff";
    let header = &b"\0\0\0\x01\0\0\0\x0e"[..];
    let nested = &b"\0\0\0\x0e\0\xff\xff\xff\xff"[..];
    let unknown = &b"\0\0\0\x63\0\xff\xff\xff\xff"[..];
    let end = &b"\xff\xff\xff\xff\x01\xff\xff\xff\xff"[..];
    let done_with_2 = &b"\0\0\0\x01\x02\0\0\0\0"[..];
    let create_session = OpCode::CREATE_SESSION.0.to_be_bytes();
    let session = [
        &create_session[..],
        &payload("connect-response-new-session"),
    ]
    .concat();
    seeds.extend([
        record("read-only-of-2", asking, patched(request, 44, &[2])),
        record("read-only-of-255", asking, patched(request, 44, &[255])),
        record(
            "password-of-17",
            asking,
            patched(request, 24, &[0, 0, 0, 17]),
        ),
        record(
            "password-of-minus-two",
            asking,
            patched(request, 24, &minus_two[..4]),
        ),
        record(
            "password-of-int-min",
            asking,
            patched(request, 24, &[128, 0, 0, 0]),
        ),
        record(
            "password-of-int-max",
            asking,
            patched(request, 24, &int_max[..4]),
        ),
        record(
            "password-cut-short",
            asking,
            payload(request)[..40].to_vec(),
        ),
        record(
            "bytes-behind-read-only",
            asking,
            [&payload(request)[..], &[0; 8]].concat(),
        ),
        record("path-as-cesu-8", telling, [event, cesu_8].concat()),
        record("path-that-is-no-text", telling, [event, no_text].concat()),
        record("path-of-null", telling, [event, &[0xff; 4]].concat()),
        record(
            "vector-count-of-int-max",
            setting,
            [watches, int_max].concat(),
        ),
        record(
            "vector-count-of-minus-two",
            setting,
            [watches, minus_two].concat(),
        ),
        record("vectors-of-null", setting, [watches, &[0xff; 12]].concat()),
        message(
            "multi-in-a-multi",
            "request",
            &[header, nested, nested, end].concat(),
        ),
        message(
            "multi-of-an-unknown-operation",
            "request",
            &[header, unknown, end].concat(),
        ),
        message(
            "multi-without-its-end",
            "request",
            &[header, nested].concat(),
        ),
        message(
            "multi-that-is-done-with-2",
            "request",
            &[header, done_with_2].concat(),
        ),
        message(
            "operation-that-is-unknown",
            "request",
            b"\0\0\0\x01\0\0\x01\xf4what",
        ),
        message("session-made-by-request", "reply", &session),
    ]);
    seeds
}
