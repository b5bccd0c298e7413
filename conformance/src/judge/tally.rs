//! How often each case went which way, over several runs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::judge::CaseReport;
use crate::judge::Event;
use crate::judge::Verdict;

/// How often each case went which way.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Tally {
    /// How many runs there were.
    pub runs: usize,
    /// What came of each case, in the order of their ids.
    pub cases: Vec<Rates>,
}

/// How often a case went which way.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Rates {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How often, by how it went: `passed`, or a verdict and the outcome it came by.
    pub outcomes: BTreeMap<String, usize>,
}

impl Tally {
    /// Takes in what happened in a run.
    pub fn tell(&mut self, event: &Event) {
        match event {
            Event::RunStarted { .. } => self.runs += 1,
            Event::CaseFinished(report) => self.add(report),
            _ => {}
        }
    }

    /// The cases that did not pass every time in the same way.
    pub fn varied(&self) -> impl Iterator<Item = &Rates> {
        self.cases.iter().filter(|rates| rates.outcomes.len() > 1)
    }

    fn add(&mut self, report: &CaseReport) {
        let index = self
            .cases
            .binary_search_by(|rates| rates.id.cmp(&report.id));
        let index = index.unwrap_or_else(|index| {
            let rates = Rates {
                id: report.id.clone(),
                name: report.name.clone(),
                outcomes: BTreeMap::new(),
            };
            self.cases.insert(index, rates);
            index
        });
        if let Some(rates) = self.cases.get_mut(index) {
            *rates.outcomes.entry(way(&report.verdict)).or_default() += 1;
        }
    }
}

fn way(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Passed => "passed".to_owned(),
        Verdict::Tolerated { outcomes } => format!("tolerated {}", outcomes.join("+")),
        Verdict::Failed(problem) => {
            let outcome = problem
                .outcome
                .as_deref()
                .unwrap_or("in no way that has a name");
            format!("failed {outcome}")
        }
        Verdict::Blocked { .. } => "blocked".to_owned(),
        Verdict::Untested { .. } => "untested".to_owned(),
        Verdict::Skipped { .. } => "skipped".to_owned(),
    }
}
