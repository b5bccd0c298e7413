//! Bytes as real peers send them, against what they mean, in both directions.

use std::fs;
use std::path::Path;

use jute_codec::Framer;
use jute_codec::RECORDS;
use jute_codec::Raw;
use jute_codec::Reading;
use jute_codec::put_frame;

use crate::readable::decode;
use crate::readable::encode;
use crate::readable::known_answers;
use crate::readable::parse;
use crate::readable::print;

#[test]
fn bytes_decode_to_the_text() {
    for answer in known_answers() {
        let mut framer = Framer::default();
        framer.push(&answer.frame);
        let frame = framer.next_frame().unwrap().expect("a whole frame");
        assert!(
            framer.buffered().is_empty(),
            "{}: more than a frame",
            answer.name
        );

        let records = answer.records();
        let values = decode(&records, frame.payload(), Reading::STRICT)
            .unwrap_or_else(|error| panic!("{}: {error}", answer.name));
        assert_eq!(print(&records, &values), answer.text, "{}", answer.name);
        let lenient = decode(&records, frame.payload(), Reading::JAVA).unwrap();
        assert_eq!(lenient, values, "{}", answer.name);
    }
}

#[test]
fn text_encodes_to_the_bytes() {
    for answer in known_answers() {
        let payload = encode(&answer.records(), &parse(&answer.text));
        let mut out = bytes::BytesMut::new();
        put_frame(&mut out, &Raw(&payload));
        assert_eq!(
            hex::encode(out),
            hex::encode(&answer.frame),
            "{}",
            answer.name
        );
    }
}

#[test]
fn every_record_has_a_known_answer() {
    let answers = known_answers();
    for schema in RECORDS {
        let shown = answers
            .iter()
            .any(|answer| answer.records().contains(&schema));
        assert!(shown, "no known answer has a {}", schema.name);
    }
}

#[test]
fn every_known_answer_says_where_it_is_from() {
    for answer in known_answers() {
        assert!(
            answer.comment.contains("From "),
            "{}: from where?",
            answer.name
        );
    }
}

/// A comment says `From captures/<file>, packet <number>` if the frame was recorded.
#[test]
fn recorded_answers_are_in_the_recording() {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    let mut count = 0;
    for answer in known_answers() {
        let Some((_, rest)) = answer.comment.split_once("From captures/") else {
            continue;
        };
        let (capture, _) = rest.split_once(", packet").expect("the packet's number");
        let path = testdata.join("captures").join(capture);
        let file = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        // A client may send the length in a packet of its own.
        let mut windows = file.windows(answer.payload().len());
        assert!(
            windows.any(|window| window == answer.payload()),
            "{}",
            answer.name
        );
        count += 1;
    }
    assert!(count > 0);
}
