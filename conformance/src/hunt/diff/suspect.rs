//! A sequence that two servers seem to answer differently: is it so, and what of it is needed?

use crate::driver::Sequence;
use crate::hunt::Run;
use crate::hunt::Shrinker;
use crate::hunt::diff::Answer;
use crate::hunt::diff::Difference;
use crate::hunt::diff::shape::Shape;
use crate::hunt::diff::tally::Found;
use crate::hunt::diff::tally::Tally;

/// A sequence that is looked into.
#[derive(Debug)]
pub(super) struct Suspect {
    certain: bool,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Is it so?
    Doubted { sequence: Sequence, tally: Tally },
    /// What of it is needed?
    Shrinking {
        shrinker: Shrinker<Sequence>,
        /// The difference it has to show.
        by: f64,
        /// The last one that showed it.
        proof: Tally,
    },
    /// How often, in the end?
    Counting { sequence: Sequence, tally: Tally },
}

/// What became of a suspect.
#[derive(Debug)]
pub(super) enum Progress {
    More,
    /// The servers do the same.
    Nothing(Sequence),
    /// It is one of those that are known: the one at this place.
    Known(Sequence, usize),
    Found(Box<Difference>),
}

/// Runs after which there is an opinion, and by how many standard deviations the answers have to
/// differ by then to be looked into further.
const LADDER: [(usize, f64); 4] = [(12, 0.0), (48, 1.0), (192, 3.0), (576, f64::INFINITY)];
/// Runs of what is decided by chance, in the end.
const COUNTED: usize = 100;
/// Standard deviations that are enough for something smaller.
const ENOUGH: f64 = 3.0;

impl Suspect {
    pub(super) fn new(sequence: Sequence, tally: Tally, certain: bool) -> Self {
        let stage = Stage::Doubted { sequence, tally };
        let mut suspect = Self { certain, stage };
        suspect.conclude();
        suspect
    }

    /// What is to be run, and how often on each server.
    pub(super) fn ask(&mut self) -> Option<(Sequence, usize)> {
        match &mut self.stage {
            Stage::Doubted { sequence, tally } => {
                let runs = tally.runs();
                let mut rungs = LADDER.iter().map(|(until, _)| *until);
                let until = rungs.find(|until| *until > runs).unwrap_or(runs + 1);
                Some((sequence.clone(), until - runs))
            }
            Stage::Counting { sequence, tally } => Some((
                sequence.clone(),
                COUNTED.saturating_sub(tally.runs()).max(1),
            )),
            Stage::Shrinking { shrinker, by, .. } => {
                let times = if self.certain { 1 } else { enough_for(*by) };
                shrinker.ask().map(|candidate| (candidate.clone(), times))
            }
        }
    }

    /// Takes in what came of it; `known` are the differences found so far.
    pub(super) fn tell(&mut self, a: Vec<Run>, b: Vec<Run>, known: &[Difference]) -> Progress {
        match &mut self.stage {
            Stage::Doubted { sequence, tally } => {
                tally.add(a, b);
                if tally.sure().is_none() {
                    let (runs, most) = (tally.runs(), tally.most());
                    let is_hopeless = |rung: &(usize, f64)| runs >= rung.0 && most < rung.1;
                    if tally.open_question().is_none() || LADDER.iter().any(is_hopeless) {
                        return Progress::Nothing(sequence.clone());
                    }
                    return Progress::More;
                }
                if let Some(shape) = shape_of(sequence, tally)
                    && let Some(at) = known
                        .iter()
                        .position(|it| it.shape() == Some(shape.clone()))
                {
                    return Progress::Known(sequence.clone(), at);
                }
                self.conclude();
            }
            Stage::Shrinking {
                shrinker,
                by,
                proof,
            } => {
                let Some(candidate) = shrinker.ask().cloned() else {
                    return self.end();
                };
                let mut tally = Tally::new(proof.model);
                tally.add(a, b);
                let found = if self.certain {
                    tally.certain()
                } else {
                    tally.beyond(ENOUGH)
                };
                let found = found.filter(|found| found.by >= *by / 2.0);
                if let Some(found) = found {
                    // What is known, in other words.
                    let shown = candidate.up_to(found.at);
                    if let Some(at) = known.iter().position(|it| it.explains(&shown)) {
                        return Progress::Known(shrinker.best().clone(), at);
                    }
                    *proof = tally;
                }
                shrinker.tell(found.is_some());
            }
            Stage::Counting { tally, .. } => {
                tally.add(a, b);
                return self.end();
            }
        }
        if let Stage::Shrinking { shrinker, .. } = &mut self.stage
            && shrinker.ask().is_none()
        {
            return self.end();
        }
        Progress::More
    }

