//! The transcripts of what was found.

use std::path::Path;
use std::path::PathBuf;

use crate::cli::Trouble;
use crate::cli::diff::Findings;
use crate::hunt::diff::Difference;
use crate::hunt::witness;
use crate::transcript::Header;
use crate::transcript::Transcript;

/// Writes a file for each difference; their paths, in the same order.
pub(super) fn write(folder: &Path, findings: &Findings) -> Result<Vec<PathBuf>, Trouble> {
    let mut files = Vec::new();
    if findings.differences.is_empty() {
        return Ok(files);
    }
    let cannot = |path: &Path, error: std::io::Error| {
        Trouble::usage(format!("cannot write {}: {error}", path.display()))
            .hint("--out says into which folder")
    };
    std::fs::create_dir_all(folder).map_err(|error| cannot(folder, error))?;
    for (index, difference) in findings.differences.iter().enumerate() {
        let path = folder.join(format!("diff-{}.zkt", index + 1));
        let text = transcript(index + 1, difference, &findings.names).to_string();
        std::fs::write(&path, text).map_err(|error| cannot(&path, error))?;
        files.push(path);
    }
    Ok(files)
}

/// A script for each answer, with how often which server gave it.
fn transcript(number: usize, difference: &Difference, names: &[String; 2]) -> Transcript {
    let mut scripts = Vec::new();
    for (side, answers) in difference.answers.iter().enumerate() {
        let runs: usize = answers.iter().map(|answer| answer.count).sum();
        for (place, answer) in answers.iter().take(MOST_SCRIPTS).enumerate() {
            let letter = ["a", "b"][side];
            let name = format!("diff-{number}/{letter}-{}", place + 1);
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
