//! What every case that fails leaves behind: a transcript that plays it again.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::cli::serve::Setup;
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
    address: Option<SocketAddr>,
    /// What the built-in server was told, as its flags.
    setup: String,
}

impl Traces {
    pub(in crate::cli) fn new(
        directory: PathBuf,
        address: Option<SocketAddr>,
        setup: &Setup,
    ) -> Self {
        Self {
            directory,
            address,
            setup: setup.flags(),
        }
    }

    /// Writes the transcript of a case that failed; the command that plays it again.
    pub(in crate::cli) fn tell(&self, event: &Event, catalogue: &Catalogue) -> Option<String> {
        let Event::CaseFinished(report) = event else {
            return None;
        };
        let Verdict::Failed(problem) = &report.verdict else {
            return None;
        };
        let mut script = (*catalogue.find(&report.id)?.script).clone();
        let mut remarks = vec![
            format!(
                "line {} of the case: expected {}",
                problem.line,
                problem.expected.join(" or ")
            ),
            format!("got {}", problem.actual),
            "what went over the wire:".to_owned(),
        ];
        remarks.extend(report.wire.iter().map(|line| format!("  {line}")));
        let remarks = remarks
            .into_iter()
            .map(|text| Step::new(Action::Comment(text)));
        script.steps.extend(remarks);
        let path = self.directory.join(format!("{}.zkt", report.id));
        let text = Transcript {
            scripts: vec![script],
            ..Transcript::default()
        }
        .to_string();
        let written =
            std::fs::create_dir_all(&self.directory).and_then(|()| std::fs::write(&path, text));
        Some(match (written, self.address) {
            (Err(error), _) => format!("cannot write {}: {error}", path.display()),
            (Ok(()), Some(address)) => {
                format!("zkspec replay {} --target {address}", path.display())
            }
            (Ok(()), None) => format!("zkspec replay {}{}", path.display(), self.setup),
        })
    }
}
