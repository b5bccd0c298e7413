//! The transcripts of what was found.

use std::path::PathBuf;

use crate::cli::Trouble;
use crate::cli::diff::Findings;
use crate::cli::finds::Finds;
use crate::hunt::diff::Difference;
use crate::hunt::witness;
use crate::transcript::Header;
use crate::transcript::Transcript;

/// Writes a file for each difference; their paths, in the same order.
pub(super) fn write(finds: &Finds, findings: &Findings) -> Result<Vec<PathBuf>, Trouble> {
    let differences = findings.differences.iter().zip(1..);
    let files = differences.map(|(difference, number)| {
        let text = |name: &str| transcript(name, difference, &findings.names).to_string();
        finds.write("diff", number, text)
    });
    let files: std::io::Result<_> = files.collect();
    files.map_err(|error| Trouble::usage(error.to_string()))
}

/// A script for each answer, with how often which server gave it.
fn transcript(name: &str, difference: &Difference, names: &[String; 2]) -> Transcript {
    let mut scripts = Vec::new();
    for (side, answers) in difference.answers.iter().enumerate() {
        let runs: usize = answers.iter().map(|answer| answer.count).sum();
        for (place, answer) in answers.iter().take(MOST_SCRIPTS).enumerate() {
            let letter = ["a", "b"][side];
            let name = format!("{name}/{letter}-{}", place + 1);
            let mut script = witness(&name, &difference.sequence, &answer.run);
            script.headers.push(Header {
                key: "seen".to_owned(),
                text: format!("{} of {runs} times on {}", answer.count, names[side]),
            });
            scripts.push(script);
        }
    }
    let comments = vec![
        format!("{} and {} differ in the last moment of", names[0], names[1]),
        difference.sequence.to_string(),
    ];
    Transcript { comments, scripts }
}

/// Answers of a server that are written down, the most frequent ones.
const MOST_SCRIPTS: usize = 2;
