//! Runs, gathered from their events.

use std::fmt::Write;

use crate::judge::Broken;
use crate::judge::CaseReport;
use crate::judge::Crash;
use crate::judge::Event;
use crate::judge::RunInfo;
use crate::judge::Summary;
use crate::report::Mark;

/// A run, as far as it came.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Run {
    /// What was judged, and how.
    pub info: RunInfo,
    /// How the cases went, in the order in which they ended.
    pub cases: Vec<CaseReport>,
    /// How the server came to its end, if it did.
    pub crashes: Vec<Crash>,
    /// What expectation files say that is not true.
    pub broken: Vec<Broken>,
    /// How it all went; `None` if the run was interrupted.
    pub summary: Option<Summary>,
}

impl Run {
    /// What a report says about a case of this run.
    #[must_use]
    pub fn mark(&self, case: &CaseReport) -> Mark {
        Mark::of(case, self.info.level)
    }

    /// How many cases have this mark.
    #[must_use]
    pub fn count(&self, mark: Mark) -> usize {
        let marked = |case: &&CaseReport| self.mark(case) == mark;
        self.cases.iter().filter(marked).count()
    }

    /// Why the run as a whole says little about the server, if so.
    #[must_use]
    pub fn trouble(&self) -> Option<&str> {
        match &self.summary {
            None => Some("the run was interrupted"),
            Some(summary) => summary.trouble.as_deref(),
        }
    }

    /// What is wrong with the run beyond its cases, a line each.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let trouble = self
            .trouble()
            .map(|trouble| format!("could not test: {trouble}"));
        let crashes = self.crashes.iter().filter(|crash| crash.by.is_empty());
        let crashes = crashes.map(|crash| {
            let during = crash.during.join(" ");
            let how = &crash.how;
            format!("the server came to its end, and no case explains it: {how}; during {during}")
        });
        let broken = self
            .broken
            .iter()
            .map(|broken| format!("expectation {broken}"));
        trouble.into_iter().chain(crashes).chain(broken).collect()
    }

    /// Whether nothing in it is a failure or was left open.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        let bad = [Mark::Failed, Mark::Untested];
        bad.into_iter().all(|mark| self.count(mark) == 0) && self.remarks().is_empty()
    }

    /// How often each mark was given, in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = String::new();
        for mark in Mark::ALL {
            let count = self.count(mark);
            if count > 0 {
                let comma = if words.is_empty() { "" } else { ", " };
                let _ = write!(words, "{comma}{count} {}", mark.word());
            }
        }
        if words.is_empty() {
            words.push_str("nothing was tested");
        }
        words
    }

    /// The events that it was made of.
    pub fn events(&self) -> impl Iterator<Item = Event> {
        let started = Event::RunStarted(Box::new(self.info.clone()));
        let cases = self.cases.iter();
        let crashes = self.crashes.iter().cloned().map(Event::ServerEnded);
        let broken = self.broken.iter().cloned().map(Event::ExpectationBroken);
        let finished = self.summary.clone().map(Event::RunFinished);
        std::iter::once(started)
            .chain(cases.map(|case| Event::CaseFinished(Box::new(case.clone()))))
            .chain(crashes)
            .chain(broken)
            .chain(finished)
    }
}

/// Gathers runs from their events.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    runs: Vec<Run>,
}

impl Runs {
    /// Takes the next event; `false` if it belongs to no run.
    ///
    /// A tally is left aside: it says nothing that the runs before it do not.
    pub fn tell(&mut self, event: Event) -> bool {
        match event {
            Event::RunStarted(info) => {
                self.runs.push(Run {
                    info: *info,
                    ..Run::default()
                });
                return true;
            }
            Event::StressFinished(_) => return !self.runs.is_empty(),
            _ => {}
        }
        let Some(run) = self.runs.last_mut().filter(|run| run.summary.is_none()) else {
            return false;
        };
        match event {
            Event::RunStarted(_) | Event::StressFinished(_) => {}
            Event::CaseFinished(case) => run.cases.push(*case),
            Event::ServerEnded(crash) => run.crashes.push(crash),
            Event::ExpectationBroken(broken) => run.broken.push(broken),
            Event::RunFinished(summary) => run.summary = Some(summary),
        }
        true
    }

    /// The runs so far.
    #[must_use]
    pub fn into_vec(self) -> Vec<Run> {
        self.runs
    }
}
