//! The transcript language: texts that are anything, and conversations told in it.

use zk_conformance::transcript::Action;
use zk_conformance::transcript::Bindings;
use zk_conformance::transcript::Dialogue;
use zk_conformance::transcript::Match;
use zk_conformance::transcript::Packet;
use zk_conformance::transcript::Told;
use zk_conformance::transcript::parse;

use crate::steps::Steps;

/// A text that parses prints in one form, which parses to the same tree; one that does not says
/// where. And whatever two peers send each other, the packets told of it are all of it, encode to
/// the same bytes, match them, and survive being written down and read.
///
/// Version 0: a text. Version 1: steps of a direction and bytes.
pub fn transcript(data: &[u8]) {
    if let Some(steps) = Steps::of_version(1, data) {
        converse(steps);
    } else if let Some((0, text)) = data.split_first()
        && let Ok(text) = std::str::from_utf8(text)
    {
        check_text(text);
    }
}

fn check_text(text: &str) {
    match parse(text) {
        Ok(tree) => {
            let printed = tree.to_string();
            assert_eq!(parse(&printed).as_ref(), Ok(&tree), "{printed}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn converse(mut steps: Steps<'_>) {
    let mut dialogue = Dialogue::default();
    let mut streams = [Vec::new(), Vec::new()];
    let mut told = [Vec::new(), Vec::new()];
    while !steps.is_empty() {
        let direction = usize::from(steps.byte() & 1);
        let bytes = steps.bytes();
        streams[direction].extend_from_slice(bytes);
        told[direction].extend(if direction == 0 {
            dialogue.sent(bytes)
        } else {
            dialogue.received(bytes)
        });
    }
    let (up, down) = dialogue.rest();
    told[0].extend(up);
    told[1].extend(down);
    for (stream, told) in streams.iter().zip(&told) {
        let all: Vec<_> = told.iter().flat_map(|told| told.bytes.clone()).collect();
        assert_eq!(&all, stream, "all that was sent is told");
        told.iter().for_each(check_told);
    }
}

fn check_told(told: &Told) {
    let Told { packet, bytes } = told;
    assert_eq!(
        Bindings::default().encode(packet).as_ref(),
        Ok(bytes),
        "{packet}"
    );
    let length = bytes.len();
    let found = Bindings::default().matches(packet, bytes);
    assert_eq!(found, Ok(Match::Whole(length)), "{packet}");
    assert_eq!(&written_and_read(packet), packet);
}

fn written_and_read(packet: &Packet) -> Packet {
    let text = format!("script a\n----\nC > {packet}\n");
    let tree = parse(&text).unwrap_or_else(|error| panic!("{text}{error}"));
    match &tree.scripts[0].steps[0].action {
        Action::Send { packets, .. } if packets.len() == 1 => packets[0].clone(),
        action => panic!("{text} is {action:?}"),
    }
}
