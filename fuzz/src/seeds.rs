//! The seeds: inputs with a speaking name from which a fuzzer starts.
//!
//! Known answers become seeds of the same name, mostly; the rest is made here. `UPDATE=1 cargo
//! test -p zk-fuzz seeds` writes them to `corpus/`, and without `UPDATE` the same test compares.

use std::fs;
use std::path::Path;

use jute_codec::HANDWRITTEN_RECORDS;
use jute_codec::RECORDS;
use jute_codec::Schema;

use crate::differential;
use crate::records::CHOICES;

/// An input of a target.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Seed {
    /// The target it is for.
    pub target: &'static str,
    /// What it shows, in kebab-case.
    pub name: String,
    /// The input.
    pub input: Vec<u8>,
}

impl Seed {
    pub(crate) fn new(target: &'static str, name: impl Into<String>, input: Vec<u8>) -> Self {
        let name = name.into();
        Self {
            target,
            name,
            input,
        }
    }
}

/// Every seed there is. `testdata` is the folder of that name.
///
/// # Errors
/// If `testdata` cannot be read.
pub fn seeds(testdata: &Path) -> std::io::Result<Vec<Seed>> {
    let answers = known_answers(testdata)?;
    let mut seeds = capture_seeds(testdata)?;
    seeds.extend(frame_seeds(&answers));
    seeds.extend(record_seeds(&answers));
    seeds.extend(differential::seeds(answers.iter().map(KnownAnswer::body)));
    seeds.extend(server_seeds());
    seeds.extend(client_seeds());
    Ok(seeds)
}

/// A frame as a real peer sends it, and the records in it.
struct KnownAnswer {
    name: String,
    frame: Vec<u8>,
    records: Vec<Schema>,
}

impl KnownAnswer {
    /// Its name, the class behind its header, or of the header if there is nothing behind it, and
    /// the bytes from there on.
    fn body(&self) -> (&str, &str, &[u8]) {
        let (class, header) = match &self.records[..] {
            [header, body, ..] => (body.name, header_length(header.name)),
            [record] => (record.name, 0),
            [] => ("", 0),
        };
        (&self.name, class, &self.frame[4 + header..])
    }
}

fn header_length(class: &str) -> usize {
    match class {
        "RequestHeader" => 8,
        "ReplyHeader" => 16,
        "TxnHeader" => 32,
        _ => 0,
    }
}

fn known_answers(testdata: &Path) -> std::io::Result<Vec<KnownAnswer>> {
    let mut answers = Vec::new();
    for entry in fs::read_dir(testdata.join("records"))? {
        let path = entry?.path();
        let source = fs::read_to_string(&path)?;
        let (bytes, text) = source.split_once("----\n").expect("a line of four dashes");
        let digits: String = bytes
            .lines()
            .flat_map(|line| line.split('#').next())
            .flat_map(str::split_whitespace)
            .collect();
        let headings = text.lines().filter(|line| !line.starts_with(' '));
        answers.push(KnownAnswer {
            name: path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned(),
            frame: hex::decode(digits).expect("hex"),
            records: headings
                .map(|name| {
                    let mut schemas = RECORDS.iter().chain(HANDWRITTEN_RECORDS);
                    *schemas
                        .find(|schema| schema.name == name)
                        .expect("a record")
                })
                .collect(),
        });
    }
    answers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(answers)
}

fn capture_seeds(testdata: &Path) -> std::io::Result<Vec<Seed>> {
    let mut seeds = Vec::new();
    for capture in CAPTURES {
        let file = fs::read(testdata.join("captures").join(capture))?;
        let name = capture.replace('.', "-");
        seeds.push(Seed::new("capture", name, [&[0], &file[..]].concat()));
    }
    let script = |name: &str, steps: &[[u8; 2]]| {
        Seed::new("capture", name, [&[1], &steps.concat()[..]].concat())
    };
    let client_sends = [0, 48];
    let server_sends = [1, 40];
    let client_acknowledges = [2, 0];
    let again = |packet| [4, packet];
    let swap = [6, 0];
    seeds.extend([
        script("nothing-said", &[]),
        script(
            "request-and-answer",
            &[client_sends, server_sends, client_acknowledges],
        ),
        script(
            "request-sent-again",
            &[client_sends, again(0), server_sends, again(0), again(1)],
        ),
        script(
            "two-segments-swapped",
            &[client_sends, client_sends, swap, server_sends],
        ),
        script(
            "acknowledgement-before-its-segment",
            &[client_sends, [3, 0], swap],
        ),
        script(
            "sequence-number-wraps",
            &[client_sends, client_sends, swap, again(0), server_sends],
        ),
    ]);
    Ok(seeds)
}

