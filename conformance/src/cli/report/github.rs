//! What a job on GitHub is told: annotations, and its summary.

use std::io::Write;
use std::path::PathBuf;

use crate::cli::Trouble;
use crate::cli::report::output::render;
use crate::cli::sink::append;
use crate::report::Format;
use crate::report::Run;

/// How much GitHub takes of a job's summary, in bytes.
const LIMIT: usize = 1024 * 1024;

/// Where the summary of a job is.
#[derive(Clone, Debug, Default, clap::Args)]
pub(in crate::cli) struct JobSummary {
    /// The file of the job's summary.
    #[arg(
        long,
        value_name = "FILE",
        env = "GITHUB_STEP_SUMMARY",
        hide_env_values = true
    )]
    step_summary: Option<PathBuf>,
}

/// Prints annotations, and adds Markdown to the summary of the job, if there is one.
pub(super) fn tell(runs: &[Run], summary: &JobSummary, to_stderr: bool) -> Result<(), Trouble> {
    let annotations = render(Format::Github, runs)?;
    // A reader that went away is not an error.
    let _ = if to_stderr {
        std::io::stderr().write_all(annotations.as_bytes())
    } else {
        std::io::stdout().write_all(annotations.as_bytes())
    };
    let Some(path) = &summary.step_summary else {
        return Ok(());
    };
    let mut markdown = render(Format::Markdown, runs)?;
    if markdown.len() > LIMIT {
        // The wire logs are what is long.
        let mut short = runs.to_vec();
        for case in short.iter_mut().flat_map(|run| &mut run.cases) {
            case.wire.clear();
        }
        markdown = render(Format::Markdown, &short)?;
    }
    append(path, &markdown)
}
