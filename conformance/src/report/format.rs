//! The formats that runs are rendered in.

use crate::report::Run;
use crate::report::github;
use crate::report::html;
use crate::report::junit;
use crate::report::markdown;
use crate::report::sarif;
use crate::report::stream;
use crate::report::tap;

/// A format of reports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// The stream of events itself.
    Jsonl,
    /// JUnit's XML, for nearly every CI.
    Junit,
    /// The Test Anything Protocol, version 14.
    Tap,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// GitHub's workflow commands: annotations of a job.
    Github,
    /// Markdown, for job summaries and comments.
    Markdown,
    /// One page for a browser: products by cases, each with its wire log.
    Html,
}

/// Why a report cannot be rendered.
#[derive(Debug, thiserror::Error)]
#[error("cannot render the report: {0}")]
pub struct RenderError(Box<dyn std::error::Error + Send + Sync>);

impl Format {
    /// The report of `runs` in this format.
    ///
    /// # Errors
    /// If a text in the runs cannot be said in the format.
    pub fn render(self, runs: &[Run]) -> Result<String, RenderError> {
        match self {
            Self::Jsonl => {
                let mut bytes = Vec::new();
                stream::write(runs, &mut bytes).map_err(RenderError::of)?;
                String::from_utf8(bytes).map_err(RenderError::of)
            }
            Self::Junit => junit::render(runs).map_err(RenderError::of),
            Self::Tap => Ok(tap::render(runs)),
            Self::Sarif => sarif::render(runs).map_err(RenderError::of),
            Self::Github => Ok(github::annotations(runs)),
            Self::Markdown => markdown::render(runs).map_err(RenderError::of),
            Self::Html => html::render(runs).map_err(RenderError::of),
        }
    }
}

impl RenderError {
    fn of(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}
