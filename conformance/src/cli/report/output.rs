//! Which reports a run leaves, and where.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use crate::cli::Trouble;
use crate::cli::report::github;
use crate::cli::report::github::JobSummary;
use crate::cli::sink::Lines;
use crate::cli::sink::Sink;
use crate::cli::sink::is_stdout;
use crate::judge::Event;
use crate::judge::Label;
use crate::judge::Options;
use crate::judge::Wire;
use crate::report::Format;
use crate::report::Run;
use crate::report::Runs;
use crate::report::stable;

/// The flags that ask for reports. A file may be `-`, which is stdout, once.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Reports")]
pub(in crate::cli) struct Output {
    /// Write every event as it happens, as JSON, one a line: what all reports are made from.
    #[arg(long, alias = "json", value_name = "FILE")]
    jsonl: Option<PathBuf>,
    /// Write JUnit's XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write TAP, version 14.
    #[arg(long, value_name = "FILE")]
    tap: Option<PathBuf>,
    /// Write SARIF 2.1.0.
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    /// Write Markdown.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Write a page for browsers.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print GitHub's annotations, and add to the summary of the job.
    #[arg(long)]
    github: bool,
    #[command(flatten)]
    summary: JobSummary,
    /// Leave out of the reports what changes from run to run: times, ids that the server chose,
    /// wire logs. How often a race came out in which way stays.
    #[arg(long)]
    stable: bool,
    /// Which cases' wire logs the reports have: those that are not as the reference, or all.
    #[arg(long, value_name = "WHICH", default_value = "unusual")]
    wire: WireLogs,
    /// What the server is called in the reports; without it, the server is asked.
    #[arg(long, value_name = "NAME")]
    product: Option<String>,
    /// Which version it is; without it, the server is asked.
    #[arg(long, value_name = "VERSION")]
    product_version: Option<String>,
    /// What else sets it apart from others of its version; without it, nio or netty, if a probe
    /// finds that out.
    #[arg(long, value_name = "NAME")]
    product_transport: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum WireLogs {
    #[default]
    Unusual,
    All,
}

impl Output {
    /// Has the judge tell what the reports need.
    pub(in crate::cli) fn configure(&self, options: &mut Options) {
        options.wire = match self.wire {
            WireLogs::Unusual => Wire::Unusual,
            WireLogs::All => Wire::All,
        };
        options.label = Label {
            name: self.product.clone(),
            version: self.product_version.clone(),
            transport: self.product_transport.clone(),
        };
    }

    /// Whether one of the reports goes to stdout, so that nothing else may.
    pub(in crate::cli) fn takes_stdout(&self) -> bool {
        self.files().any(|(_, path)| is_stdout(path))
    }

    /// Opens every report.
    pub(in crate::cli) fn open(&self) -> Result<Writer, Trouble> {
        let mut seen = BTreeSet::new();
        if let Some((_, path)) = self.files().find(|(_, path)| !seen.insert(*path)) {
            let path = path.display();
            return Err(
                Trouble::usage(format!("two reports cannot both go to {path}"))
                    .hint("give each a file of its own"),
            );
        }
        let mut lines = None;
        let mut sinks = Vec::new();
        for (format, path) in self.files() {
            if format == Format::Jsonl && !self.stable {
                lines = Some(Lines::open(path)?);
            } else {
                sinks.push((format, Sink::open(path)?));
            }
        }
        Ok(Writer {
            lines,
            gathers: self.github || !sinks.is_empty(),
            sinks,
            github: self.github.then(|| Github {
                to_stderr: self.takes_stdout(),
                summary: self.summary.clone(),
            }),
            stable: self.stable,
            runs: Runs::default(),
        })
    }

    fn files(&self) -> impl Iterator<Item = (Format, &Path)> {
        [
            (Format::Jsonl, &self.jsonl),
            (Format::Junit, &self.junit),
            (Format::Tap, &self.tap),
            (Format::Sarif, &self.sarif),
            (Format::Markdown, &self.markdown),
            (Format::Html, &self.html),
        ]
        .into_iter()
        .filter_map(|(format, path)| Some((format, path.as_deref()?)))
    }
}

/// The reports of a run under way.
#[derive(Debug)]
pub(in crate::cli) struct Writer {
    lines: Option<Lines>,
    sinks: Vec<(Format, Sink)>,
    github: Option<Github>,
    stable: bool,
    /// Whether anything is made of the whole.
    gathers: bool,
    runs: Runs,
}

#[derive(Debug)]
struct Github {
    to_stderr: bool,
    summary: JobSummary,
}

impl Writer {
    pub(in crate::cli) fn tell(&mut self, event: &Event) {
        if let Some(lines) = &mut self.lines
            && let Ok(line) = serde_json::to_string(event)
        {
            lines.say(&line);
        }
        if self.gathers {
            self.runs.tell(event.clone());
        }
    }

    /// Writes what is made of the whole; all that can be written is, whatever else cannot.
    pub(in crate::cli) fn finish(self) -> Result<(), Trouble> {
        let mut runs = self.runs.into_vec();
        if self.stable {
            runs = runs.into_iter().map(stable).collect();
        }
        let mut outcome = self.lines.map_or(Ok(()), Lines::finish);
        for (format, sink) in self.sinks {
            let written = render(format, &runs).and_then(|report| sink.finish(&report));
            outcome = outcome.and(written);
        }
        if let Some(github) = self.github {
            outcome = outcome.and(github::tell(&runs, &github.summary, github.to_stderr));
        }
        outcome
    }
}

/// The report in a format.
pub(super) fn render(format: Format, runs: &[Run]) -> Result<String, Trouble> {
    format
        .render(runs)
        .map_err(|error| Trouble::usage(error.to_string()))
}
