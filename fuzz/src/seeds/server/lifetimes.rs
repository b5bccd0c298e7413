//! How long sessions last.

use crate::seeds::Seed;
use crate::seeds::server::words::ACCEPT;
use crate::seeds::server::words::AUTH;
use crate::seeds::server::words::CLOSE;
use crate::seeds::server::words::LOST;
use crate::seeds::server::words::OPEN;
use crate::seeds::server::words::OPEN_SECOND;
use crate::seeds::server::words::OPEN_SHORT;
use crate::seeds::server::words::PING;
use crate::seeds::server::words::RESTART;
use crate::seeds::server::words::WAIT_100_MS;
use crate::seeds::server::words::WAIT_400_MS;
use crate::seeds::server::words::WAIT_2550_MS;
use crate::seeds::server::words::WAIT_UNTIL_DUE;
use crate::seeds::server::words::adopt;
use crate::seeds::server::words::bytes;
use crate::seeds::server::words::close;
use crate::seeds::server::words::create_session;
use crate::seeds::server::words::expire;
use crate::seeds::server::words::open;
use crate::seeds::server::words::ping;
use crate::seeds::server::words::renew_first;
use crate::seeds::server::words::script;

pub(super) fn seeds() -> Vec<Seed> {
    vec![
        script(
            "silence-until-expiry",
            0,
            &[ACCEPT, OPEN, WAIT_UNTIL_DUE, WAIT_UNTIL_DUE],
        ),
        script(
            "pings-put-expiry-off",
            0,
            &[
                ACCEPT,
                OPEN_SHORT,
                WAIT_400_MS,
                PING,
                WAIT_400_MS,
                PING,
                WAIT_400_MS,
                WAIT_400_MS,
            ],
        ),
        script(
            "auth-does-not-put-expiry-off",
            0,
            &[
                ACCEPT,
                OPEN_SHORT,
                WAIT_400_MS,
                AUTH,
                WAIT_400_MS,
                AUTH,
                WAIT_UNTIL_DUE,
            ],
        ),
        script(
            "unfinished-frame-does-not-put-expiry-off",
            0,
            &[
                ACCEPT,
                OPEN_SHORT,
                WAIT_400_MS,
                bytes(0, &[0, 0, 0, 8]),
                WAIT_100_MS,
                WAIT_100_MS,
            ],
        ),
        script(
            "restart-keeps-sessions",
            0,
            &[
                ACCEPT,
                OPEN,
                RESTART,
                WAIT_400_MS,
                ACCEPT,
                renew_first(0, 13, 20),
                RESTART,
                WAIT_2550_MS,
            ],
        ),
        script(
            "create-session-from-a-client",
            0,
            &[
                ACCEPT,
                OPEN,
                create_session(&[0, 0, 1, 0]),
                PING,
                create_session(&[]),
                WAIT_2550_MS,
            ],
        ),
        script(
            "two-sessions-of-one-address",
            0,
            &[
                ACCEPT,
                OPEN,
                ACCEPT,
                OPEN_SECOND,
                PING,
                ping(1),
                close(1),
                CLOSE,
            ],
        ),
        script(
            "timeout-of-no-whole-tick",
            0,
            &[ACCEPT, open(0, 13, 43), PING, WAIT_UNTIL_DUE],
        ),
        script(
            "wrong-password-does-not-put-expiry-off",
            0,
            &[
                ACCEPT,
                OPEN_SHORT,
                LOST,
                WAIT_400_MS,
                ACCEPT,
                renew_first(0, 0b0_1001, 50),
                WAIT_400_MS,
            ],
        ),
        script(
            "session-made-elsewhere",
            0,
            &[
                adopt(2, 50),
                ACCEPT,
                renew_first(0, 0b0_1101, 50),
                PING,
                WAIT_2550_MS,
            ],
        ),
        script(
            "session-made-elsewhere-and-many-made-here",
            0,
            &[
                &[adopt(1, 50), expire(0)][..],
                &[ACCEPT, OPEN, CLOSE].repeat(8),
            ]
            .concat(),
        ),
        script(
            "session-expired-before-its-time",
            0,
            &[ACCEPT, OPEN, expire(0), ACCEPT, renew_first(0, 13, 50)],
        ),
    ]
}
