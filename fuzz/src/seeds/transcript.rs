//! Texts and dialogues.

use std::path::Path;

use crate::seeds::KnownAnswer;
use crate::seeds::Seed;
use crate::seeds::recordings;

pub(super) fn seeds(testdata: &Path, answers: &[KnownAnswer]) -> std::io::Result<Vec<Seed>> {
    let mut seeds = Vec::new();
    for (name, text) in recordings(&testdata.join("transcripts"), &["zkt"])? {
        seeds.push(Seed::new("transcript", name, [&[0], &text[..]].concat()));
    }
    let texts = [
        (
            "outcomes-of-all-grades",
            "A expect\n  strict a: ConnectResponse timeOut=1.. sessionId=@S, fin\n  \
             tolerated b: *, quiet 4s within 1..2 of m\n  forbidden c: raw *, closed\n",
        ),
        (
            "packets-and-pieces",
            "C > RequestHeader xid=-2 type=ping & raw 00*5.\"GET /\".ff & bytes \"\" | pieces 3\n",
        ),
        (
            "sums-ranges-and-symbols",
            "C < ConnectResponse protocolVersion=1+2-$min+@X passwd=!null readOnly=!absent, rst\n",
        ),
        (
            "values-of-all-types",
            "C > SetWatches dataWatches=[\"/a\" null b\"\\xff\"*3] existWatches=null childWatches=[]\n",
        ),
        (
            "time-passes",
            "wait 1.5s\nmark here\nC shut\nC reset\nwait $tick+1\n",
        ),
    ];
    for (name, steps) in texts {
        let text = format!("# Why.\nscript a/b\nlevel must\n----\nC open\n{steps}");
        seeds.push(Seed::new(
            "transcript",
            name,
            [&[0], text.as_bytes()].concat(),
        ));
    }
    let frame = |name: &str| {
        let found = answers.iter().find(|answer| answer.name == name);
        &*found.expect("a known answer").frame
    };
    let say = |direction: u8, bytes: &[u8]| {
        let length = u8::try_from(bytes.len()).expect("few bytes");
        [&[direction, length], bytes].concat()
    };
    let dialogue = |name: &str, said: &[Vec<u8>]| {
        Seed::new("transcript", name, [&[1], &said.concat()[..]].concat())
    };
    let request = say(0, frame("connect-request-new-session"));
    let response = say(1, frame("connect-response-new-session"));
    seeds.extend([
        dialogue(
            "dialogue-of-a-session",
            &[
                request.clone(),
                response.clone(),
                say(0, frame("ping-request")),
                say(1, frame("ping-reply")),
                say(0, frame("close-session-request")),
                say(1, frame("close-session-reply")),
            ],
        ),
        dialogue(
            "dialogue-of-identities-and-watches",
            &[
                request.clone(),
                response.clone(),
                say(0, frame("auth-request-digest")),
                say(1, frame("auth-reply-ok")),
                say(0, frame("set-watches-2-request")),
                say(1, frame("watch-event-data-changed")),
            ],
        ),
        dialogue(
            "dialogue-in-pieces",
            &[
                say(0, &frame("connect-request-new-session")[..9]),
                say(0, &frame("connect-request-new-session")[9..]),
                say(1, &frame("connect-response-refusal")[..40]),
            ],
        ),
        dialogue(
            "dialogue-with-a-bad-length",
            &[request, say(0, &[0xff; 6]), response],
        ),
        dialogue(
            "dialogue-of-a-four-letter-word",
            &[say(0, b"ruok"), say(1, b"imok")],
        ),
    ]);
    Ok(seeds)
}
