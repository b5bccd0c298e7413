//! What files hold: a capture, a transcript, or bytes.

use std::io::Read;
use std::path::Path;

use crate::capture;
use crate::capture::Capture;
use crate::cli::Trouble;
use crate::transcript;
use crate::transcript::Transcript;

/// What was found in a file.
#[derive(Debug)]
pub(super) enum Input {
    /// A packet capture.
    Capture(Capture),
    /// A transcript.
    Transcript(Transcript),
    /// Bytes: the file's own, or those it has in hex.
    Bytes(Vec<u8>),
}

/// The text in a file, or on stdin for `-`.
pub(super) fn text(path: &Path) -> Result<String, Trouble> {
    let text = bytes(path).and_then(|bytes| {
        let invalid = |_| std::io::Error::other("it is no text in UTF-8");
        String::from_utf8(bytes).map_err(invalid)
    });
    text.map_err(|error| cannot_read(path, &error))
}

fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    if !is_stdin(path) {
        return std::fs::read(path);
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether a path stands for stdin.
fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn cannot_read(path: &Path, error: &dyn std::fmt::Display) -> Trouble {
    let place = if is_stdin(path) {
        "stdin".to_owned()
    } else {
        path.display().to_string()
    };
    Trouble::usage(format!("cannot read {place}: {error}"))
}

/// Reads a file, or stdin for `-`, and finds out what it holds.
pub(super) fn read(path: &Path, server_ports: &[u16]) -> Result<Input, Trouble> {
    let cannot = |error: &dyn std::fmt::Display| cannot_read(path, error);
    let bytes = bytes(path).map_err(|error| cannot(&error))?;
    if capture::is_capture(&bytes) {
        let capture = capture::read_with(&bytes, server_ports).map_err(|error| cannot(&error))?;
        return Ok(Input::Capture(capture));
    }
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Ok(Input::Bytes(bytes));
    };
    if let Some(bytes) = hex(text) {
        return Ok(Input::Bytes(bytes));
    }
    let is_script = |line: &str| line.split_whitespace().next() == Some("script");
    if !text.lines().any(is_script) {
        return Ok(Input::Bytes(bytes));
    }
    match transcript::parse(text) {
        Ok(transcript) => Ok(Input::Transcript(transcript)),
        Err(error) => Err(cannot(&error)),
    }
}

/// The bytes that a text of hex digits, blanks, colons and `#` comments spells.
fn hex(text: &str) -> Option<Vec<u8>> {
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    let digits: String = lines
        .flat_map(|line| line.split([' ', '\t', ':', ',']))
        .map(|word| word.strip_prefix("0x").unwrap_or(word))
        .collect();
    if digits.is_empty() {
        None
    } else {
        hex::decode(digits.trim()).ok()
    }
}
