//! The operations that the seeds are made of, by name.
//!
//! Where a name does not say which connection it is about, it is the first that is open.

use zk_conformance::server::password;

use crate::seeds::Seed;

/// A byte of settings, and steps.
pub(super) fn script(name: &str, settings: u8, steps: &[&[u8]]) -> Seed {
    let input = [&[1, settings][..], &steps.concat()].concat();
    Seed::new("server", name, input)
}

pub(super) const ACCEPT: &[u8] = &[0, 0];
pub(super) const ACCEPT_OTHER: &[u8] = &[0, 1];
pub(super) const WAIT_UNTIL_DUE: &[u8] = &[1, 0];
pub(super) const WAIT_100_MS: &[u8] = &[1, 10];
pub(super) const WAIT_400_MS: &[u8] = &[1, 40];
pub(super) const WAIT_2550_MS: &[u8] = &[1, 255];
pub(super) const RESTART: &[u8] = &[2, 0];
// A form: the kind of readOnly, and the right password. 50 is 1000 ms, 20 is 400 ms.
pub(super) const OPEN: &[u8] = &[5, 0, 0b0_1101, 50];
pub(super) const OPEN_SECOND: &[u8] = &[5, 1, 0b0_1101, 50];
pub(super) const OPEN_SHORT: &[u8] = &[5, 0, 0b0_1101, 20];
pub(super) const PING: &[u8] = &[7, 0];
pub(super) const CLOSE: &[u8] = &[8, 0];
pub(super) const AUTH: &[u8] = &[9, 0, 0];
pub(super) const ASK_FOR_DATA: &[u8] = &[10, 0, 0, 5, 4, 6, 0, 0, 0, 1, b'/', 0];
pub(super) const EOF: &[u8] = &[12, 0];
pub(super) const LOST: &[u8] = &[13, 0];
pub(super) const ANSWER: &[u8] = &[14, 0, 3, 1, 7];
pub(super) const PUSH: &[u8] = &[15, 0];

/// A ping, framed.
pub(super) const PING_BYTES: &[u8] = &[0, 0, 0, 8, 255, 255, 255, 254, 0, 0, 0, 11];

/// A session that nobody has.
pub(super) const NOBODY: i64 = 0x0123_4567_89ab_cdef;

/// The canary's session.
pub(super) const CANARY: i64 = 1 << 56;

/// The first session of a seed.
pub(super) const FIRST: i64 = 1 << 56 | 1;

/// The password of the first session.
pub(super) fn own() -> [u8; 16] {
    password(FIRST)
}

/// Asks for the first session again.
pub(super) fn renew_first(connection: u8, form: u8, time_out: u8) -> Vec<u8> {
    vec![6, connection, form, time_out, 0]
}

/// A payload behind its length.
pub(super) fn frame(connection: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("a short payload");
    [&[4, connection, length][..], payload].concat()
}

/// Bytes as they are.
pub(super) fn bytes(connection: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).expect("few bytes");
    [&[3, connection, length][..], bytes].concat()
}

/// Several frames that come in one read.
pub(super) fn in_one_read(frames: &[&[u8]]) -> Vec<u8> {
    let framed = frames.iter().map(|payload| {
        let length = u32::try_from(payload.len()).expect("a short frame");
        [&length.to_be_bytes(), *payload].concat()
    });
    bytes(0, &framed.collect::<Vec<_>>().concat())
}

/// A `ConnectRequest` for a second, and what is behind its password.
pub(super) fn handshake(session_id: i64, last_zxid: i64, passwd: &[u8], rest: &[u8]) -> Vec<u8> {
    let length = u32::try_from(passwd.len()).expect("a short password");
    [
        &[0; 4][..],
        &last_zxid.to_be_bytes(),
        &[0, 0, 3, 232],
        &session_id.to_be_bytes(),
        &length.to_be_bytes(),
        passwd,
        rest,
    ]
    .concat()
}

/// A `ConnectRequest` whose password says how long it is, and is not.
pub(super) fn cut(length: u32, rest: &[u8]) -> Vec<u8> {
    let before = &handshake(0, 0, &[], &[])[..24];
    [before, &length.to_be_bytes(), rest].concat()
}

/// An auth request.
pub(super) fn auth_of(body: &[u8]) -> Vec<u8> {
    [&[255, 255, 255, 252, 0, 0, 0, 100], body].concat()
}
