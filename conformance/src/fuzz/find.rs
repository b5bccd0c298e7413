//! From something strange to a find: again, smaller, how often.

use std::collections::BTreeMap;

use crate::driver::Moment;
use crate::driver::SILENT;
use crate::driver::Sequence;
use crate::fuzz::Event;
use crate::fuzz::Find;
use crate::fuzz::Fuzzer;
use crate::fuzz::TWO_OWNERS;
use crate::fuzz::Target;
use crate::fuzz::UNSERVED;
use crate::fuzz::explain::explanations;
use crate::fuzz::oracle::Judgement;
use crate::fuzz::strange::Strange;
use crate::hunt::Run;
use crate::hunt::Shrinker;

/// What came of many runs of one sequence.
#[derive(Debug, Default)]
struct Trial {
    runs: u32,
    hits: u32,
    /// The latest that shows it.
    shown: Option<(Strange, Run)>,
    histogram: BTreeMap<String, u32>,
}

impl Trial {
    /// Whether it came up each time.
    const fn is_certain(&self) -> bool {
        self.hits == self.runs
    }
}

impl<T: Target> Fuzzer<'_, T> {
    /// Follows up something strange: if it comes up again, it is a find.
    pub(super) fn pursue(
        &mut self,
        sequence: &Sequence,
        strange: &Strange,
    ) -> Result<(), T::Error> {
        let symptom = strange.symptom.as_str();
        if self.found.contains(symptom) {
            return Ok(());
        }
        // What was done afterwards has no part in it, except to show that it lasts.
        let whole = match symptom {
            TWO_OWNERS => sequence.clone(),
            _ => sequence.up_to(strange.at),
        };
        let doubts = self.doubts.times(symptom);
        let is_race = is_race(&whole);
        // Silence takes its time each time.
        let is_slow = symptom.contains(SILENT) || symptom == UNSERVED;
        let many = if is_slow { MANY / 5 } else { MANY };
        let most = match () {
            () if !self.oracle.has_chance() => 1,
            () if is_race || doubts >= OFTEN => many,
            () => FEW,
        };
        let trial = match self.try_often(&whole, symptom, most, 2) {
            Ok(trial) => trial,
            Err(error) => {
                self.count.open += 1;
                return Err(error);
            }
        };
        if trial.hits == 0 {
            self.doubt(symptom);
            return Ok(());
        }
        let hits = trial.hits;
        let mut best = (whole, trial);
        let ended = self.reduce(&mut best, symptom, many);
        let (smallest, trial) = best;
        // Where there was no time to find out more, what came up again and again is told.
        if ended.is_ok() || hits > 1 || trial.is_certain() {
            self.report(&smallest, symptom, trial);
        } else {
            self.count.open += 1;
        }
        ended
    }

    /// Makes something strange small, and finds out how often it comes up: `best` is the smallest so
    /// far, and how it was tried.
    fn reduce(
        &mut self,
        best: &mut (Sequence, Trial),
        symptom: &str,
        many: u32,
    ) -> Result<(), T::Error> {
        let is_race = is_race(&best.0);
        // Rare things take many tries to be seen again.
        let rate = f64::from(best.1.hits) / f64::from(best.1.runs.max(1));
        let tries = if rate > 0.99 {
            1
        } else {
            tries_for(rate).min(many)
        };
        let enough = self.count.runs + u64::from(many * SHRINKING);
        let mut shrinker = Shrinker::new(best.0.clone());
        while shrinker.tries() < MOST_TRIES
            && self.count.runs < enough
            && !self.target.has_spent_enough()
            && let Some(candidate) = shrinker.ask().cloned()
        {
            let trial = self.try_often(&candidate, symptom, tries, 1)?;
            shrinker.tell(trial.hits > 0);
            if trial.hits > 0 {
                *best = (candidate, trial);
            }
        }
        let count = match () {
            () if !self.oracle.has_chance() => 1,
            () if is_race || rate <= 0.99 => many,
            () => CERTAIN,
        };
        best.1 = self.try_often(&best.0, symptom, count, u32::MAX)?;
        Ok(())
    }

    /// Plays a sequence up to `most` times, and until something was seen `enough` times.
    fn try_often(
        &mut self,
        sequence: &Sequence,
        symptom: &str,
        most: u32,
        enough: u32,
    ) -> Result<Trial, T::Error> {
        let expectation = self.oracle.expect(sequence);
        let mut trial = Trial::default();
        // What comes of the race, or else what comes in the end.
        let is_race = |moment: &Moment| moment.lines().len() > 1;
        let of = sequence.0.iter().rposition(is_race);
        let of = of.unwrap_or(sequence.0.len().saturating_sub(1));
        while trial.runs < most && trial.hits < enough {
            if trial.runs >= CERTAIN && self.target.has_spent_enough() {
                break;
            }
            let chunk = (most - trial.runs).min(CHUNK);
            let batch = vec![sequence.clone(); chunk as usize];
            let runs = self.play(&batch)?;
            trial.runs += chunk;
            if let Some(harm) = self.target.harm() {
                let is_certain = harm.is_certain;
                self.note_late(&batch, harm);
                if is_certain {
                    continue;
                }
            }
            for run in runs {
                let told = run.answers.get(of).map(ToString::to_string);
                *trial.histogram.entry(told.unwrap_or_default()).or_default() += 1;
                if let Judgement::Strange(strange) = self.oracle.judge(&expectation, &run)
                    && strange.symptom == symptom
                {
                    trial.hits += 1;
                    trial.shown = Some((strange, run));
                }
            }
        }
        Ok(trial)
    }

    fn report(&mut self, sequence: &Sequence, symptom: &str, trial: Trial) {
        let is_certain = trial.is_certain();
        let Some((strange, run)) = trial.shown else {
            // So rare that it was not seen again.
            self.count.unconfirmed += 1;
            return;
        };
        let flaws = explanations(&self.oracle, sequence, &run);
        let names = flaws.iter().map(|(flaw, _)| flaw.name().to_owned());
        let names = names.collect();
        if is_certain {
            // From now on that is known, and what else there is shows.
            flaws
                .into_iter()
                .for_each(|(_, kind)| self.oracle.allow(kind));
        }
        let own = match sequence.0.get(strange.at).map(Moment::lines) {
            Some(lines) if lines.len() == 1 => lines.first().copied(),
            _ => None,
        };
        let expected = strange.expected.iter().map(|it| it.in_words(own));
        self.found.insert(symptom.to_owned());
        self.publish(Find {
            class: symptom.to_owned(),
            like: strange.gist,
            steps: sequence.0.iter().map(ToString::to_string).collect(),
            expected: expected.collect(),
            actual: strange.actual.in_words(own),
            rate: (trial.hits, trial.runs),
            histogram: trial.histogram,
            flaws: names,
            sequence: sequence.clone(),
            run,
            ..Find::default()
        });
    }

    pub(super) fn publish(&mut self, find: Find) {
        self.count.finds += 1;
        let runs = self.count.runs;
        (self.tell)(&Event::FuzzFound(Box::new(Find { runs, ..find })));
    }
}

/// Whether several connections are at it at once.
fn is_race(sequence: &Sequence) -> bool {
    sequence.0.iter().any(|moment| moment.lines().len() > 1)
}

/// How many tries it takes to see, with near certainty, what comes up at this rate.
fn tries_for(rate: f64) -> u32 {
    // (1 - rate) to the power of 5 / rate is less than 1 %.
    let tries = (5.0 / rate.max(0.01)).ceil().max(f64::from(CHUNK));
    if tries >= f64::from(MANY) {
        MANY
    } else {
        // A small number, and positive.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "see above"
        )]
        let tries = tries as u32;
        tries
    }
}

/// Candidates that are tried to make something small.
pub(super) const MOST_TRIES: usize = 400;
/// Runs handed to the target at once.
const CHUNK: u32 = 20;
/// Tries of something that should come up each time.
const FEW: u32 = 4;
/// Runs that tell a rate of what came up each time.
const CERTAIN: u32 = 20;
/// Runs that tell the rate of something rare.
const MANY: u32 = 200;
/// What is spent on making something small, in so many times the runs that tell its rate.
const SHRINKING: u32 = 10;
/// Strange things that came up so often by themselves are worth many tries.
const OFTEN: u32 = 3;
