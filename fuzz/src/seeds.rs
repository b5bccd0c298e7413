//! The seeds: inputs with a speaking name from which a fuzzer starts.
//!
//! Known answers become seeds of the same name, mostly; the rest is made here. `UPDATE=1 cargo
//! test -p zk-fuzz seeds` writes them to `corpus/`, and without `UPDATE` the same test compares.

use std::fs;
use std::path::Path;

use jute_codec::RECORDS;
use jute_codec::Schema;

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
    fn new(target: &'static str, name: impl Into<String>, input: Vec<u8>) -> Self {
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
    let mut seeds = Vec::new();
    seeds.extend(frame_seeds(&answers));
    seeds.extend(record_seeds(&answers));
    Ok(seeds)
}

/// A frame as a real peer sends it, and the records in it.
struct KnownAnswer {
    name: String,
    frame: Vec<u8>,
    records: Vec<Schema>,
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
                .map(|name| RECORDS.iter().find(|schema| schema.name == name))
                .map(|schema| *schema.expect("a record"))
                .collect(),
        });
    }
    answers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(answers)
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
        seeds.push(record(&answer.name, &names, answer.frame[4..].to_vec()));
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
