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
use crate::seeds::server::words::WAIT_100_MS;
use crate::seeds::server::words::WAIT_UNTIL_DUE;
use crate::seeds::server::words::create_session;
use crate::seeds::server::words::push;
use crate::seeds::server::words::renew_first;
use crate::seeds::server::words::reply;
use crate::seeds::server::words::request;
use crate::seeds::server::words::script;
use crate::server::Answer;

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
            &[ACCEPT, OPEN, ASK_FOR_DATA, PING, reply(Answer::Close)],
        ),
        script(
            "delegate-knows-no-such-thing",
            8,
            &[ACCEPT, OPEN, ASK_FOR_DATA, reply(Answer::Unimplemented)],
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
                renew_first(1, 13, 50),
                PING,
                ANSWER,
            ],
        ),
        script(
            "push-to-a-session-and-to-none",
            8,
            &[ACCEPT, OPEN, PUSH, ACCEPT_OTHER, push(1)],
        ),
        script(
            "push-while-a-request-waits",
            8,
            &[ACCEPT, OPEN, ASK_FOR_DATA, PUSH, ANSWER, PING],
        ),
        script(
            "answer-to-nothing",
            8,
            &[ACCEPT, ANSWER, OPEN, ANSWER, PING],
        ),
        script(
            "create-session-behind-a-request-that-waits",
            8,
            &[
                ACCEPT,
                OPEN,
                ASK_FOR_DATA,
                create_session(&[0, 0, 0, 0]),
                WAIT_100_MS,
                ANSWER,
                WAIT_UNTIL_DUE,
            ],
        ),
        script(
            "reads-too-short-and-too-long",
            8,
            &[
                ACCEPT,
                OPEN,
                request(5, 4, &[0, 0, 0, 1, b'/', 0, 1, 2]),
                request(6, 4, &[0, 0, 0]),
                ANSWER,
                ANSWER,
            ],
        ),
    ]
}
