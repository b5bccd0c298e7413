//! Asking for a session.

use crate::seeds::Seed;
use crate::seeds::server::words::ACCEPT;
use crate::seeds::server::words::CLOSE;
use crate::seeds::server::words::PING;
use crate::seeds::server::words::WAIT_2550_MS;
use crate::seeds::server::words::cut;
use crate::seeds::server::words::frame;
use crate::seeds::server::words::handshake;
use crate::seeds::server::words::open;
use crate::seeds::server::words::renew_first;
use crate::seeds::server::words::script;

pub(super) fn seeds() -> Vec<Seed> {
    vec![
        script(
            "zxid-of-the-client-below-zero",
            0,
            &[ACCEPT, open(0, 0b100_1101, 50), PING],
        ),
        script(
            "new-session-without-read-only",
            0,
            &[ACCEPT, open(0, 0b0_1100, 50), PING],
        ),
        script(
            "timeouts-at-and-over-the-limits",
            0,
            &[
                ACCEPT,
                ACCEPT,
                ACCEPT,
                open(0, 13, 0),
                open(1, 13, 2),
                open(2, 13, 3),
                PING,
            ],
        ),
        script(
            "zxid-of-the-client-ahead",
            0,
            &[ACCEPT, open(0, 0b10_1101, 50)],
        ),
        script(
            "protocol-version-of-the-client",
            0,
            &[ACCEPT, open(0, 0b1000_1101, 50)],
        ),
        script(
            "frame-of-another-kind-first",
            0,
            &[ACCEPT, frame(0, &[255, 255, 255, 254, 0, 0, 0, 11])],
        ),
        script(
            "read-only-server",
            4,
            &[
                ACCEPT,
                open(0, 14, 50),
                ACCEPT,
                open(1, 13, 50),
                PING,
                CLOSE,
            ],
        ),
        script(
            "read-only-server-without-new-sessions",
            6,
            &[
                ACCEPT,
                open(0, 14, 50),
                ACCEPT,
                renew_first(1, 14, 50),
                PING,
                WAIT_2550_MS,
            ],
        ),
        script(
            "new-session-with-a-null-password",
            0,
            &[ACCEPT, open(0, 0b0_0001, 50), PING],
        ),
        script(
            "new-session-with-a-password",
            0,
            &[ACCEPT, open(0, 0b0_1001, 50), PING],
        ),
        script(
            "read-only-of-two",
            0,
            &[ACCEPT, frame(0, &handshake(0, 0, &[0; 16], &[2])), PING],
        ),
        script(
            "bytes-behind-a-handshake",
            0,
            &[
                ACCEPT,
                frame(0, &handshake(0, 0, &[0; 16], &[0, 1, 2])),
                PING,
            ],
        ),
        script(
            "handshake-cut-short",
            0,
            &[
                ACCEPT,
                frame(0, &[0; 20]),
                ACCEPT,
                frame(0, &cut(16, &[0; 9])),
            ],
        ),
        script(
            "password-beyond-its-frame",
            0,
            &[ACCEPT, frame(0, &cut(0x7fff_ffff, &[0; 17]))],
        ),
        script(
            "password-of-a-length-below-null",
            0,
            &[ACCEPT, frame(0, &cut(0xffff_fffe, &[0; 17]))],
        ),
        script(
            "zxid-of-the-client-a-little-ahead",
            0,
            &[ACCEPT, frame(0, &handshake(0, 5, &[0; 16], &[0]))],
        ),
    ]
}
