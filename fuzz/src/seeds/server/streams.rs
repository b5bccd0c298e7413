//! Bytes that are no more than bytes: frames, words, and how connections end.

use zk_conformance::server::Word;

use crate::seeds::Seed;
use crate::seeds::server::words::ACCEPT;
use crate::seeds::server::words::ACCEPT_OTHER;
use crate::seeds::server::words::EOF;
use crate::seeds::server::words::LOST;
use crate::seeds::server::words::OPEN;
use crate::seeds::server::words::PING;
use crate::seeds::server::words::PING_BYTES;
use crate::seeds::server::words::WAIT_100_MS;
use crate::seeds::server::words::WAIT_2550_MS;
use crate::seeds::server::words::WAIT_UNTIL_DUE;
use crate::seeds::server::words::auth_of;
use crate::seeds::server::words::bytes;
use crate::seeds::server::words::frame;
use crate::seeds::server::words::late;
use crate::seeds::server::words::script;
use crate::seeds::server::words::word;
use crate::server::Late;
use crate::server::Operation;

pub(super) fn seeds() -> Vec<Seed> {
    vec![
        script(
            "handshake-in-pieces",
            0,
            &[
                ACCEPT,
                bytes(0, &[0, 0, 0, 28, 0, 0, 0]),
                bytes(0, &[0; 25]),
                PING,
            ],
        ),
        script(
            "length-below-zero",
            0,
            &[ACCEPT, OPEN, bytes(0, &[255, 255, 255, 255])],
        ),
        script(
            "length-over-a-small-limit",
            32,
            &[ACCEPT, OPEN, bytes(0, &[0, 0, 0, 65])],
        ),
        script(
            "length-promised-and-no-more",
            0,
            &[ACCEPT, bytes(0, &[0, 15, 255, 255]), WAIT_2550_MS],
        ),
        script(
            "four-letter-words",
            0,
            &[
                ACCEPT,
                word(0, Word::Conf),
                ACCEPT,
                word(0, Word::Dump),
                ACCEPT,
                word(0, Word::Mntr),
            ],
        ),
        script(
            "silent-without-a-session",
            0,
            &[ACCEPT, WAIT_UNTIL_DUE, ACCEPT, bytes(0, &[0]), WAIT_2550_MS],
        ),
        script(
            "five-connections-from-one-address",
            0,
            &[ACCEPT, ACCEPT, ACCEPT, ACCEPT, ACCEPT, OPEN],
        ),
        script(
            "netty-and-a-frame-of-nothing",
            1,
            &[
                ACCEPT,
                OPEN,
                bytes(0, &[0, 0, 0, 0]),
                WAIT_100_MS,
                bytes(0, &[0]),
            ],
        ),
        script(
            "length-in-pieces",
            0,
            &[
                ACCEPT,
                OPEN,
                bytes(0, &PING_BYTES[..2]),
                bytes(0, &PING_BYTES[2..]),
            ],
        ),
        script(
            "frame-of-nothing",
            0,
            &[ACCEPT, OPEN, bytes(0, &[0; 4]), ACCEPT, bytes(0, &[0; 4])],
        ),
        script(
            "frame-of-the-longest-length",
            32,
            &[ACCEPT, OPEN, frame(0, &auth_of(&[0; 56]))],
        ),
        script(
            "gone-in-the-middle-of-a-frame",
            0,
            &[ACCEPT, OPEN, bytes(0, &[0, 0, 0, 8, 1]), LOST],
        ),
        script("gone-without-a-byte", 0, &[ACCEPT, LOST, ACCEPT, EOF]),
        script(
            "whatever-happens-on-a-connection-that-is-over",
            0,
            &[
                ACCEPT,
                OPEN,
                LOST,
                late(Late::Eof),
                late(Late::Lost),
                late(Late::Reply),
                late(Late::Push),
                late(Late::Bytes(&[0, 0])),
                late(Late::CloseSession),
            ],
        ),
        script("word-in-capitals", 0, &[ACCEPT, bytes(0, b"RUOK")]),
        script("word-on-a-session", 0, &[ACCEPT, OPEN, bytes(0, b"ruok")]),
        script("words-of-all-kinds", 64, every_word().as_slice()),
    ]
}

/// Every word, each on a connection of its own beside the first.
fn every_word() -> Vec<Operation<'static>> {
    let words = Word::ALL.iter();
    let asked = words.flat_map(|it| [ACCEPT_OTHER, word(1, *it)]);
    [ACCEPT, OPEN].into_iter().chain(asked).collect()
}
