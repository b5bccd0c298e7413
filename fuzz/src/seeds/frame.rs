//! Streams of frames.

use crate::seeds::KnownAnswer;
use crate::seeds::Seed;

pub(super) fn seeds(answers: &[KnownAnswer]) -> Vec<Seed> {
    let frame = |name: &str, limit, split, pieces: &[&[u8]]| {
        let stream = pieces.concat();
        Seed::new("frame", name, [&[1, limit, split][..], &stream].concat())
    };
    let answer = |name: &str| {
        let found = answers.iter().find(|answer| answer.name == name);
        &*found.expect("a known answer").frame
    };
    let request = answer("connect-request-new-session");
    let ping = answer("ping-request");
    vec![
        frame("handshake-alone", 0, 20, &[request]),
        frame(
            "handshake-with-pipelined-ping",
            0,
            50,
            &[request, ping, ping],
        ),
        frame("handshake-cut-inside-its-length", 0, 2, &[request]),
        frame(
            "handshake-without-its-last-byte",
            0,
            9,
            &[&request[..request.len() - 1]],
        ),
        frame(
            "server-side-of-a-session",
            0,
            41,
            &[
                answer("connect-response-new-session"),
                answer("ping-reply"),
                answer("close-session-reply"),
            ],
        ),
        frame("nothing", 0, 0, &[]),
        frame("empty-frames", 0, 4, &[&[0; 12]]),
        frame("length-of-minus-one", 0, 4, &[ping, &[0xff; 4], ping]),
        frame("length-of-int-min", 0, 1, &[&[0x80, 0, 0, 0], ping]),
        frame("length-of-maxbuffer", 0, 4, &[&[0, 0x0f, 0xff, 0xff], ping]),
        frame(
            "length-over-maxbuffer",
            0,
            4,
            &[ping, &[0, 0x10, 0, 0], ping],
        ),
        frame("length-at-a-small-limit", 8, 4, &[ping, ping]),
        frame("length-over-a-small-limit", 7, 4, &[ping, ping]),
        frame("four-letter-word", 0, 1, &[b"ruok"]),
        frame(
            "tls-client-hello",
            0,
            3,
            &[b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"],
        ),
    ]
}
