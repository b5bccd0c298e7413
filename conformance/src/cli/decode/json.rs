//! Packets for programs: one JSON object a line.
//!
//! `from` is who sends; `connection` its name, unless there is only one; `time` the seconds since
//! the start, of a capture; `outcome` what a packet is one way of, in a case. The rest is the
//! packet.

use std::time::Duration;

use serde::Serialize;

use super::Side;
use super::told;
use crate::capture;
use crate::cli::input::Input;
use crate::cli::say;
use crate::recording::Recording;
use crate::recording::What;
use crate::transcript::Action;
use crate::transcript::Dialogue;
use crate::transcript::Grade;
use crate::transcript::Packet;
use crate::transcript::Script;
use crate::transcript::Seen;

#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<&'a str>,
    from: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    packet: &'a Packet,
}

impl<'a> Line<'a> {
    const fn new(from: &'static str, packet: &'a Packet) -> Self {
        Self {
            script: None,
            connection: None,
            from,
            time: None,
            outcome: None,
            packet,
        }
    }

    fn say(&self) {
        if let Ok(line) = serde_json::to_string(self) {
            say(line);
        }
    }
}

const CLIENT: &str = "client";
const SERVER: &str = "server";

/// Says every packet of a file.
pub(super) fn packets(input: Input, from: Option<Side>) {
    match input {
        Input::Bytes(bytes) => {
            let (from, told) = told(&bytes, from);
            let from = match from {
                Side::Client => CLIENT,
                Side::Server => SERVER,
            };
            told.iter()
                .for_each(|told| Line::new(from, &told.packet).say());
        }
        Input::Transcript(transcript) => transcript.scripts.iter().for_each(script),
        Input::Capture(capture) => recording(&Recording::from_capture(&capture)),
    }
}

fn script(script: &Script) {
    let line = |connection, from, packet, outcome| {
        let mut line = Line::new(from, packet);
        line.script = Some(&script.name);
        line.connection = Some(connection);
        line.outcome = outcome;
        line.say();
    };
    for step in &script.steps {
        match &step.action {
            Action::Send {
                connection,
                packets,
                ..
            } => packets
                .iter()
                .for_each(|packet| line(connection, CLIENT, packet, None)),
            Action::Expect {
                connection,
                outcomes,
            } => {
                for outcome in outcomes {
                    let grade = match outcome.grade {
                        Grade::Strict => "strict",
                        Grade::Tolerated => "tolerated",
                        Grade::Forbidden => "forbidden",
                    };
                    let name = format!("{grade} {}", outcome.name);
                    let name = Some(name).filter(|_| !outcome.name.is_empty());
                    for seen in &outcome.seen {
                        if let Seen::Packet(packet) | Seen::Many(_, packet) = &seen.what {
                            line(connection, SERVER, packet, name.clone());
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

fn recording(recording: &Recording) {
    let dialogue = |from_start| {
        if from_start {
            Dialogue::default()
        } else {
            Dialogue::under_way()
        }
    };
    let mut dialogues: Vec<_> = recording
        .connections
        .iter()
        .map(|connection| (connection, dialogue(connection.from_start)))
        .collect();
    let line = |connection: &str, from, at: Duration, packet: &Packet| {
        let mut line = Line::new(from, packet);
        line.connection = Some(connection);
        line.time = Some(at.as_secs_f64());
        line.say();
    };
    let mut end = Duration::ZERO;
    for event in &recording.events {
        let Some((connection, dialogue)) = dialogues.get_mut(event.connection) else {
            continue;
        };
        let (from, told) = match &event.what {
            What::Data(capture::Side::Client, bytes) => (CLIENT, dialogue.sent(bytes)),
            What::Data(capture::Side::Server, bytes) => (SERVER, dialogue.received(bytes)),
            _ => continue,
        };
        for told in told {
            line(&connection.name, from, event.at, &told.packet);
        }
        end = end.max(event.at);
    }
    for (connection, dialogue) in &mut dialogues {
        let (up, down) = dialogue.rest();
        for (from, told) in [(CLIENT, up), (SERVER, down)] {
            if let Some(told) = told {
                line(&connection.name, from, end, &told.packet);
            }
        }
    }
}
