//! Who did harm: a batch, one of it, a part of that.

use crate::driver::Sequence;
use crate::fuzz::Find;
use crate::fuzz::Fuzzer;
use crate::fuzz::Harm;
use crate::fuzz::Purpose;
use crate::fuzz::Target;
use crate::fuzz::batch::Batch;
use crate::fuzz::batch::told;
use crate::fuzz::find::MOST_TRIES;
use crate::hunt::Run;
use crate::hunt::Shrinker;

/// Who did it.
enum Culprit {
    /// Some or all of those that were played, once.
    Unknown,
    /// None of them alone: it happens when nothing is played, if perhaps only since they were.
    Nobody,
    /// A sequence that does it alone, and a run that shows it.
    One(Sequence, Run),
    /// Those that do it side by side, and no fewer of them.
    Several(Vec<Sequence>),
}

impl Culprit {
    /// All of these, which were played side by side.
    fn of(batch: &[Sequence], runs: &mut Vec<Run>) -> Self {
        match batch {
            [one] => Self::One(one.clone(), runs.pop().unwrap_or_default()),
            several => Self::Several(several.to_vec()),
        }
    }
}

impl<T: Target> Fuzzer<'_, T> {
    /// Finds out which of `batch` did harm, and tells it. If the target plays no more meanwhile, what
    /// is known by then is told all the same.
    pub(super) fn blame(&mut self, batch: &[Sequence], harm: &Harm) -> Result<(), T::Error> {
        if self.found.contains(&harm.class) {
            return Ok(());
        }
        self.target.begin(Purpose::FollowUp);
        let mut is_sure = harm.is_certain;
        let mut culprit = Culprit::Unknown;
        let ended = self.narrow(batch, &harm.class, &mut is_sure, &mut culprit);
        if is_sure {
            self.report_harm(batch, harm, culprit);
        } else if ended.is_ok() {
            self.count.unconfirmed += 1;
        } else {
            self.count.open += 1;
        }
        ended
    }

    /// Follows up what was done to the server while something else was.
    pub(super) fn blame_late(&mut self) -> Result<(), T::Error> {
        match self.late.take() {
            Some((batch, harm)) => self.blame(&batch, &harm),
            None => Ok(()),
        }
    }

    /// Tells what was done to the server at the last, when nobody can find out more about it.
    pub(super) fn report_late(&mut self) {
        let Some((batch, harm)) = self.late.take() else {
            return;
        };
        if self.found.contains(&harm.class) {
            return;
        }
        if harm.is_certain {
            self.report_harm(&batch, &harm, Culprit::Unknown);
        } else {
            self.count.open += 1;
        }
    }

    /// Keeps for later what was done to the server by the way.
    pub(super) fn note_late(&mut self, batch: &[Sequence], harm: Harm) {
        let is_worse = |(_, known): &(_, Harm)| !known.is_certain && harm.is_certain;
        if self.late.as_ref().is_none_or(is_worse) {
            self.late = Some((batch.to_vec(), harm));
        }
    }

    /// Finds out whether it happens again, how few of `batch` it takes, and how little of these.
    fn narrow(
        &mut self,
        batch: &[Sequence],
        class: &str,
        is_sure: &mut bool,
        culprit: &mut Culprit,
    ) -> Result<(), T::Error> {
        let mut again = self.does(batch, class)?;
        if again.is_none() && *is_sure {
            again = self.does(batch, class)?;
        }
        let Some(mut runs) = again else {
            return Ok(());
        };
        *is_sure = true;
        if self.does(&[], class)?.is_some() {
            *culprit = Culprit::Nobody;
            return Ok(());
        }
        *culprit = Culprit::of(batch, &mut runs);
        let mut shrinker = Shrinker::new(Batch(batch.to_vec()));
        while shrinker.tries() < MOST_TRIES
            && !self.target.has_spent_enough()
            && let Some(candidate) = shrinker.ask().cloned()
        {
            let runs = self.does(&candidate.0, class)?;
            shrinker.tell(runs.is_some());
            if let Some(mut runs) = runs {
                *culprit = Culprit::of(&candidate.0, &mut runs);
            }
        }
        Ok(())
    }

    /// Whether these do this harm when nothing else is played: their runs, if they do.
    fn does(&mut self, batch: &[Sequence], class: &str) -> Result<Option<Vec<Run>>, T::Error> {
        let runs = self.play(batch)?;
        match self.target.harm() {
            Some(harm) if harm.class == class => Ok(Some(runs)),
            Some(another) => {
                self.note_late(batch, another);
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// Tells who did it; all of `batch`, if nobody does it alone.
    fn report_harm(&mut self, batch: &[Sequence], harm: &Harm, culprit: Culprit) {
        self.found.insert(harm.class.clone());
        let find = Find {
            class: harm.class.clone(),
            like: harm.class.clone(),
            about: harm.about.clone(),
            ..Find::default()
        };
        let all = told(batch);
        self.publish(match culprit {
            Culprit::One(sequence, run) => Find {
                steps: sequence.0.iter().map(ToString::to_string).collect(),
                actual: harm.class.clone(),
                rate: (1, 1),
                sequence,
                run,
                ..find
            },
            Culprit::Nobody => Find {
                steps: all,
                actual: format!(
                    "{}, first when this was played, and then when nothing was",
                    harm.class
                ),
                rate: (1, 1),
                ..find
            },
            Culprit::Several(several) => Find {
                steps: told(&several),
                actual: format!("{}, when these are played side by side", harm.class),
                rate: (1, 1),
                ..find
            },
            Culprit::Unknown => Find {
                steps: all,
                actual: match batch {
                    [_] => format!("{}, once, when this was played", harm.class),
                    _ => format!("{}, while these were played side by side", harm.class),
                },
                rate: (0, 1),
                ..find
            },
        });
    }
}
