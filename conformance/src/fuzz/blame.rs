//! Who did harm: a batch, one of it, a part of that.

use std::slice;

use crate::driver::Sequence;
use crate::fuzz::Find;
use crate::fuzz::Fuzzer;
use crate::fuzz::Harm;
use crate::fuzz::Target;
use crate::hunt::Run;
use crate::hunt::Shrinker;

/// Who did it.
enum Culprit {
    /// Some or all of those that were played.
    Unknown,
    /// None of them alone: it happens when nothing is played, if perhaps only since they were.
    Nobody,
    /// A sequence that does it alone, and a run that shows it.
    One(Sequence, Run),
}

impl<T: Target> Fuzzer<'_, T> {
    /// Finds out which of `batch` did harm, and tells it. If the target plays no more meanwhile, what
    /// is known by then is told all the same.
    pub(super) fn blame(&mut self, batch: &[Sequence], harm: &Harm) -> Result<(), T::Error> {
        if self.found.contains(&harm.class) {
            return Ok(());
        }
        let mut is_sure = harm.is_certain;
        let mut culprit = Culprit::Unknown;
        let ended = self.narrow(batch, &harm.class, &mut is_sure, &mut culprit);
        if is_sure {
            self.report_harm(batch, harm, culprit);
        } else {
            self.count.unconfirmed += 1;
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
        if let Some((batch, harm)) = self.late.take()
            && harm.is_certain
            && !self.found.contains(&harm.class)
        {
            self.report_harm(&batch, &harm, Culprit::Unknown);
        }
    }

    /// Keeps for later what was done to the server by the way.
    pub(super) fn note_late(&mut self, batch: &[Sequence], harm: Harm) {
        let is_worse = |(_, known): &(_, Harm)| !known.is_certain && harm.is_certain;
        if self.late.as_ref().is_none_or(is_worse) {
            self.late = Some((batch.to_vec(), harm));
        }
    }

    /// Finds out whether it happens again, who of `batch` does it alone, and by how little.
    fn narrow(
        &mut self,
        batch: &[Sequence],
        class: &str,
        is_sure: &mut bool,
        culprit: &mut Culprit,
    ) -> Result<(), T::Error> {
        *is_sure |= self.does(batch, class)?.is_some();
        if !*is_sure {
            return Ok(());
        }
        if self.does(&[], class)?.is_some() {
            *culprit = Culprit::Nobody;
            return Ok(());
        }
        for sequence in batch {
            let Some(run) = self.does_alone(sequence, class)? else {
                continue;
            };
            *culprit = Culprit::One(sequence.clone(), run);
            let mut shrinker = Shrinker::new(sequence.clone());
            while shrinker.tries() < MOST_TRIES
                && let Some(candidate) = shrinker.ask().cloned()
            {
                let run = self.does_alone(&candidate, class)?;
                shrinker.tell(run.is_some());
                if let Some(run) = run {
                    *culprit = Culprit::One(candidate, run);
                }
            }
            break;
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

    fn does_alone(&mut self, sequence: &Sequence, class: &str) -> Result<Option<Run>, T::Error> {
        let runs = self.does(slice::from_ref(sequence), class)?;
        Ok(runs.map(|mut runs| runs.pop().unwrap_or_default()))
    }

    /// Tells who did it; all of `batch`, if nobody does it alone.
    fn report_harm(&mut self, batch: &[Sequence], harm: &Harm, culprit: Culprit) {
        self.found.insert(harm.class.clone());
        let find = Find {
            class: harm.class.clone(),
            about: harm.about.clone(),
            ..Find::default()
        };
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
                steps: batch.iter().map(ToString::to_string).collect(),
                actual: format!(
                    "{}, first when this was played, and then when nothing was",
                    harm.class
                ),
                rate: (1, 1),
                ..find
            },
            Culprit::Unknown => Find {
                steps: batch.iter().map(ToString::to_string).collect(),
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

/// Candidates that are tried to make something small.
const MOST_TRIES: usize = 400;
