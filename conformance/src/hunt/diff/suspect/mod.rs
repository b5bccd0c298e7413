//! A sequence that two servers seem to answer differently: is it so, and what of it is needed?

#[cfg(test)]
mod tests;

use crate::driver::Act;
use crate::driver::Moment;
use crate::driver::Sequence;
use crate::hunt::Contrast;
use crate::hunt::Run;
use crate::hunt::Shrinker;
use crate::hunt::diff::Difference;
use crate::hunt::diff::hints::Hint;
use crate::hunt::diff::known::Known;
use crate::hunt::diff::shape::Shape;
use crate::hunt::diff::tally::ENOUGH;
use crate::hunt::diff::tally::Found;
use crate::hunt::diff::tally::Tally;

/// A sequence that is looked into.
#[derive(Debug)]
pub(super) struct Suspect(Stage);

#[derive(Debug)]
enum Stage {
    /// Is it so?
    Doubted { sequence: Sequence, tally: Tally },
    /// What of it is needed?
    Shrinking {
        shrinker: Shrinker<Sequence>,
        /// The whole of it, which surely shows it.
        whole: Sequence,
        /// How large a difference it has to show.
        by: f64,
        /// And which.
        contrast: Contrast,
        /// The last one that showed it.
        proof: Tally,
    },
    /// How often, in the end?
    Counting {
        sequence: Sequence,
        tally: Tally,
        whole: Sequence,
    },
}

/// What became of a suspect.
#[derive(Debug)]
pub(super) enum Progress {
    More,
    /// The servers do the same, or nearly so: there is a sequence that is more worth its while.
    Nothing(Hint),
    /// It is one of those that are known: the one at this place.
    Known(Sequence, usize),
    Found(Box<Difference>),
}

/// Runs after which there is an opinion, and by how many standard deviations the answers have to
/// differ by then to be looked into further at once.
const LADDER: [(usize, f64); 5] = [
    (12, 0.5),
    (48, 2.0),
    (192, 2.5),
    (576, 3.0),
    (1728, f64::INFINITY),
];
/// Runs of what is decided by chance, in the end: so many, and further ones until it is sure again.
const COUNTS: [usize; 5] = [100, 200, 400, 800, 1728];

impl Suspect {
    pub(super) fn new(hint: Hint) -> Self {
        let Hint {
            sequence, tally, ..
        } = hint;
        let mut suspect = Self(Stage::Doubted { sequence, tally });
        suspect.conclude();
        suspect
    }

    /// What is to be run, and how often on each server.
    pub(super) fn ask(&mut self) -> Option<(Sequence, usize)> {
        match &mut self.0 {
            Stage::Doubted { sequence, tally } => {
                let runs = tally.runs();
                let mut rungs = LADDER.iter().map(|(until, _)| *until);
                let until = rungs.find(|until| *until > runs).unwrap_or(runs + 1);
                Some((sequence.clone(), until - runs))
            }
            Stage::Counting {
                sequence, tally, ..
            } => {
                let runs = tally.runs();
                let until = COUNTS.into_iter().find(|until| *until > runs);
                Some((sequence.clone(), until.unwrap_or(runs + 1) - runs))
            }
            Stage::Shrinking { shrinker, by, .. } => {
                let candidate = shrinker.ask()?;
                Some((candidate.clone(), enough_for(*by)))
            }
        }
    }

    /// Takes in what came of it; `known` are the differences found so far.
    pub(super) fn tell(&mut self, a: Vec<Run>, b: Vec<Run>, known: &Known) -> Progress {
        match &mut self.0 {
            Stage::Doubted { sequence, tally } => {
                tally.add(a, b);
                if tally.sure().is_none() {
                    let (runs, most) = (tally.runs(), tally.most());
                    let reached = LADDER.iter().rfind(|(rung, _)| runs >= *rung);
                    if reached.is_some_and(|(_, least)| most < *least) {
                        return nothing(sequence, tally);
                    }
                    return Progress::More;
                }
                if let Some(shape) = shape_of(sequence, tally)
                    && let Some(at) = known.of_shape(&shape)
                {
                    return Progress::Known(sequence.clone(), at);
                }
                self.conclude();
            }
            Stage::Shrinking {
                shrinker,
                by,
                contrast,
                proof,
                ..
            } => {
                let Some(candidate) = shrinker.ask().cloned() else {
                    return self.end();
                };
                let mut tally = proof.like(&candidate);
                tally.add(a, b);
                let is_same = |at| {
                    let whole = shrinker.best().0.last();
                    tally.contrast(at) == *contrast || is_less(candidate.0.get(at), whole)
                };
                let found = tally.beyond(ENOUGH);
                let found = found.filter(|found| found.by >= *by / 2.0 && is_same(found.at));
                if let Some(found) = found {
                    *contrast = tally.contrast(found.at);
                    // What is known, in other words.
                    let shown = candidate.up_to(found.at);
                    if let Some(at) = known.hider(&shown) {
                        return Progress::Known(shrinker.best().clone(), at);
                    }
                    *proof = tally;
                }
                shrinker.tell(found.is_some());
            }
            Stage::Counting { tally, .. } => {
                tally.add(a, b);
                let is_open = tally.sure().is_none();
                if is_open && COUNTS.iter().any(|until| *until > tally.runs()) {
                    return Progress::More;
                }
                return self.end();
            }
        }
        if let Stage::Shrinking { shrinker, .. } = &mut self.0
            && shrinker.ask().is_none()
        {
            return self.end();
        }
        Progress::More
    }

