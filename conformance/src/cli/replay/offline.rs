//! What the built-in engine makes of a capture.

use std::path::Path;

use crate::cli::Exit;
use crate::cli::count::plural;
use crate::cli::replay::BAD;
use crate::cli::replay::DIM;
use crate::cli::replay::GOOD;
use crate::cli::replay::ODD;
use crate::cli::say;
use crate::recording::Judgement;
use crate::recording::Recording;
use crate::recording::Remark;
use crate::recording::Style;

/// Tells what came of judging a capture.
pub(super) fn told(
    file: &Path,
    recording: &Recording,
    judgement: &Judgement,
    verbose: bool,
) -> Exit {
    let file = file.display();
    let Judgement {
        connections,
        frames,
        differences,
        notes,
    } = judgement;
    let (mark, style, exit) = match (differences.len(), recording.connections.len()) {
        (0, 0) => ("~", ODD, Exit::Untested),
        (0, _) => ("✓", GOOD, Exit::Fine),
        _ => ("✗", BAD, Exit::Unexpected),
    };
    let is_unjudged = *frames == 0;
    let connections = plural(*connections, "connection");
    let frames = plural(*frames, "frame");
    say(format_args!(
        "{style}{mark}{style:#} {file}  {DIM}{connections}, {frames}{DIM:#}"
    ));
    if exit == Exit::Untested {
        say(
            "  there is no connection in it, or none of which one end is known to be the server: --port",
        );
    } else if is_unjudged {
        say(format_args!(
            "  {DIM}no frame of a ZooKeeper server was judged; --verbose says why{DIM:#}"
        ));
    }
    if verbose {
        notes
            .iter()
            .for_each(|note| say(format_args!("  {DIM}{note}{DIM:#}")));
    }
    if let Some(first) = differences.first() {
        for line in context(recording, first) {
            say(format_args!("  {DIM}{line}{DIM:#}"));
        }
    }
    differences
        .iter()
        .for_each(|difference| say(format_args!("  {BAD}{difference}{BAD:#}")));
    exit
}

/// The last steps on a connection up to the packet of a remark.
fn context(recording: &Recording, remark: &Remark) -> Vec<String> {
    const LINES: usize = 6;
    let mut until = recording.clone();
    until.events.retain(|event| event.packet <= remark.packet);
    let script = until.to_script("context", Style::Exact);
    let own = format!("{} ", remark.connection);
    let lines: Vec<_> = script
        .steps
        .iter()
        .map(ToString::to_string)
        .filter(|line| line.starts_with(&own))
        .collect();
    lines.into_iter().rev().take(LINES).rev().collect()
}
