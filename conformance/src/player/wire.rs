//! What went over the wire, in the transcript's words.

use std::collections::BTreeMap;

use crate::player::Event;
use crate::player::Happening;
use crate::transcript::Dialogue;
use crate::transcript::Told;

/// Lines as long as this are cut: nobody reads a megabyte of hex.
const WIDEST: usize = 400;

/// All that was done and seen, a line each.
#[must_use]
pub fn wire_log(log: &[Event]) -> Vec<String> {
    let mut lines = Vec::new();
    tell(log, |event, text| {
        lines.push(format!(
            "{:>7} {} {text}",
            event.at.to_string(),
            event.connection
        ));
    });
    lines
}

/// The last packet sent on a connection.
#[must_use]
pub fn last_sent(log: &[Event], connection: &str) -> Option<String> {
    let mut last = None;
    tell(log, |event, text| {
        if event.connection == connection && matches!(event.what, Happening::Sent(_)) {
            last = Some(text.trim_start_matches("> ").to_owned());
        }
    });
    last
}

/// All bytes that came in, on whichever connection, as text.
#[must_use]
pub fn text_received(log: &[Event]) -> String {
    let pieces = log.iter().filter_map(|event| match &event.what {
        Happening::Received(bytes) => Some(bytes.as_slice()),
        _ => None,
    });
    let bytes: Vec<_> = pieces.flatten().copied().collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Follows every connection and hands on each event in words.
fn tell(log: &[Event], mut line: impl FnMut(&Event, String)) {
    let mut dialogues: BTreeMap<&str, Dialogue> = BTreeMap::new();
    for event in log {
        let dialogue = dialogues.entry(&event.connection).or_default();
        let (arrow, told, bytes) = match &event.what {
            Happening::Sent(bytes) => (">", dialogue.sent(bytes), bytes),
            Happening::Received(bytes) => ("<", dialogue.received(bytes), bytes),
            other => {
                line(event, other.in_words());
                continue;
            }
        };
        if told.is_empty() {
            line(event, format!("{arrow} {} bytes of a packet", bytes.len()));
        }
        for Told { packet, .. } in told {
            line(event, cut(format!("{arrow} {packet}")));
        }
    }
}

fn cut(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(WIDEST) {
        text.truncate(at);
        text.push('…');
    }
    text
}

impl Happening {
    fn in_words(&self) -> String {
        let words = match self {
            Self::Opened => "open",
            Self::Refused => "open refused",
            Self::Sent(_) => ">",
            Self::Received(_) => "<",
            Self::Ended(crate::player::End::Fin) => "< fin",
            Self::Ended(crate::player::End::Rst) => "< rst",
            Self::Shut => "shut",
            Self::Closed => "close",
            Self::Reset => "reset",
            Self::Paused => "pause",
            Self::Resumed => "resume",
            Self::Quiet(span) => return format!("quiet {} ms", span.as_millis()),
            Self::Waited(span) => return format!("wait {} ms", span.as_millis()),
        };
        words.to_owned()
    }
}