    /// Stops looking: what is known by now, or only suspected.
    pub(super) fn stop(self) -> Progress {
        let (sequence, tally, is_again) = match self.0 {
            Stage::Doubted { sequence, tally } => return nothing(&sequence, &tally),
            Stage::Shrinking {
                shrinker,
                proof,
                whole,
                ..
            } => {
                let is_again = *shrinker.best() != whole;
                (shrinker.best().clone(), proof, is_again)
            }
            Stage::Counting {
                sequence, tally, ..
            } => (sequence, tally, true),
        };
        match tally.beyond(ENOUGH) {
            // Rates change with time: what was seen once may be gone.
            Some(Found { at, by }) if is_again || by > 0.9 => found(&sequence, &tally, at),
            _ => nothing(&sequence, &tally),
        }
    }

    /// It is so: goes on to what of it is needed.
    fn conclude(&mut self) {
        let Stage::Doubted { sequence, tally } = &self.0 else {
            return;
        };
        let Some(Found { at, by }) = tally.sure() else {
            return;
        };
        let sequence = sequence.up_to(at);
        self.0 = Stage::Shrinking {
            shrinker: Shrinker::new(sequence.clone()),
            by,
            contrast: tally.contrast(at),
            proof: tally.up_to(at, &sequence),
            whole: sequence,
        };
    }

    /// Nothing is smaller; what is decided by chance is counted once more.
    fn end(&mut self) -> Progress {
        match &self.0 {
            Stage::Doubted { sequence, tally } => nothing(sequence, tally),
            Stage::Shrinking {
                shrinker,
                whole,
                proof,
                ..
            } => {
                let sequence = shrinker.best().clone();
                let Some(Found { at, .. }) = proof.beyond(ENOUGH) else {
                    return nothing(&sequence, proof);
                };
                let by_chance = (0..2).any(|side| proof.counts(side, at).len() > 1);
                if proof.is_complete() || !by_chance {
                    return found(&sequence, proof, at);
                }
                let sequence = sequence.up_to(at).renamed();
                self.0 = Stage::Counting {
                    tally: proof.like(&sequence),
                    whole: whole.clone(),
                    sequence,
                };
                Progress::More
            }
            Stage::Counting {
                sequence,
                tally,
                whole,
            } => match tally.sure() {
                Some(Found { at, .. }) => found(sequence, tally, at),
                // What was seen before has come and gone: rates change as servers warm up.
                None if sequence.renamed() == whole.renamed() => nothing(sequence, tally),
                // What was left out mattered, if only for the rate.
                None => {
                    self.0 = Stage::Counting {
                        tally: tally.like(whole),
                        sequence: whole.clone(),
                        whole: whole.clone(),
                    };
                    Progress::More
                }
            },
        }
    }
}

fn nothing(sequence: &Sequence, tally: &Tally) -> Progress {
    Progress::Nothing(Hint::new(sequence.clone(), tally.clone()))
}

fn found(sequence: &Sequence, tally: &Tally, at: usize) -> Progress {
    Progress::Found(Box::new(Difference::at(at, sequence, tally)))
}

/// Whether less is done in a moment than in another: what comes of all of it at once comes of a part
/// of it in other words.
fn is_less(moment: Option<&Moment>, whole: Option<&Moment>) -> bool {
    let (Some(moment), Some(whole)) = (moment, whole) else {
        return false;
    };
    let acts = |moment: &Moment| -> Vec<Act> {
        let steps = moment.0.iter();
        steps.map(|step| step.symbol.act).collect()
    };
    let (part, mut left) = (acts(moment), acts(whole));
    let is_in = part.iter().all(|act| {
        let at = left.iter().position(|it| it == act);
        at.map(|at| left.remove(at)).is_some()
    });
    is_in && !left.is_empty()
}

/// The shape of what a tally surely shows, if it is about what is done at once.
fn shape_of(sequence: &Sequence, tally: &Tally) -> Option<Shape> {
    let Found { at, .. } = tally.sure()?;
    let said = |side| tally.counts(side, at).into_iter().collect();
    Shape::of(&sequence.up_to(at), &[0, 1].map(said))
}

/// How many runs show a difference in so many of them, nearly always; of small ones, not for ever.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 12 to 192"
)]
fn enough_for(by: f64) -> usize {
    (10.0 / (by * by)).clamp(12.0, 192.0) as usize
}

/// Whether there is no more to be learned by further runs.
pub(super) fn is_over(tally: &Tally) -> bool {
    tally.is_complete() || LADDER.iter().all(|(rung, _)| tally.runs() >= *rung)
}
