//! Servers that leave requests to a delegate.

use crate::seeds::Seed;
use crate::seeds::server::words::ACCEPT;
use crate::seeds::server::words::ACCEPT_OTHER;
use crate::seeds::server::words::ANSWER;
use crate::seeds::server::words::ASK_FOR_DATA;
use crate::seeds::server::words::CLOSE;
use crate::seeds::server::words::OPEN;
use crate::seeds::server::words::PING;
use crate::seeds::server::words::PUSH;
use crate::seeds::server::words::renew_first;
use crate::seeds::server::words::script;

pub(super) fn seeds() -> Vec<Seed> {
    vec![
        script(
            "answers-of-the-delegate-in-order",
            8,
            &[
                ACCEPT,
                OPEN,
                ASK_FOR_DATA,
                ASK_FOR_DATA,
                PING,
                ANSWER,
                ANSWER,
                CLOSE,
            ],
        ),
        script(
            "close-waits-for-the-delegate",
            8,
            &[ACCEPT, OPEN, ASK_FOR_DATA, CLOSE, PING, ANSWER],
        ),
        script(
            "delegate-closes",
            8,
            &[ACCEPT, OPEN, ASK_FOR_DATA, PING, &[14, 0, 0]],
        ),
        script(
            "delegate-knows-no-such-thing",
            8,
            &[ACCEPT, OPEN, ASK_FOR_DATA, &[14, 0, 1]],
        ),
        script(
            "eviction-of-what-waits-for-the-delegate",
            8,
            &[
                ACCEPT,
                OPEN,
                ASK_FOR_DATA,
                PING,
                ACCEPT_OTHER,
                &renew_first(1, 13, 50),
                PING,
                ANSWER,
            ],
        ),
        script(
            "push-to-a-session-and-to-none",
            8,
            &[ACCEPT, OPEN, PUSH, ACCEPT_OTHER, &[15, 1]],
        ),
        script(
            "reads-too-short-and-too-long",
            8,
            &[
                ACCEPT,
                OPEN,
                &[10, 0, 0, 5, 4, 8, 0, 0, 0, 1, b'/', 0, 1, 2],
                &[10, 0, 0, 6, 4, 3, 0, 0, 0],
                ANSWER,
                ANSWER,
            ],
        ),
    ]
}
