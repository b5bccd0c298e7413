//! `zkspec decode`: what bytes mean.

mod json;

use std::path::Path;
use std::path::PathBuf;

use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::Framer;
use jute_codec::Limits;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::help;
use crate::cli::input;
use crate::cli::input::Input;
use crate::cli::say;
use crate::recording::Recording;
use crate::recording::Style;
use crate::transcript::Dialogue;
use crate::transcript::Header;
use crate::transcript::Told;
use crate::transcript::Transcript;

/// What `zkspec decode` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::DECODE)]
pub(super) struct Arguments {
    /// Captures (pcap, pcapng), transcripts, or bytes, as they are or in hex; - is stdin.
    #[arg(default_value = "-")]
    files: Vec<PathBuf>,
    /// Whose bytes they are, if they are bytes; guessed from the first frame if not given.
    #[arg(long, value_name = "SIDE")]
    from: Option<Side>,
    /// Write captures as transcripts that can be played to a live server: symbols for session
    /// ids, passwords and zxids.
    #[arg(long)]
    playable: bool,
    /// Write each packet as one JSON object a line.
    #[arg(long, conflicts_with_all = ["playable", "header"])]
    json: bool,
    /// Say this about a script made of a capture: `KEY=TEXT`, such as `server=tickTime=200`.
    #[arg(long, value_name = "KEY=TEXT")]
    header: Vec<String>,
    /// Ports that are a server's, for captures that begin in the middle of a connection.
    #[arg(long, value_name = "PORT")]
    port: Vec<u16>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
enum Side {
    Client,
    Server,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    for file in &arguments.files {
        match input::read(file, &arguments.port)? {
            input if arguments.json => json::packets(input, arguments.from),
            Input::Bytes(bytes) => {
                let (from, told) = told(&bytes, arguments.from);
                let arrow = match from {
                    Side::Client => ">",
                    Side::Server => "<",
                };
                told.iter()
                    .for_each(|told| say(format_args!("{arrow} {}", told.packet)));
            }
            Input::Transcript(transcript) => say(transcript.to_string().trim_end()),
            Input::Capture(capture) => {
                let recording = Recording::from_capture(&capture);
                let style = if arguments.playable {
                    Style::Playable
                } else {
                    Style::Exact
                };
                let mut script = recording.to_script(&name(file), style);
                script.headers = headers(&arguments.header)?;
                let mut comments: Vec<_> = capture.notes.iter().map(ToString::to_string).collect();
                comments.extend(recording.connections.iter().map(|connection| {
                    format!(
                        "{} {} to {}",
                        connection.name, connection.client, connection.server
                    )
                }));
                let transcript = Transcript {
                    comments,
                    scripts: vec![script],
                };
                say(transcript.to_string().trim_end());
            }
        }
    }
    Ok(Exit::Fine)
}

fn headers(words: &[String]) -> Result<Vec<Header>, Trouble> {
    let header = |word: &String| match word.split_once('=') {
        Some((key, text)) => Ok(Header {
            key: key.to_owned(),
            text: text.to_owned(),
        }),
        None => Err(Trouble::usage(format!("--header {word:?} is not KEY=TEXT"))),
    };
    words.iter().map(header).collect()
}

/// A script's name after the file it was made from.
fn name(file: &Path) -> String {
    let stem = file
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    let stem = stem.unwrap_or_default();
    let kept = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    let name: String = stem.chars().map(kept).collect();
    match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => name,
        _ => format!("capture-{name}"),
    }
}

/// The packets of one side of a connection, and which side it is.
fn told(bytes: &[u8], from: Option<Side>) -> (Side, Vec<Told>) {
    let mut framer = Framer::new(Limits::frame(i32::MAX.unsigned_abs()));
    framer.push(bytes);
    let first = framer.next_frame().ok().flatten();
    let payload = first
        .as_ref()
        .map(jute_codec::Frame::payload)
        .unwrap_or_default();
    let opens = |side| match side {
        Side::Client => ConnectRequest::from_payload(payload).is_ok(),
        Side::Server => ConnectResponse::from_payload(payload).is_ok(),
    };
    let from = from.unwrap_or(if opens(Side::Server) {
        Side::Server
    } else {
        Side::Client
    });
    let is_word = payload.is_empty() && bytes.iter().take(4).all(u8::is_ascii_lowercase);
    let mut dialogue = if opens(from) || is_word {
        Dialogue::default()
    } else {
        Dialogue::under_way()
    };
    let mut told = match from {
        Side::Client => dialogue.sent(bytes),
        Side::Server => dialogue.received(bytes),
    };
    let (up, down) = dialogue.rest();
    told.extend(up.into_iter().chain(down));
    (from, told)
}
