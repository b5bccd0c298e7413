//! What every case that fails leaves behind: a transcript that plays it again.
//!
//! What it left in an earlier run is gone as soon as it is judged again: a transcript there is one
//! of a case that failed last.

use std::path::PathBuf;

use crate::cli::quoted;
use crate::judge::CaseReport;
use crate::judge::Catalogue;
use crate::judge::Event;
use crate::judge::Verdict;
use crate::transcript::Action;
use crate::transcript::Step;
use crate::transcript::Transcript;

/// Writes transcripts of failures.
#[derive(Debug)]
pub(in crate::cli) struct Traces {
    directory: PathBuf,
    /// How the server is reached or started, or what the built-in one was told, as flags.
    flags: String,
    /// Whether a run has begun: the later ones of a stress test leave what the first ones left.
    begun: bool,
}

impl Traces {
    pub(in crate::cli) const fn new(directory: PathBuf, flags: String) -> Self {
        Self {
            directory,
            flags,
            begun: false,
        }
    }

    /// Writes the transcript of a case that failed; the command that plays it again.
    pub(in crate::cli) fn tell(&mut self, event: &Event, catalogue: &Catalogue) -> Option<String> {
        match event {
            Event::RunStarted(info) if !std::mem::replace(&mut self.begun, true) => {
                for id in &info.selected {
                    // There is none, mostly.
                    let _ = std::fs::remove_file(self.path(id));
                }
                None
            }
            Event::CaseFinished(report) => self.finished(report, catalogue),
            _ => None,
        }
    }

    fn path(&self, id: &str) -> PathBuf {
        self.directory.join(format!("{id}.zkt"))
    }

    fn finished(&self, report: &CaseReport, catalogue: &Catalogue) -> Option<String> {
        let Verdict::Failed(problem) = &report.verdict else {
            return None;
        };
        let mut script = (*catalogue.find(&report.id)?.script).clone();
        let expected = problem.expected.join(" or ");
        let mut remarks = vec![
            match problem.line {
                // What it lacks is not a step of it.
                0 => format!("expected {expected}"),
                line => format!("line {line} of the case: expected {expected}"),
            },
            format!("got {}", problem.actual),
            "what went over the wire:".to_owned(),
        ];
        remarks.extend(report.wire.iter().map(|line| format!("  {line}")));
        if !report.server_log.is_empty() {
            remarks.push("what the server printed before it came to its end:".to_owned());
            remarks.extend(report.server_log.iter().map(|line| format!("  {line}")));
        }
        let remarks = remarks
            .into_iter()
            .map(|text| Step::new(Action::Comment(text)));
        script.steps.extend(remarks);
        let path = self.path(&report.id);
        let text = Transcript {
            scripts: vec![script],
            ..Transcript::default()
        }
        .to_string();
        let file = quoted(&path.display().to_string());
        let written =
            std::fs::create_dir_all(&self.directory).and_then(|()| std::fs::write(&path, text));
        Some(match written {
            Err(error) => format!("cannot write {}: {error}", path.display()),
            Ok(()) => format!("zkspec replay {file}{}", self.flags),
        })
    }
}
