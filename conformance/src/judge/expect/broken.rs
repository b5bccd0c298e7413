//! Entries of expectation files that are no longer true.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::judge::Case;
use crate::judge::Catalogue;
use crate::judge::Verdict;
use crate::judge::expect::Date;
use crate::judge::expect::Entry;
use crate::judge::expect::Expectations;
use crate::judge::expect::Known;

/// An entry of an expectation file that fails the run.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Broken {
    /// The file.
    pub file: String,
    /// The line the entry begins on.
    pub line: usize,
    /// What is wrong with it.
    pub fault: EntryFault,
    /// The id of the case that shows it; none, if no case does.
    pub case: Option<String>,
    /// What is wrong, and what to do.
    pub message: String,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EntryFault {
    /// The case passes.
    Stale,
    /// It names no case.
    Unmatched,
    /// Another entry names the same case.
    Duplicate,
    /// Its last day is over.
    Expired,
    /// The case fails in another way.
    Differs,
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Stale => "stale",
            Self::Unmatched => "unmatched",
            Self::Duplicate => "duplicate",
            Self::Expired => "expired",
            Self::Differs => "differs",
        })
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}: {}", self.file, self.line, self.message)
    }
}

impl Expectations {
    /// The entries that a run has shown to be wrong.
    ///
    /// `verdicts` are those of the cases that were played, by id; of other cases nothing is said.
    /// `today` decides what has expired; without it, nothing has.
    #[must_use]
    pub fn broken(
        &self,
        catalogue: &Catalogue,
        verdicts: &BTreeMap<String, Verdict>,
        today: Option<Date>,
    ) -> Vec<Broken> {
        let mut broken = Vec::new();
        let mut named: BTreeMap<&str, &Entry> = BTreeMap::new();
        for entry in self.entries() {
            if let (Some(until), Some(today)) = (entry.until, today)
                && until < today
            {
                let message = format!(
                    "the entry for {} expired on {until}: look at it again, and fix the server, \
                     prolong the entry or remove it",
                    patterns(entry)
                );
                broken.push(entry.fault(EntryFault::Expired, None, message));
            }
            for pattern in entry.rule.case.as_slice() {
                let mut cases = catalogue.cases().iter();
                if !cases.any(|case| crate::judge::names(pattern, case)) {
                    let message = format!("{pattern:?} names no case: correct it or remove it");
                    broken.push(entry.fault(EntryFault::Unmatched, None, message));
                }
            }
            let cases = catalogue.cases().iter();
            for case in cases.filter(|case| entry.rule.case.name(case)) {
                if let Some(first) = named.get(case.id.as_str()) {
                    let message = format!(
                        "{} {} has an entry already, {} line {}: one has to go",
                        case.id, case.name, first.file, first.line
                    );
                    broken.push(entry.fault(EntryFault::Duplicate, Some(case), message));
                    continue;
                }
                named.insert(&case.id, entry);
                broken.extend(entry.held_against(case, verdicts.get(&case.id)));
            }
        }
        broken
    }
}

impl Entry {
    fn fault(&self, fault: EntryFault, case: Option<&Case>, message: String) -> Broken {
        Broken {
            file: self.file.clone(),
            line: self.line,
            fault,
            case: case.map(|case| case.id.clone()),
            message,
        }
    }

    fn held_against(&self, case: &Case, verdict: Option<&Verdict>) -> Option<Broken> {
        let Case { id, name, .. } = case;
        match verdict {
            Some(Verdict::Passed | Verdict::Tolerated { .. }) if self.result == Known::Fail => {
                let message = format!("{id} {name} passes now: remove the entry");
                Some(self.fault(EntryFault::Stale, Some(case), message))
            }
            Some(Verdict::Failed(problem)) if !self.rule.fits(problem) => {
                let way = self.rule.way();
                let found = problem.outcome.as_ref().map_or_else(
                    || format!("what was seen is {:?}", problem.actual),
                    |outcome| format!("the outcome is {outcome:?}"),
                );
                let message = format!("{id} {name} should fail {way}, but {found}");
                Some(self.fault(EntryFault::Differs, Some(case), message))
            }
            _ => None,
        }
    }
}

fn patterns(entry: &Entry) -> String {
    entry.rule.case.as_slice().join(", ")
}
