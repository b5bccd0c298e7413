//! Asking for a session again.

use zk_conformance::server::password;

use crate::seeds::Seed;
use crate::seeds::server::words::ACCEPT;
use crate::seeds::server::words::ACCEPT_OTHER;
use crate::seeds::server::words::CANARY;
use crate::seeds::server::words::CLOSE;
use crate::seeds::server::words::EOF;
use crate::seeds::server::words::FIRST;
use crate::seeds::server::words::LOST;
use crate::seeds::server::words::NOBODY;
use crate::seeds::server::words::OPEN;
use crate::seeds::server::words::PING;
use crate::seeds::server::words::WAIT_400_MS;
use crate::seeds::server::words::WAIT_2550_MS;
use crate::seeds::server::words::WAIT_UNTIL_DUE;
use crate::seeds::server::words::frame;
use crate::seeds::server::words::handshake;
use crate::seeds::server::words::late;
use crate::seeds::server::words::open;
use crate::seeds::server::words::own;
use crate::seeds::server::words::renew_first;
use crate::seeds::server::words::request;
use crate::seeds::server::words::script;
use crate::server::Late;

pub(super) fn seeds() -> Vec<Seed> {
    vec![
        script(
            "renewal-evicts-the-old-connection",
            0,
            &[
                ACCEPT,
                OPEN,
                ACCEPT_OTHER,
                renew_first(1, 13, 100),
                PING,
                CLOSE,
            ],
        ),
        script(
            "close-on-a-connection-that-was-evicted",
            0,
            &[
                ACCEPT,
                OPEN,
                ACCEPT_OTHER,
                renew_first(1, 13, 100),
                late(Late::CloseSession),
                PING,
            ],
        ),
        script(
            "renewal-with-a-wrong-password",
            0,
            &[
                ACCEPT,
                OPEN,
                ACCEPT_OTHER,
                renew_first(1, 0b0_1001, 50),
                ACCEPT,
                renew_first(0, 13, 50),
            ],
        ),
        script(
            "renewal-after-the-connection-broke",
            0,
            &[
                ACCEPT,
                OPEN,
                LOST,
                WAIT_400_MS,
                ACCEPT,
                renew_first(0, 13, 20),
                WAIT_UNTIL_DUE,
            ],
        ),
        script(
            "renewal-with-a-shorter-timeout",
            0,
            &[
                ACCEPT,
                open(0, 13, 200),
                EOF,
                ACCEPT,
                renew_first(0, 13, 20),
                WAIT_400_MS,
                WAIT_400_MS,
            ],
        ),
        script(
            "renewal-of-a-closed-session",
            0,
            &[ACCEPT, OPEN, CLOSE, ACCEPT, renew_first(0, 13, 50)],
        ),
        script(
            "renewal-of-an-expired-session",
            0,
            &[
                ACCEPT,
                OPEN,
                EOF,
                WAIT_2550_MS,
                ACCEPT,
                renew_first(0, 13, 50),
            ],
        ),
        script(
            "renewal-of-an-unknown-session",
            0,
            &[ACCEPT, renew_first(0, 13, 50)],
        ),
        script(
            "zxid-of-the-client-the-same",
            0,
            &[
                ACCEPT,
                frame(0, &handshake(0, 1, &[0; 16], &[0])),
                LOST,
                ACCEPT,
                frame(0, &handshake(FIRST, 2, &own(), &[0])),
                PING,
            ],
        ),
        script(
            "read-only-server-and-an-unwilling-owner",
            4,
            &[
                ACCEPT,
                open(0, 14, 50),
                request(5, 1, &[]),
                ACCEPT_OTHER,
                renew_first(1, 13, 50),
                PING,
            ],
        ),
        script(
            "renewal-with-a-zxid-ahead",
            0,
            &[
                ACCEPT,
                OPEN,
                ACCEPT_OTHER,
                renew_first(1, 0b10_1101, 50),
                PING,
            ],
        ),
        renewal(
            "renewal-with-half-a-password",
            &[&own()[..8], &[0; 8]].concat(),
        ),
        renewal("renewal-with-a-password-too-short", &own()[..15]),
        renewal(
            "renewal-with-a-password-too-long",
            &[&own()[..], &[0]].concat(),
        ),
        renewal("renewal-with-an-empty-password", &[]),
        renewal("renewal-with-a-blank-password", &[0; 16]),
        renewal("renewal-with-the-password-of-another", &password(CANARY)),
        script(
            "renewal-with-a-null-password",
            0,
            &[ACCEPT, OPEN, LOST, ACCEPT, renew_first(0, 0b0_0001, 50)],
        ),
        script(
            "renewal-of-an-id-below-zero",
            0,
            &[ACCEPT, frame(0, &handshake(-1, 0, &password(-1), &[0]))],
        ),
        script(
            "renewal-of-an-unknown-session-with-a-blank-password",
            0,
            &[ACCEPT, frame(0, &handshake(NOBODY, 0, &[0; 16], &[0]))],
        ),
        script(
            "renewal-without-read-only",
            0,
            &[ACCEPT, OPEN, LOST, ACCEPT, renew_first(0, 12, 50), PING],
        ),
        script(
            "renewal-of-another-version",
            0,
            &[ACCEPT, OPEN, LOST, ACCEPT, renew_first(0, 0b1000_1101, 50)],
        ),
        script(
            "renewed-and-closed",
            0,
            &[ACCEPT, OPEN, LOST, ACCEPT, renew_first(0, 13, 50), CLOSE],
        ),
        script(
            "right-password-after-three-wrong-ones",
            0,
            &[
                ACCEPT,
                OPEN,
                LOST,
                ACCEPT,
                renew_first(0, 0b0_1001, 50),
                ACCEPT,
                renew_first(0, 0b0_1001, 50),
                ACCEPT,
                renew_first(0, 0b0_1001, 50),
                ACCEPT,
                renew_first(0, 13, 50),
                PING,
            ],
        ),
    ]
}

/// A renewal of the first session, with another password than it may be.
fn renewal(name: &str, passwd: &[u8]) -> Seed {
    let payload = handshake(FIRST, 0, passwd, &[0]);
    script(
        name,
        0,
        &[ACCEPT, OPEN, LOST, ACCEPT, frame(0, &payload), PING],
    )
}
