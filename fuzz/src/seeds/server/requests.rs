//! What is asked of a session.

use crate::seeds::Seed;
use crate::seeds::server::words::ACCEPT;
use crate::seeds::server::words::CLOSE;
use crate::seeds::server::words::OPEN;
use crate::seeds::server::words::PING;
use crate::seeds::server::words::PING_BYTES;
use crate::seeds::server::words::auth_of;
use crate::seeds::server::words::burst;
use crate::seeds::server::words::bytes;
use crate::seeds::server::words::frame;
use crate::seeds::server::words::handshake;
use crate::seeds::server::words::in_one_read;
use crate::seeds::server::words::request;
use crate::seeds::server::words::script;

pub(super) fn seeds() -> Vec<Seed> {
    vec![
        script("ping-and-close", 0, &[ACCEPT, OPEN, PING, CLOSE]),
        script(
            "ping-with-a-number-of-its-own",
            0,
            &[ACCEPT, OPEN, request(5, 11, &[]), PING],
        ),
        script(
            "unknown-operation-closes",
            0,
            &[ACCEPT, OPEN, request(1, 99, &[])],
        ),
        script(
            "requests-behind-the-handshake",
            0,
            &[
                ACCEPT,
                bytes(
                    0,
                    &in_one_read(&[
                        &handshake(0, 0, &[0; 16], &[0]),
                        &PING_BYTES[4..],
                        &auth_of(b"\0\0\0\0\0\0\0\x02ip\0\0\0\0"),
                    ]),
                ),
            ],
        ),
        script(
            "twenty-pings-in-a-read",
            0,
            &[ACCEPT, OPEN, bytes(0, &PING_BYTES.repeat(20))],
        ),
        script(
            "two-hundred-pings-in-a-read",
            0,
            &[ACCEPT, OPEN, burst(200)],
        ),
        script(
            "half-a-request-behind-a-whole-one",
            0,
            &[
                ACCEPT,
                OPEN,
                bytes(0, &[PING_BYTES, &PING_BYTES[..6]].concat()),
                bytes(0, &PING_BYTES[6..]),
            ],
        ),
        script(
            "operation-below-zero",
            0,
            &[ACCEPT, OPEN, frame(0, &[0, 0, 0, 1, 255, 255, 255, 200])],
        ),
        script(
            "bytes-behind-a-ping",
            0,
            &[ACCEPT, OPEN, request(5, 11, &[1, 2, 3]), PING],
        ),
        script(
            "handshake-after-the-handshake",
            0,
            &[ACCEPT, OPEN, frame(0, &handshake(0, 0, &[0; 16], &[0]))],
        ),
    ]
}
