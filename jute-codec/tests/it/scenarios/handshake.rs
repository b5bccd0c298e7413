//! What a server can answer to a handshake.

use jute_codec::ConnectResponse;

use super::Asked;
use super::Scenario;
use super::check;
use super::encoded;
use super::framed;

/// What a server says to a new session.
const HELLO: ConnectResponse<'_> = ConnectResponse {
    protocol_version: 0,
    time_out: 4000,
    session_id: 0x1234,
    passwd: Some(&[7; 16]),
    read_only: Some(false),
};

fn hello(change: impl FnOnce(&mut ConnectResponse<'_>)) -> Vec<u8> {
    let mut response = HELLO;
    change(&mut response);
    framed(&encoded(&response))
}

#[test]
fn answers_to_a_handshake() {
    let same = |name, stream, text| Scenario(name, stream, text, None);
    let expired = |passwd: Option<&'static [u8]>| {
        encoded(&ConnectResponse {
            time_out: 0,
            session_id: 0,
            passwd,
            ..HELLO
        })
    };
    let whole = encoded(&HELLO);
    let with_length = |length: i32| [&length.to_be_bytes()[..], &whole].concat();
    let with_passwd = |length: i32| {
        let mut payload = whole.clone();
        payload.splice(16..20, length.to_be_bytes());
        framed(&payload)
    };
    let scenarios = [
        same(
            "noreadonly",
            hello(|r| r.read_only = None),
            "version 0 timeout 4000 session 0x1234 passwd 16 readOnly None",
        ),
        same(
            "expired",
            framed(&expired(Some(&[0; 16]))),
            "version 0 timeout 0 session 0x0 passwd 16 readOnly Some(false)",
        ),
        same(
            "expired_nopw",
            framed(&expired(Some(&[]))),
            "version 0 timeout 0 session 0x0 passwd 0 readOnly Some(false)",
        ),
        same(
            "expired_nullpw",
            framed(&expired(None)),
            "version 0 timeout 0 session 0x0 passwd null readOnly Some(false)",
        ),
        same(
            "nullpw",
            hello(|r| r.passwd = None),
            "version 0 timeout 4000 session 0x1234 passwd null readOnly Some(false)",
        ),
        same(
            "emptypw",
            hello(|r| r.passwd = Some(&[])),
            "version 0 timeout 4000 session 0x1234 passwd 0 readOnly Some(false)",
        ),
        same(
            "pw8",
            hello(|r| r.passwd = Some(&[7; 8])),
            "version 0 timeout 4000 session 0x1234 passwd 8 readOnly Some(false)",
        ),
        same(
            "pw32",
            hello(|r| r.passwd = Some(&[7; 32])),
            "version 0 timeout 4000 session 0x1234 passwd 32 readOnly Some(false)",
        ),
        same(
            "pwneg2",
            with_passwd(-2),
            "ConnectResponse.passwd at byte 16: length -2 is below -1 (null)",
        ),
        same(
            "pwhuge",
            with_passwd(i32::MAX),
            "ConnectResponse.passwd at byte 20: needs 2147483647 bytes, has 17",
        ),
        same(
            "hs_len_neg1",
            with_length(-1),
            "frame length at byte 0 of the stream: -1 is below zero",
        ),
        same(
            "hs_len_huge",
            with_length(i32::MAX),
            "frame length at byte 0 of the stream: 2147483647 is over the limit of 1048575 bytes",
        ),
        same(
            "hs_len0",
            framed(&[]),
            "ConnectResponse.protocolVersion at byte 0: needs 4 bytes, has 0",
        ),
        same(
            "hs_trunc",
            framed(&whole[..20]),
            "ConnectResponse.passwd at byte 20: needs 16 bytes, has 0",
        ),
        Scenario(
            "hs_trail",
            framed(&[&whole[..], &[0; 8]].concat()),
            "at byte 37: 8 bytes after the last field",
            Some("version 0 timeout 4000 session 0x1234 passwd 16 readOnly Some(false)"),
        ),
        same(
            "hs_timeout_neg",
            hello(|r| r.time_out = -1),
            "version 0 timeout -1 session 0x1234 passwd 16 readOnly Some(false)",
        ),
        same(
            "hs_timeout_0_sid",
            hello(|r| r.time_out = 0),
            "version 0 timeout 0 session 0x1234 passwd 16 readOnly Some(false)",
        ),
        same(
            "hs_proto42",
            hello(|r| r.protocol_version = 42),
            "version 42 timeout 4000 session 0x1234 passwd 16 readOnly Some(false)",
        ),
        Scenario(
            "hs_ro2",
            framed(&[&whole[..36], &[2]].concat()),
            "ConnectResponse.readOnly at byte 36: boolean 0x02 is neither 0 nor 1",
            Some("version 0 timeout 4000 session 0x1234 passwd 16 readOnly Some(true)"),
        ),
        same(
            "hs_dribble",
            hello(|_| ()),
            "version 0 timeout 4000 session 0x1234 passwd 16 readOnly Some(false)",
        ),
    ];
    assert_eq!(scenarios.len(), 20);
    check(Asked::Connect, &scenarios);
}

#[test]
fn a_timeout_above_zero_is_a_session_whatever_else_is_said() {
    for (time_out, is_refusal) in [(i32::MIN, true), (-1, true), (0, true), (1, false)] {
        let response = ConnectResponse { time_out, ..HELLO };
        assert_eq!(response.is_refusal(), is_refusal, "{time_out}");
    }
}
