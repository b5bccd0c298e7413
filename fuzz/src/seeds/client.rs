//! What can happen to a client.

use zk_conformance::client::WatchKind;

use crate::client::Operation;
use crate::client::Verdict;
use crate::client::Watch;
use crate::seeds::Seed;

pub(super) fn seeds() -> Vec<Seed> {
    let wait_until_due = Operation::WaitUntilDue;
    let wait = |by| Operation::Wait { by };
    let (wait_1_s, wait_5_s) = (wait(50), wait(250));
    let connected = Operation::Connected;
    let unreachable = Operation::Unreachable;
    let granted = |form| Operation::Grant { form };
    let grant = granted(READ_WRITE);
    let grant_read_only = granted(READ_ONLY);
    let refuse = granted(OF_NOTHING);
    let answer = Operation::Answer {
        verdict: Verdict::Done,
        body: &[7],
    };
    let told = |event, state, path| Operation::Event { event, state, path };
    let event = told(4, 3, b"/a");
    let pong = Operation::Pong;
    let eof = Operation::Eof;
    let lost = Operation::Lost;
    let exists = Operation::Request {
        op: 3,
        body: &[0; 3],
    };
    let close = Operation::Close;
    let identity = Operation::AddAuth { auth: b"a:b" };
    let watch = |kind| Operation::Watch {
        watch: Watch {
            kind,
            path: "/a",
            ends: false,
        },
    };
    let watch_data = watch(WatchKind::Data);
    let watch_below = watch(WatchKind::PersistentRecursive);
    let auth_failed = Operation::AuthFailed;
    let bytes = |bytes| Operation::Bytes { bytes };
    let reply_to = |xid| Operation::Reply { xid };
    let says = |answer| Operation::ProbeAnswer { answer };
    // To the first two requests, each with a body of its own.
    let two_answers = [reply(1, b"ab"), reply(2, b"cd")].concat();
    let two_answers = bytes(&two_answers);
    // What is granted is as short as can be: ten seconds, no password, and no readOnly.
    let session = [
        0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 39, 16, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0,
    ];
    let session_and_answer = [&session[..], &reply(1, b"ab")].concat();
    let session_and_answer = bytes(&session_and_answer);
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
            &[connected, granted(READ_WRITE | OF_10_S), wait(128)],
        ),
        script(
            "woken-long-before-a-ping",
            2,
            &[connected, granted(READ_WRITE | OF_10_S), wait_1_s, wait(1)],
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
            &[connected, grant, exists, exists, reply_to(2), wait_1_s],
        ),
        script(
            "reply-to-nothing",
            2,
            &[connected, grant, reply_to(9), wait_1_s],
        ),
        script(
            "event-that-no-server-may-send",
            2,
            &[connected, grant, told(0, 112, b""), told(99, 3, b"")],
        ),
        script(
            "answer-that-is-none",
            2,
            &[
                connected,
                Operation::Frame {
                    payload: &[1, 2, 3],
                },
                wait_1_s,
            ],
        ),
        script(
            "server-foretells-the-end",
            2,
            &[connected, grant, told(4, 7, b"/a"), close, answer],
        ),
        script(
            "length-below-zero",
            2,
            &[connected, grant, bytes(&[255; 4]), wait_1_s],
        ),
        script(
            "answer-in-pieces",
            2,
            &[connected, bytes(&[0; 3]), bytes(&[37, 0]), wait_1_s],
        ),
        script(
            "two-answers-in-one-read",
            2,
            &[connected, grant, exists, exists, two_answers, close, answer],
        ),
        script(
            "answer-in-one-read-with-the-session",
            2,
            &[exists, connected, session_and_answer, wait_1_s],
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
            &[
                connected,
                granted(READ_WRITE | OF_10_S),
                wait_5_s,
                wait_5_s,
                wait_5_s,
            ],
        ),
        script(
            "timeout-shorter-than-asked-for",
            2,
            &[
                connected,
                granted(READ_WRITE | OF_40_MS),
                wait_until_due,
                wait_until_due,
            ],
        ),
        script(
            "timeout-shorter-and-nobody-to-go-to",
            3,
            &[
                connected,
                granted(READ_WRITE | OF_40_MS),
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
            &[connected, granted(READ_WRITE | OF_1_MS), wait_1_s],
        ),
        script(
            "timeout-too-short-to-connect-in",
            11,
            &[connected, granted(READ_WRITE | OF_1_MS), lost, wait_1_s],
        ),
        script(
            "password-of-null",
            2,
            &[
                connected,
                granted(READ_WRITE | NO_PASSWORD),
                lost,
                wait_5_s,
                connected,
            ],
        ),
        script(
            "read-only-and-the-search-for-better",
            6,
            &[
                connected,
                grant_read_only,
                wait_1_s,
                says(b"ro"),
                wait_1_s,
                says(b"rw"),
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

fn script(name: &str, settings: u8, operations: &[Operation<'_>]) -> Seed {
    let mut input = vec![1, settings];
    operations.iter().for_each(|it| it.write(&mut input));
    Seed::new("client", name, input)
}

/// A framed reply, of the transaction with the number of the request.
fn reply(xid: u8, body: &[u8; 2]) -> Vec<u8> {
    let header = [0, 0, 0, xid, 0, 0, 0, 0, 0, 0, 0, xid, 0, 0, 0, 0];
    [&[0, 0, 0, 18][..], &header, body].concat()
}

// Forms of a session: its timeout, what is said of readOnly, its password. Without any of them it
// is as long as was asked for, nothing is said, and the password is a long one.
const OF_1_MS: u8 = 1;
const OF_NOTHING: u8 = 2;
const OF_40_MS: u8 = 6;
const OF_10_S: u8 = 7;
const READ_WRITE: u8 = 1 << 3;
const READ_ONLY: u8 = 2 << 3;
const NO_PASSWORD: u8 = 2 << 5;