fn frame_seeds(answers: &[KnownAnswer]) -> Vec<Seed> {
    let frame = |name: &str, limit, split, pieces: &[&[u8]]| {
        let stream = pieces.concat();
        Seed::new("frame", name, [&[limit, split][..], &stream].concat())
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

fn record_seeds(answers: &[KnownAnswer]) -> Vec<Seed> {
    let record = |name: &str, records: &[&str], payload: Vec<u8>| {
        let same = |schemas: &[Schema]| {
            schemas
                .iter()
                .map(|schema| schema.name)
                .eq(records.iter().copied())
        };
        let choice = CHOICES.iter().position(|(schemas, _)| same(schemas));
        let choice = u8::try_from(choice.expect("a choice")).expect("few choices");
        Seed::new("records", name, [&[choice][..], &payload].concat())
    };
    let mut seeds = Vec::new();
    for answer in answers {
        let names: Vec<_> = answer.records.iter().map(|schema| schema.name).collect();
        let payload = &answer.frame[4..];
        // A body without its header, unless the two are a choice.
        seeds.push(match &names[..] {
            [_] => record(&answer.name, &names, payload.to_vec()),
            [
                _,
                "AuthPacket" | "SetWatches" | "SetWatches2" | "WatcherEvent",
            ] => record(&answer.name, &names, payload.to_vec()),
            ["RequestHeader", body] => record(&answer.name, &[body], payload[8..].to_vec()),
            ["ReplyHeader", body] => record(&answer.name, &[body], payload[16..].to_vec()),
            ["TxnHeader", body, ..] => record(&answer.name, &[body], payload[32..].to_vec()),
            _ => continue,
        });
    }
    let payload = |name: &str| {
        let found = answers.iter().find(|answer| answer.name == name);
        found.expect("a known answer").frame[4..].to_vec()
    };
    let patched = |name: &str, at: usize, patch: &[u8]| {
        let mut payload = payload(name);
        payload.splice(at..at + patch.len(), patch.iter().copied());
        payload
    };
    let asking = &["ConnectRequest"][..];
    let request = "connect-request-new-session";
    let telling = &["ReplyHeader", "WatcherEvent"][..];
    let event = &payload("watch-event-data-changed")[..24];
    let setting = &["RequestHeader", "SetWatches"][..];
    let watches = &payload("set-watches-request")[..16];
    let int_max = b"\x7f\xff\xff\xff\0";
    let minus_two = b"\xff\xff\xff\xfe\0\0\0\0\0\0\0\0";
    let cesu_8 = b"\0\0\0\x06\xed\xa0\xbd\xed\xb0\x98";
    let no_text = b"\0\0\0\x02/\xff";
    seeds.extend([
        record("read-only-of-2", asking, patched(request, 44, &[2])),
        record("read-only-of-255", asking, patched(request, 44, &[255])),
        record(
            "password-of-17",
            asking,
            patched(request, 24, &[0, 0, 0, 17]),
        ),
        record(
            "password-of-minus-two",
            asking,
            patched(request, 24, &minus_two[..4]),
        ),
        record(
            "password-of-int-min",
            asking,
            patched(request, 24, &[128, 0, 0, 0]),
        ),
        record(
            "password-of-int-max",
            asking,
            patched(request, 24, &int_max[..4]),
        ),
        record(
            "password-cut-short",
            asking,
            payload(request)[..40].to_vec(),
        ),
        record(
            "bytes-behind-read-only",
            asking,
            [&payload(request)[..], &[0; 8]].concat(),
        ),
        record("path-as-cesu-8", telling, [event, cesu_8].concat()),
        record("path-that-is-no-text", telling, [event, no_text].concat()),
        record("path-of-null", telling, [event, &[0xff; 4]].concat()),
        record(
            "vector-count-of-int-max",
            setting,
            [watches, int_max].concat(),
        ),
        record(
            "vector-count-of-minus-two",
            setting,
            [watches, minus_two].concat(),
        ),
        record("vectors-of-null", setting, [watches, &[0xff; 12]].concat()),
    ]);
    seeds
}

fn server_seeds() -> Vec<Seed> {
    let script = |name: &str, settings: u8, steps: &[&[u8]]| {
        Seed::new(
            "server",
            name,
            [&[1, settings][..], &steps.concat()].concat(),
        )
    };
    // Operations, the connection being the first, second or third that is open.
    let accept = &[0, 0][..];
    let accept_other = &[0, 1][..];
    let wait_until_due = &[1, 0][..];
    let wait_100_ms = &[1, 10][..];
    let wait_400_ms = &[1, 40][..];
    let wait_2550_ms = &[1, 255][..];
    let restart = &[2, 0][..];
    // A form: the kind of readOnly, and the right password. 50 is 1000 ms, 20 is 400 ms.
    let open = &[5, 0, 0b0_1101, 50][..];
    let open_second = &[5, 1, 0b0_1101, 50][..];
    let open_short = &[5, 0, 0b0_1101, 20][..];
    let renew_first =
        |connection: u8, form: u8, time_out: u8| vec![6, connection, form, time_out, 0];
    let ping = &[7, 0][..];
    let close = &[8, 0][..];
    let auth = &[9, 0, 0][..];
    let ask_for_data = &[10, 0, 0, 5, 4, 6, 0, 0, 0, 1, b'/', 0][..];
    let eof = &[12, 0][..];
    let lost = &[13, 0][..];
    let answer = &[14, 0, 3, 1, 7][..];
    let push = &[15, 0][..];
    vec![
        script("ping-and-close", 0, &[accept, open, ping, close]),
        script(
            "zxid-of-the-client-below-zero",
            0,
            &[accept, &[5, 0, 0b100_1101, 50], ping],
        ),
        script(
            "ping-with-a-number-of-its-own",
            0,
            &[accept, open, &[10, 0, 0, 5, 11, 0], ping],
        ),
        script(
            "silence-until-expiry",
            0,
            &[accept, open, wait_until_due, wait_until_due],
        ),
        script(
            "pings-put-expiry-off",
            0,
            &[
                accept,
                open_short,
                wait_400_ms,
                ping,
                wait_400_ms,
                ping,
                wait_400_ms,
                wait_400_ms,
            ],
        ),
        script(
            "auth-does-not-put-expiry-off",
            0,
            &[
                accept,
                open_short,
                wait_400_ms,
                auth,
                wait_400_ms,
                auth,
                wait_until_due,
            ],
        ),
        script(
            "unfinished-frame-does-not-put-expiry-off",
            0,
            &[
                accept,
                open_short,
                wait_400_ms,
                &[3, 0, 4, 0, 0, 0, 8],
                wait_100_ms,
                wait_100_ms,
            ],
        ),
        script(
            "new-session-without-read-only",
            0,
            &[accept, &[5, 0, 0b0_1100, 50], ping],
        ),
        script(
            "timeouts-at-and-over-the-limits",
            0,
            &[
                accept,
                accept,
                accept,
                &[5, 0, 13, 0],
                &[5, 1, 13, 2],
                &[5, 2, 13, 3],
                ping,
            ],
        ),
        script(
            "zxid-of-the-client-ahead",
            0,
            &[accept, &[5, 0, 0b10_1101, 50]],
        ),
        script(
            "protocol-version-of-the-client",
            0,
            &[accept, &[5, 0, 0b1000_1101, 50]],
        ),
        script(
            "renewal-evicts-the-old-connection",
            0,
            &[
                accept,
                open,
                accept_other,
                &renew_first(1, 13, 100),
                ping,
                close,
            ],
        ),
        script(
            "renewal-with-a-wrong-password",
            0,
            &[
                accept,
                open,
                accept_other,
                &renew_first(1, 0b0_1001, 50),
                accept,
                &renew_first(0, 13, 50),
            ],
        ),
        script(
            "renewal-after-the-connection-broke",
            0,
            &[
                accept,
                open,
                lost,
                wait_400_ms,
                accept,
                &renew_first(0, 13, 20),
                wait_until_due,
            ],
        ),
        script(
            "renewal-with-a-shorter-timeout",
            0,
            &[
                accept,
                &[5, 0, 13, 200],
                eof,
                accept,
                &renew_first(0, 13, 20),
                wait_400_ms,
                wait_400_ms,
            ],
        ),
        script(
            "renewal-of-a-closed-session",
            0,
            &[accept, open, close, accept, &renew_first(0, 13, 50)],
        ),
        script(
            "renewal-of-an-expired-session",
            0,
            &[
                accept,
                open,
                eof,
                wait_2550_ms,
                accept,
                &renew_first(0, 13, 50),
            ],
        ),
        script(
            "renewal-of-an-unknown-session",
            0,
            &[accept, &renew_first(0, 13, 50)],
        ),
        script(
            "restart-keeps-sessions",
            0,
            &[
                accept,
                open,
                restart,
                wait_400_ms,
                accept,
                &renew_first(0, 13, 20),
                restart,
                wait_2550_ms,
            ],
        ),
        script(
            "unknown-operation-closes",
            0,
            &[accept, open, &[10, 0, 0, 1, 99, 0]],
        ),
        script("auth-of-no-scheme-closes", 0, &[accept, open, &[9, 0, 1]]),
        script(
            "create-session-from-a-client",
            0,
            &[
                accept,
                open,
                &[11, 0, 4, 0, 0, 1, 0],
                ping,
                &[11, 0, 0],
                wait_2550_ms,
            ],
        ),
        script(
            "handshake-in-pieces",
            0,
            &[
                accept,
                &[3, 0, 7, 0, 0, 0, 28, 0, 0, 0],
                &[3, 0, 25],
                &[0; 25],
                ping,
            ],
        ),
        script(
            "frame-of-another-kind-first",
            0,
            &[accept, &[4, 0, 8, 255, 255, 255, 254, 0, 0, 0, 11]],
        ),
        script(
            "length-below-zero",
            0,
            &[accept, open, &[3, 0, 4, 255, 255, 255, 255]],
        ),
        script(
            "length-over-a-small-limit",
            32,
            &[accept, open, &[3, 0, 4, 0, 0, 0, 65]],
        ),
        script(
            "length-promised-and-no-more",
            0,
            &[accept, &[3, 0, 4, 0, 15, 255, 255], wait_2550_ms],
        ),
        script(
            "four-letter-words",
            0,
            &[
                accept,
                &[16, 0, 0],
                accept,
                &[16, 0, 4],
                accept,
                &[16, 0, 9],
            ],
        ),
        script(
            "silent-without-a-session",
            0,
            &[accept, wait_until_due, accept, &[3, 0, 1, 0], wait_2550_ms],
        ),
        script(
            "five-connections-from-one-address",
            0,
            &[accept, accept, accept, accept, accept, open],
        ),
        script(
            "answers-of-the-delegate-in-order",
            8,
            &[
                accept,
                open,
                ask_for_data,
                ask_for_data,
                ping,
                answer,
                answer,
                close,
            ],
        ),
        script(
            "close-waits-for-the-delegate",
            8,
            &[accept, open, ask_for_data, close, ping, answer],
        ),
        script(
            "delegate-closes",
            8,
            &[accept, open, ask_for_data, ping, &[14, 0, 0]],
        ),
        script(
            "delegate-knows-no-such-thing",
            8,
            &[accept, open, ask_for_data, &[14, 0, 1]],
        ),
        script(
            "eviction-of-what-waits-for-the-delegate",
            8,
            &[
                accept,
                open,
                ask_for_data,
                ping,
                accept_other,
                &renew_first(1, 13, 50),
                ping,
                answer,
            ],
        ),
        script(
            "push-to-a-session-and-to-none",
            8,
            &[accept, open, push, accept_other, &[15, 1]],
        ),
        script(
            "two-sessions-of-one-address",
            0,
            &[
                accept,
                open,
                accept,
                open_second,
                ping,
                &[7, 1],
                &[8, 1],
                close,
            ],
        ),
        script(
            "netty-and-a-frame-of-nothing",
            1,
            &[
                accept,
                open,
                &[3, 0, 4, 0, 0, 0, 0],
                wait_100_ms,
                &[3, 0, 1, 0],
            ],
        ),
        script(
            "read-only-server",
            4,
            &[
                accept,
                &[5, 0, 14, 50],
                accept,
                &[5, 1, 13, 50],
                ping,
                close,
            ],
        ),
        script(
            "read-only-server-without-new-sessions",
            6,
            &[
                accept,
                &[5, 0, 14, 50],
                accept,
                &renew_first(1, 14, 50),
                ping,
                wait_2550_ms,
            ],
        ),
    ]
}

fn client_seeds() -> Vec<Seed> {
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
            "timeout-of-one-millisecond",
            2,
            &[connected, &[4, 0b0_1001], wait_1_s],
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

/// Recordings that are small enough to be seeds.
const CAPTURES: &[&str] = &[
    "zk3.8.0-c-unknown-session-refused.pcap",
    "zk3.8.0-java-new-session-then-close.pcap",
    "zk3.8.0-kazoo-unknown-session-refused.pcap",
];
