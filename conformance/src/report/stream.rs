//! The stream of events: JSON, one a line.

use std::io;
use std::io::BufRead;
use std::io::Write;

use crate::judge::Event;
use crate::judge::RunInfo;
use crate::report::Run;
use crate::report::Runs;

/// Why a stream cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It cannot be had.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line is no event.
    #[error("line {line} is no event of a run: {error}")]
    NoEvent {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// An event belongs to no run.
    #[error("line {line}: the event is outside of a run, which begins with run-started")]
    OutsideOfARun {
        /// The line, counted from 1.
        line: usize,
    },
    /// The format is newer than this crate.
    #[error(
        "line {line}: the run is in version {schema} of the format, and {} is the latest known here",
        RunInfo::SCHEMA
    )]
    TooNew {
        /// The line, counted from 1.
        line: usize,
        /// The version of the format.
        schema: u32,
    },
    /// There is nothing in it.
    #[error("there is no run in it")]
    NoRun,
}

/// What has to be known of a line before it is read as an event.
#[derive(serde::Deserialize)]
struct Head {
    schema: Option<u32>,
}

/// Reads runs from a stream.
///
/// A last line that was cut off is left out: it is what a run leaves that was killed, and its run
/// counts as interrupted.
///
/// # Errors
/// If it cannot be read, has a line that is no event, or no run.
pub fn read(mut from: impl BufRead) -> Result<Vec<Run>, ReadError> {
    let mut runs = Runs::default();
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        if from.read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        if let Ok(Head {
            schema: Some(schema),
        }) = serde_json::from_slice(&bytes)
            && schema > RunInfo::SCHEMA
        {
            return Err(ReadError::TooNew { line, schema });
        }
        let event: Event = match serde_json::from_slice(&bytes) {
            Ok(event) => event,
            Err(error) if error.is_eof() && !bytes.ends_with(b"\n") && line > 1 => break,
            Err(error) => return Err(ReadError::NoEvent { line, error }),
        };
        if !runs.tell(event) {
            return Err(ReadError::OutsideOfARun { line });
        }
    }
    let runs = runs.into_vec();
    if runs.is_empty() {
        return Err(ReadError::NoRun);
    }
    Ok(runs)
}

/// Writes the events of `runs`, one a line.
///
/// # Errors
/// If `to` does not take them.
pub fn write(runs: &[Run], mut to: impl Write) -> io::Result<()> {
    for event in runs.iter().flat_map(Run::events) {
        serde_json::to_writer(&mut to, &event)?;
        to.write_all(b"\n")?;
    }
    Ok(())
}
