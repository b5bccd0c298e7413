//! The operations that the seeds are made of, by name.
//!
//! Where a name does not say which connection it is about, it is the first that is open.

use zk_conformance::server::Word;
use zk_conformance::server::password;

use crate::seeds::Seed;
use crate::server::Answer;
use crate::server::Late;
use crate::server::Operation;

/// A byte of settings, and steps.
pub(super) fn script(name: &str, settings: u8, steps: &[Operation<'_>]) -> Seed {
    let mut input = vec![1, settings];
    steps.iter().for_each(|step| step.write(&mut input));
    Seed::new("server", name, input)
}

pub(super) const ACCEPT: Operation<'_> = Operation::Accept { peer: 0 };
pub(super) const ACCEPT_OTHER: Operation<'_> = Operation::Accept { peer: 1 };
pub(super) const WAIT_UNTIL_DUE: Operation<'_> = Operation::Wait { hundredths: 0 };
pub(super) const WAIT_100_MS: Operation<'_> = Operation::Wait { hundredths: 10 };
pub(super) const WAIT_400_MS: Operation<'_> = Operation::Wait { hundredths: 40 };
pub(super) const WAIT_2550_MS: Operation<'_> = Operation::Wait { hundredths: 255 };
pub(super) const RESTART: Operation<'_> = Operation::Restart;
// A form: the kind of readOnly, and the right password. 50 is 1000 ms, 20 is 400 ms.
pub(super) const OPEN: Operation<'_> = open(0, 0b0_1101, 50);
pub(super) const OPEN_SECOND: Operation<'_> = open(1, 0b0_1101, 50);
pub(super) const OPEN_SHORT: Operation<'_> = open(0, 0b0_1101, 20);
pub(super) const PING: Operation<'_> = ping(0);
pub(super) const CLOSE: Operation<'_> = close(0);
pub(super) const AUTH: Operation<'_> = auth(0);
pub(super) const ASK_FOR_DATA: Operation<'_> = request(5, 4, &[0, 0, 0, 1, b'/', 0]);
pub(super) const EOF: Operation<'_> = Operation::Eof { connection: 0 };
pub(super) const LOST: Operation<'_> = Operation::Lost { connection: 0 };
pub(super) const ANSWER: Operation<'_> = reply(Answer::Done(&[7]));
pub(super) const PUSH: Operation<'_> = push(0);

pub(super) const fn open(connection: u8, form: u8, time_out: u8) -> Operation<'static> {
    Operation::Open {
        connection,
        form,
        time_out,
    }
}

/// Asks for the first session again.
pub(super) const fn renew_first(connection: u8, form: u8, time_out: u8) -> Operation<'static> {
    Operation::Renew {
        connection,
        form,
        time_out,
        session: 0,
    }
}

pub(super) const fn ping(connection: u8) -> Operation<'static> {
    Operation::Ping { connection }
}

pub(super) const fn close(connection: u8) -> Operation<'static> {
    Operation::CloseSession { connection }
}

/// An identity, the one that is taken or the other.
pub(super) const fn auth(identity: u8) -> Operation<'static> {
    Operation::Auth {
        connection: 0,
        identity,
    }
}

pub(super) const fn request(xid: u16, op: u8, body: &[u8]) -> Operation<'_> {
    Operation::Request {
        connection: 0,
        xid,
        op,
        body,
    }
}

pub(super) const fn create_session(body: &[u8]) -> Operation<'_> {
    Operation::CreateSession {
        connection: 0,
        body,
    }
}

/// The delegate says this to the oldest request.
pub(super) const fn reply(answer: Answer<'_>) -> Operation<'_> {
    Operation::Reply {
        connection: 0,
        answer,
    }
}

/// The delegate has a packet of its own.
pub(super) const fn push(connection: u8) -> Operation<'static> {
    Operation::Push { connection }
}

/// That many pings in one read.
pub(super) const fn burst(pings: u8) -> Operation<'static> {
    Operation::Burst {
        connection: 0,
        pings,
    }
}

pub(super) const fn word(connection: u8, word: Word) -> Operation<'static> {
    Operation::Word { connection, word }
}

/// A session is made elsewhere.
pub(super) const fn adopt(number: u8, time_out: u8) -> Operation<'static> {
    Operation::Adopt { number, time_out }
}

/// Somebody ends a session before its time.
pub(super) const fn expire(session: u8) -> Operation<'static> {
    Operation::Expire { session }
}

/// Something happens on the connection that was opened last of those that are over.
pub(super) const fn late(what: Late<'_>) -> Operation<'_> {
    Operation::Late {
        connection: 0,
        what,
    }
}

/// A payload behind its length.
pub(super) const fn frame(connection: u8, payload: &[u8]) -> Operation<'_> {
    Operation::Frame {
        connection,
        payload,
    }
}

/// Bytes as they are.
pub(super) const fn bytes(connection: u8, bytes: &[u8]) -> Operation<'_> {
    Operation::Bytes { connection, bytes }
}

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

/// Several frames that come in one read.
pub(super) fn in_one_read(frames: &[&[u8]]) -> Vec<u8> {
    let framed = frames.iter().map(|payload| {
        let length = u32::try_from(payload.len()).expect("a short frame");
        [&length.to_be_bytes(), *payload].concat()
    });
    framed.collect::<Vec<_>>().concat()
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
