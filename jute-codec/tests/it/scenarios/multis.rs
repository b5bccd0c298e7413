//! What a server can answer to a multi of one check.

use jute_codec::ErrorCode;
use jute_codec::MultiHeader;
use jute_codec::OpCode;
use jute_codec::Stat;

use super::Asked;
use super::Scenario;
use super::check;
use super::encoded;
use super::header;
use super::reply;

fn part(op: i32, done: bool, err: i32) -> Vec<u8> {
    let (op, err) = (OpCode(op), ErrorCode(err));
    encoded(&MultiHeader { op, done, err })
}

fn multi(parts: &[Vec<u8>]) -> Vec<u8> {
    reply(header(0), &parts.concat())
}

#[test]
fn answers_to_a_multi() {
    let same = |name, stream, text| Scenario(name, stream, text, None);
    let end = || part(-1, true, -1);
    let checked = || part(13, false, 0);
    let made = [&b"\0\0\0\x02/a"[..], &encoded(&Stat::default())].concat();
    let scenarios = [
        same(
            "multi_trunc",
            reply(header(0), &[0, 0, 0, 13]),
            "MultiHeader.done at byte 20: needs 1 byte, has 0",
        ),
        same(
            "multi_nest",
            multi(&vec![part(14, false, 0); 100_000]),
            "MultiHeader.type at byte 16: multi has no place in this multi",
        ),
        same(
            "multi_create2",
            multi(&[part(15, false, 0), made, end()]),
            "xid 1 zxid 100 OK [create2]",
        ),
        same(
            "multi_extra",
            multi(&[&vec![checked(); 5][..], &[end()]].concat()),
            "xid 1 zxid 100 OK [check, check, check, check, check]",
        ),
        same(
            "multi_op99",
            multi(&[part(99, false, 0), end()]),
            "MultiHeader.type at byte 16: operation 99 has no place in a multi",
        ),
    ];
    assert_eq!(scenarios.len(), 5);
    check(Asked::Multi, &scenarios);
}