    /// It is so: goes on to what of it is needed.
    fn conclude(&mut self) {
        let Stage::Doubted { sequence, tally } = &self.stage else {
            return;
        };
        let Some(Found { at, by }) = found(tally, self.certain) else {
            return;
        };
        self.stage = Stage::Shrinking {
            shrinker: Shrinker::new(sequence.up_to(at)),
            by,
            proof: tally.clone(),
        };
    }

    /// Nothing is smaller; what is decided by chance is counted once more.
    fn end(&mut self) -> Progress {
        let (sequence, tally) = match &self.stage {
            Stage::Doubted { sequence, .. } => return Progress::Nothing(sequence.clone()),
            Stage::Shrinking {
                shrinker, proof, ..
            } => (shrinker.best().clone(), proof.clone()),
            Stage::Counting { sequence, tally } => (sequence.clone(), tally.clone()),
        };
        let is_counted = matches!(self.stage, Stage::Counting { .. });
        let at = if is_counted || self.certain {
            found(&tally, self.certain)
        } else {
            tally.beyond(ENOUGH)
        };
        let Some(Found { at, .. }) = at else {
            return Progress::Nothing(sequence);
        };
        let by_chance = (0..2).any(|side| tally.counts(side, at).len() > 1);
        if by_chance && !self.certain && !is_counted {
            self.stage = Stage::Counting {
                sequence: sequence.up_to(at).renamed(),
                tally: Tally::new(tally.model),
            };
            return Progress::More;
        }
        Progress::Found(Box::new(difference(sequence.up_to(at), &tally, at)))
    }
}

/// The shape of what a tally surely shows, if it is about what is done at once.
fn shape_of(sequence: &Sequence, tally: &Tally) -> Option<Shape> {
    let Found { at, .. } = tally.sure()?;
    let said = |side| tally.counts(side, at).into_iter().collect();
    Shape::of(&sequence.up_to(at), &[0, 1].map(said))
}

fn found(tally: &Tally, certain: bool) -> Option<Found> {
    if certain {
        tally.certain()
    } else {
        tally.sure()
    }
}

/// How many runs show a difference in so many of them.
fn enough_for(by: f64) -> usize {
    if by > 0.9 {
        12
    } else if by > 0.4 {
        48
    } else {
        128
    }
}

fn difference(sequence: Sequence, tally: &Tally, at: usize) -> Difference {
    let answers = [0, 1].map(|side| {
        let mut answers: Vec<Answer> = tally
            .counts(side, at)
            .into_iter()
            .filter_map(|(said, count)| {
                let run = tally.example(side, at, &said)?.clone();
                Some(Answer { said, count, run })
            })
            .collect();
        answers.sort_by_key(|answer| std::cmp::Reverse(answer.count));
        answers
    });
    Difference {
        sequence,
        answers,
        variants: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn run(said: &str) -> Run {
        Run {
            answers: vec![Arc::from("open"), Arc::from(said)],
            log: Vec::new(),
        }
    }

    /// Asks a suspect until it knows; the servers answer the second moment so in turn.
    fn look_into(answers: [&[&str]; 2]) -> Option<Difference> {
        let sequence: Sequence = "a.open a.empty".parse().unwrap();
        let mut tally = Tally::default();
        let [first, second] = answers.map(|side| vec![run(side[0])]);
        tally.add(first, second);
        let mut suspect = Suspect::new(sequence, tally, false);
        let mut turn = 1;
        loop {
            let (candidate, times) = suspect.ask()?;
            let of = |side: &[&str]| -> Vec<Run> {
                let has_it = candidate.to_string() == "a.open a.empty";
                let said = (0..times).map(|time| side[(turn + time) % side.len()]);
                said.map(|said| run(if has_it { said } else { "same" }))
                    .collect()
            };
            let (a, b) = (of(answers[0]), of(answers[1]));
            turn += times;
            match suspect.tell(a, b, &[]) {
                Progress::More => {}
                Progress::Nothing(_) | Progress::Known(..) => return None,
                Progress::Found(difference) => return Some(*difference),
            }
        }
    }

    #[test]
    fn what_is_always_different_is_found() {
        let found = look_into([&["closed"], &["silent"]]).expect("a difference");
        assert_eq!(found.in_words(), "a.empty: closed / silent");
    }

    #[test]
    fn other_rates_are_a_difference() {
        let found = look_into([&["ok", "closed"], &["ok"]]).expect("a difference");
        assert_eq!(found.answers[0].len(), 2);
        assert!(found.answers[0][0].count >= 48);
    }

    #[test]
    fn the_same_rates_are_none() {
        assert!(look_into([&["ok", "closed"], &["closed", "ok"]]).is_none());
        assert!(look_into([&["ok", "ok", "closed"], &["ok", "closed", "ok"]]).is_none());
    }
}
