//! What reports say about a case, in one place for all of them.

use std::cmp::Reverse;

use crate::judge::CaseReport;
use crate::judge::Level;
use crate::judge::Problem;
use crate::judge::Verdict;

/// What a report says about a case, in a word.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Mark {
    /// As the reference does it.
    Passed,
    /// As a server may do it.
    Tolerated,
    /// It was not played, because of what is known of the server.
    Skipped,
    /// Not as it should, as is known of the server.
    Excused,
    /// Not as it should, below the level that counts.
    Differs,
    /// A case that it needs did not pass.
    Blocked,
    /// It could not be found out.
    Untested,
    /// Not as it should.
    Failed,
}

impl Mark {
    /// Every mark, the best first.
    pub const ALL: [Self; 8] = [
        Self::Passed,
        Self::Tolerated,
        Self::Skipped,
        Self::Excused,
        Self::Differs,
        Self::Blocked,
        Self::Untested,
        Self::Failed,
    ];

    /// The mark of a case in a run in which `level` counts.
    #[must_use]
    pub fn of(case: &CaseReport, level: Level) -> Self {
        match &case.verdict {
            Verdict::Passed => Self::Passed,
            Verdict::Tolerated { .. } => Self::Tolerated,
            Verdict::Failed(_) if case.excuse.is_some() => Self::Excused,
            Verdict::Failed(_) if case.level <= level => Self::Failed,
            Verdict::Failed(_) => Self::Differs,
            Verdict::Blocked { .. } => Self::Blocked,
            Verdict::Untested { .. } => Self::Untested,
            Verdict::Skipped { .. } => Self::Skipped,
        }
    }

    /// It, in a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Tolerated => "tolerated",
            Self::Skipped => "skipped",
            Self::Excused => "excused",
            Self::Differs => "differs",
            Self::Blocked => "blocked",
            Self::Untested => "untested",
            Self::Failed => "failed",
        }
    }

    /// It, in a character that is told from the others without colour.
    #[must_use]
    pub const fn glyph(self) -> &'static str {
        match self {
            Self::Passed => "✓",
            Self::Tolerated => "≈",
            Self::Skipped => "−",
            Self::Excused => "~",
            Self::Differs => "≠",
            Self::Blocked => "⊘",
            Self::Untested => "?",
            Self::Failed => "✗",
        }
    }

    /// What it means, for legends.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Passed => "as the reference does it",
            Self::Tolerated => "not as the reference does it, and within the rule",
            Self::Skipped => "not played, because of what is known of the server",
            Self::Excused => "not as the rule says, as is known of the server",
            Self::Differs => "not as the rule says, at a level that does not fail the run",
            Self::Blocked => "not tried, since a case it needs did not pass",
            Self::Untested => "it could not be found out",
            Self::Failed => "not as the rule says",
        }
    }
}

impl CaseReport {
    /// The part of the name before the slash.
    #[must_use]
    pub fn group(&self) -> &str {
        self.name.split_once('/').map_or("", |(group, _)| group)
    }

    /// The part of the name after the slash.
    #[must_use]
    pub fn slug(&self) -> &str {
        let name = self.name.as_str();
        name.split_once('/').map_or(name, |(_, slug)| slug)
    }

    /// What was wrong, if something was.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        match &self.verdict {
            Verdict::Failed(problem) => Some(problem),
            Verdict::Passed
            | Verdict::Tolerated { .. }
            | Verdict::Blocked { .. }
            | Verdict::Untested { .. }
            | Verdict::Skipped { .. } => None,
        }
    }

    /// The names of the outcomes that came about, where there was more to say than "as expected".
    #[must_use]
    pub fn outcomes(&self) -> Vec<&str> {
        match &self.verdict {
            Verdict::Tolerated { outcomes } => outcomes.iter().map(String::as_str).collect(),
            Verdict::Failed(problem) => problem.outcome.as_deref().into_iter().collect(),
            Verdict::Passed
            | Verdict::Blocked { .. }
            | Verdict::Untested { .. }
            | Verdict::Skipped { .. } => Vec::new(),
        }
    }

    /// How often it came out in some way that has a name: more than once if it is a race.
    #[must_use]
    pub fn times(&self) -> u64 {
        self.seen.values().copied().map(u64::from).sum()
    }

    /// How often a race came out in which way, the most frequent first; nothing for other cases.
    #[must_use]
    pub fn rates(&self) -> Vec<(&str, u64)> {
        if self.times() < 2 {
            return Vec::new();
        }
        let seen = self.seen.iter();
        most_frequent_first(seen.map(|(outcome, times)| (outcome.as_str(), u64::from(*times))))
    }

    /// What there is to say in a line; empty for a case that went as the reference does it.
    #[must_use]
    pub fn remark(&self) -> String {
        match &self.verdict {
            Verdict::Passed => String::new(),
            Verdict::Tolerated { outcomes } => outcomes.join(", "),
            Verdict::Failed(problem) => match &self.excuse {
                Some(excuse) => format!("{excuse}: {problem}"),
                None => problem.to_string(),
            },
            Verdict::Blocked { by } => format!("blocked by {by}, which did not pass"),
            Verdict::Untested { reason } | Verdict::Skipped { reason } => reason.clone(),
        }
    }
}

/// Rates in the order in which they are told.
pub(super) fn most_frequent_first<'a>(
    rates: impl IntoIterator<Item = (&'a str, u64)>,
) -> Vec<(&'a str, u64)> {
    let mut rates: Vec<_> = rates.into_iter().collect();
    rates.sort_by_key(|&(outcome, times)| (Reverse(times), outcome));
    rates
}
