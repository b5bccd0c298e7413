//! What can happen to a client.

use crate::seeds::Seed;

pub(super) fn seeds() -> Vec<Seed> {
    let script = |name: &str, settings: u8, steps: &[&[u8]]| {
        Seed::new(
            "client",
            name,
            [&[1, settings][..], &steps.concat()].concat(),
        )
    };
    let wait_until_due = &[0][..];
    let wait_1_s = &[1, 50][..];
    let wait_5_s = &[1, 250][..];
    let connected = &[2][..];
    let unreachable = &[3][..];
    let grant = &[4, 0b0_1000][..];
    let grant_read_only = &[4, 0b1_0000][..];
    let refuse = &[4, 2][..];
    let answer = &[5, 0, 1, 7][..];
    let event = &[8, 4, 3, 2, b'/', b'a'][..];
    let pong = &[9][..];
    let eof = &[10][..];
    let lost = &[11][..];
    let exists = &[12, 3, 3, 0, 0, 0][..];
    let close = &[13][..];
    let identity = &[14, 3, b'a', b':', b'b'][..];
    let watch_data = &[15, 0][..];
    let watch_below = &[15, 4][..];
    let auth_failed = &[17][..];
    // To the first two requests, each with a body of its own.
    let two_answers = [&[6, 44][..], &reply(1, b"ab"), &reply(2, b"cd")].concat();
    // What is granted is as short as can be: ten seconds, no password, and no readOnly.
    let session = [
        0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 39, 16, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0,
    ];
    let session_and_answer = [&[6, 46][..], &session, &reply(1, b"ab")].concat();
    vec![
        script(
            "session-and-close",
            2,
            &[connected, grant, exists, answer, close, answer],
        ),
        script(
            "session-of-an-old-client",
            0,
            &[connected, grant, wait_1_s, pong, close, answer],
        ),
        script(
            "pings-and-their-answers",
            2,
            &[connected, grant, wait_1_s, pong, wait_1_s, pong],
        ),
        script(
            "ping-ahead-of-its-time",
            2,
            &[connected, &[4, 0b0_1111], &[1, 128]],
        ),
        script(
            "woken-long-before-a-ping",
            2,
            &[connected, &[4, 0b0_1111], wait_1_s, &[1, 1]],
        ),
        script(
            "silence-of-the-server",
            2,
            &[connected, grant, wait_5_s, wait_until_due],
        ),
        script(
            "silence-before-the-answer",
            2,
            &[connected, wait_1_s, wait_1_s, wait_until_due],
        ),
        script(
            "nobody-to-connect-to",
            3,
            &[unreachable, wait_until_due, unreachable, wait_5_s],
        ),
        script(
            "asked-after-the-end",
            2,
            &[
                connected, refuse, exists, identity, watch_data, close, wait_1_s,
            ],
        ),
        script("refused", 2, &[connected, refuse]),
        script(
            "refused-on-renewal",
            2,
            &[
                connected, grant, exists, lost, wait_1_s, wait_1_s, connected, refuse,
            ],
        ),
        script(
            "renewal-after-the-connection-broke",
            3,
            &[
                connected, grant, lost, wait_1_s, wait_1_s, connected, grant, exists, answer,
            ],
        ),
        script(
            "renewal-after-the-server-closed",
            3,
            &[
                connected, grant, exists, eof, wait_1_s, wait_1_s, connected, grant,
            ],
        ),
        script("resumed-session", 66, &[connected, grant, exists, answer]),
        script(
            "watches-set-again",
            2,
            &[
                connected,
                grant,
                watch_data,
                watch_below,
                event,
                watch_data,
                lost,
                wait_1_s,
                wait_1_s,
                connected,
                grant,
                answer,
            ],
        ),
        script(
            "watches-set-again-and-counted",
            34,
            &[
                connected, grant, watch_data, lost, wait_1_s, wait_1_s, connected, grant, answer,
            ],
        ),
        script(
            "identity-before-and-after",
            2,
            &[
                identity, connected, grant, identity, lost, wait_1_s, wait_1_s, connected, grant,
            ],
        ),
        script(
            "identity-refused",
            2,
            &[connected, grant, identity, exists, auth_failed],
        ),
        script(
            "reply-out-of-order",
            2,
            &[connected, grant, exists, exists, &[18, 2], wait_1_s],
        ),
        script(
            "reply-to-nothing",
            2,
            &[connected, grant, &[18, 9], wait_1_s],
        ),
        script(
            "event-that-no-server-may-send",
            2,
            &[connected, grant, &[8, 0, 112, 0], &[8, 99, 3, 0]],
        ),
        script(
            "answer-that-is-none",
            2,
            &[connected, &[7, 3, 1, 2, 3], wait_1_s],
        ),
        script(
            "server-foretells-the-end",
            2,
            &[connected, grant, &[8, 4, 7, 2, b'/', b'a'], close, answer],
        ),
        script(
            "length-below-zero",
            2,
            &[connected, grant, &[6, 4, 255, 255, 255, 255], wait_1_s],
        ),
        script(
            "answer-in-pieces",
            2,
            &[connected, &[6, 3, 0, 0, 0], &[6, 2, 37, 0], wait_1_s],
        ),
        script(
            "two-answers-in-one-read",
            2,
            &[
                connected,
                grant,
                exists,
                exists,
                &two_answers,
                close,
                answer,
            ],
        ),
        script(
            "answer-in-one-read-with-the-session",
            2,
            &[exists, connected, &session_and_answer, wait_1_s],
        ),
        script(
            "answers-to-some-and-then-the-end",
            2,
            &[
                connected, grant, exists, exists, exists, answer, lost, wait_1_s, wait_1_s,
                connected, grant, exists, answer, close, answer,
            ],
        ),
        script(
            "timeout-longer-than-asked-for",
            2,
            &[connected, &[4, 0b0_1111], wait_5_s, wait_5_s, wait_5_s],
        ),
        script(
            "timeout-shorter-than-asked-for",
            2,
            &[connected, &[4, 0b0_1110], wait_until_due, wait_until_due],
        ),
        script(
            "timeout-shorter-and-nobody-to-go-to",
            3,
            &[
                connected,
                &[4, 0b0_1110],
                lost,
                wait_until_due,
                wait_until_due,
            ],
        ),
        script(
            "connection-that-is-not-answered",
            67,
            &[
                wait_until_due,
                wait_until_due,
                wait_until_due,
                wait_until_due,
            ],
        ),
        script(
            "timeout-of-one-millisecond",
            2,
            &[connected, &[4, 0b0_1001], wait_1_s],
        ),
        script(
            "timeout-too-short-to-connect-in",
            11,
            &[connected, &[4, 0b0_1001], lost, wait_1_s],
        ),
        script(
            "password-of-null",
            2,
            &[connected, &[4, 0b100_1000], lost, wait_5_s, connected],
        ),
        script(
            "read-only-and-the-search-for-better",
            6,
            &[
                connected,
                grant_read_only,
                wait_1_s,
                &[16, 2, b'r', b'o'],
                wait_1_s,
                &[16, 2, b'r', b'w'],
                wait_1_s,
                connected,
                grant,
            ],
        ),
        script("close-while-connecting", 2, &[exists, close, unreachable]),
        script(
            "close-before-the-answer",
            2,
            &[connected, exists, close, grant, answer, answer],
        ),
        script(
            "close-while-disconnected",
            2,
            &[connected, grant, lost, close],
        ),
        script(
            "no-answer-to-close",
            2,
            &[connected, grant, close, wait_5_s],
        ),
        script(
            "xids-at-their-end",
            130,
            &[
                connected, grant, exists, answer, exists, answer, exists, answer, exists, answer,
            ],
        ),
        script(
            "own-clock-never",
            10,
            &[connected, grant, wait_5_s, wait_5_s, unreachable, wait_5_s],
        ),
        script(
            "watches-forgotten",
            18,
            &[
                connected, grant, watch_data, lost, wait_1_s, wait_1_s, connected, grant,
            ],
        ),
    ]
}

/// A framed reply, of the transaction with the number of the request.
fn reply(xid: u8, body: &[u8; 2]) -> Vec<u8> {
    let header = [0, 0, 0, xid, 0, 0, 0, 0, 0, 0, 0, xid, 0, 0, 0, 0];
    [&[0, 0, 0, 18][..], &header, body].concat()
}
