//! What a run is held to, beside the cases themselves.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use crate::judge::Case;
use crate::judge::Expectations;
use crate::judge::Known;
use crate::judge::Problem;
use crate::judge::Verdict;
use crate::judge::expect::Date;
use crate::profile::Profile;

/// What is known of the server beforehand.
///
/// A profile says what a kind of server may do. Expectations say what this one does: an entry that
/// is no longer true fails the run.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Standard {
    /// The kind of server it is.
    pub profile: Option<Arc<Profile>>,
    /// What it is known to do wrong.
    pub expectations: Arc<Expectations>,
    /// What day it is; without it, no expectation expires.
    pub today: Option<Date>,
}

/// Why a case that failed does not count.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Excuse {
    /// Who says so: a profile, or a file and a line of it.
    pub by: String,
    /// What is known of the case.
    pub kind: ExcuseKind,
    /// Why that is so.
    pub reason: String,
    /// Where to read more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// What is known of a case that failed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ExcuseKind {
    /// Servers of this kind do it so.
    Deviation,
    /// It fails, every time.
    KnownFailing,
    /// It fails now and then.
    Flaky,
}

impl fmt::Display for Excuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "known by {}: {}", self.by, self.reason)?;
        match &self.link {
            Some(link) => write!(f, " ({link})"),
            None => Ok(()),
        }
    }
}

impl Standard {
    /// Why `case` is not played, if so.
    #[must_use]
    pub fn skip(&self, case: &Case) -> Option<String> {
        if let Some(entry) = self.expectations.about(case)
            && entry.result == Known::Skip
        {
            return Some(format!(
                "{}: {}",
                place(&entry.file, entry.line),
                entry.rule.reason
            ));
        }
        let profile = self.profile.as_ref()?;
        let rule = profile.unsupported(case)?;
        Some(format!(
            "{} does not support it: {}",
            profile.title, rule.reason
        ))
    }

    /// What a verdict is by what is known of the server, and why it does not count, if so.
    #[must_use]
    pub fn hold(&self, case: &Case, verdict: Verdict) -> (Verdict, Option<Excuse>) {
        let verdict = self.narrowed(case, verdict);
        let excuse = match &verdict {
            Verdict::Failed(problem) => self.excuse(case, problem),
            _ => None,
        };
        (verdict, excuse)
    }

    fn excuse(&self, case: &Case, problem: &Problem) -> Option<Excuse> {
        if let Some(entry) = self.expectations.about(case) {
            let kind = match entry.result {
                Known::Fail => ExcuseKind::KnownFailing,
                Known::Flaky => ExcuseKind::Flaky,
                Known::Skip => return None,
            };
            return entry.rule.fits(problem).then(|| Excuse {
                by: place(&entry.file, entry.line),
                kind,
                reason: entry.rule.reason.clone(),
                link: entry.rule.link.clone(),
            });
        }
        let profile = self.profile.as_ref()?;
        let rule = profile.deviation(case, problem)?;
        Some(Excuse {
            by: format!("profile {}", profile.name),
            kind: ExcuseKind::Deviation,
            reason: rule.reason.clone(),
            link: rule.link.clone(),
        })
    }

    /// A tolerated outcome that servers of this kind never show is a failure. The sanity cases are
    /// spared: they say whether a server can be judged at all.
    fn narrowed(&self, case: &Case, verdict: Verdict) -> Verdict {
        if case.is_sanity() {
            return verdict;
        }
        let (Verdict::Tolerated { outcomes }, Some(profile)) = (&verdict, &self.profile) else {
            return verdict;
        };
        let mut surprises = outcomes.iter();
        let Some((outcome, rule)) =
            surprises.find_map(|outcome| Some((outcome, profile.never(case, outcome)?)))
        else {
            return verdict;
        };
        Verdict::Failed(Problem {
            line: 0,
            connection: String::new(),
            sent: None,
            expected: vec![format!("another outcome than {outcome}")],
            actual: format!(
                "the outcome {outcome}, which {} does not show: {}",
                profile.title, rule.reason
            ),
            outcome: Some(outcome.clone()),
        })
    }
}

fn place(file: &str, line: usize) -> String {
    format!("{file} line {line}")
}
