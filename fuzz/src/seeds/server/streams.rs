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
use crate::seeds::server::words::script;

pub(super) fn seeds() -> Vec<Seed> {
    vec![
        script(
            "handshake-in-pieces",
            0,
            &[
                ACCEPT,
                &[3, 0, 7, 0, 0, 0, 28, 0, 0, 0],
                &[3, 0, 25],
                &[0; 25],
                PING,
            ],
        ),
        script(
            "length-below-zero",
            0,
            &[ACCEPT, OPEN, &[3, 0, 4, 255, 255, 255, 255]],
        ),
        script(
            "length-over-a-small-limit",
            32,
            &[ACCEPT, OPEN, &[3, 0, 4, 0, 0, 0, 65]],
        ),
        script(
            "length-promised-and-no-more",
            0,
            &[ACCEPT, &[3, 0, 4, 0, 15, 255, 255], WAIT_2550_MS],
        ),
        script(
            "four-letter-words",
            0,
            &[
                ACCEPT,
                &[16, 0, 0],
                ACCEPT,
                &[16, 0, 4],
                ACCEPT,
                &[16, 0, 9],
            ],
        ),
        script(
            "silent-without-a-session",
            0,
            &[ACCEPT, WAIT_UNTIL_DUE, ACCEPT, &[3, 0, 1, 0], WAIT_2550_MS],
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
                &[3, 0, 4, 0, 0, 0, 0],
                WAIT_100_MS,
                &[3, 0, 1, 0],
            ],
        ),
        script(
            "length-in-pieces",
            0,
            &[
                ACCEPT,
                OPEN,
                &bytes(0, &PING_BYTES[..2]),
                &bytes(0, &PING_BYTES[2..]),
            ],
        ),
        script(
            "frame-of-nothing",
            0,
            &[ACCEPT, OPEN, &bytes(0, &[0; 4]), ACCEPT, &bytes(0, &[0; 4])],
        ),
        script(
            "frame-of-the-longest-length",
            32,
            &[ACCEPT, OPEN, &frame(0, &auth_of(&[0; 56]))],
        ),
        script(
            "gone-in-the-middle-of-a-frame",
            0,
            &[ACCEPT, OPEN, &bytes(0, &[0, 0, 0, 8, 1]), LOST],
        ),
        script("gone-without-a-byte", 0, &[ACCEPT, LOST, ACCEPT, EOF]),
        script("word-in-capitals", 0, &[ACCEPT, &bytes(0, b"RUOK")]),
        script("word-on-a-session", 0, &[ACCEPT, OPEN, &bytes(0, b"ruok")]),
        script("words-of-all-kinds", 64, &[ACCEPT, OPEN, &every_word()]),
    ]
}

/// Every word, each on a connection of its own beside the first.
fn every_word() -> Vec<u8> {
    let many = u8::try_from(Word::ALL.len()).expect("few words");
    let asked = (0..many).map(|word| [ACCEPT_OTHER, &[16, 1, word]].concat());
    asked.collect::<Vec<_>>().concat()
}
