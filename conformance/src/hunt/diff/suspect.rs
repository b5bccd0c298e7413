//! A sequence that two servers seem to answer differently: is it so, and what of it is needed?

use crate::driver::Act;
use crate::driver::Moment;
use crate::driver::Sequence;
use crate::hunt::Contrast;
use crate::hunt::Run;
use crate::hunt::Shrinker;
use crate::hunt::diff::Answer;
use crate::hunt::diff::Difference;
use crate::hunt::diff::hints::Hint;
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
/// Standard deviations that are enough for something smaller.
pub(super) const ENOUGH: f64 = 3.0;

impl Suspect {
    pub(super) fn new(hint: Hint, certain: bool) -> Self {
        let Hint {
            sequence, tally, ..
        } = hint;
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
            Stage::Counting {
                sequence, tally, ..
            } => {
                let runs = tally.runs();
                let until = COUNTS.into_iter().find(|until| *until > runs);
                Some((sequence.clone(), until.unwrap_or(runs + 1) - runs))
            }
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
                    let reached = LADDER.iter().rfind(|(rung, _)| runs >= *rung);
                    if reached.is_some_and(|(_, least)| most < *least) {
                        return nothing(sequence, tally);
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
                contrast,
                proof,
                ..
            } => {
                let Some(candidate) = shrinker.ask().cloned() else {
                    return self.end();
                };
                let mut tally = proof.like(&candidate);
                tally.add(a, b);
                let found = if self.certain {
                    tally.certain()
                } else {
                    tally.beyond(ENOUGH)
                };
                let is_same = |at| {
                    let whole = shrinker.best().0.last();
                    tally.contrast(at) == *contrast || is_less(candidate.0.get(at), whole)
                };
                let found = found.filter(|found| found.by >= *by / 2.0 && is_same(found.at));
                if let Some(found) = found {
                    *contrast = tally.contrast(found.at);
                    // What is known, in other words.
                    let shown = candidate.up_to(found.at);
                    if let Some(at) = known.iter().position(|it| it.hides(&shown)) {
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
        if let Stage::Shrinking { shrinker, .. } = &mut self.stage
            && shrinker.ask().is_none()
        {
            return self.end();
        }
        Progress::More
    }

    /// Stops looking: what is known by now, or only suspected.
    pub(super) fn stop(self) -> Progress {
        let (sequence, tally, is_again) = match self.stage {
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
        let found = if self.certain {
            tally.certain()
        } else {
            tally.beyond(ENOUGH)
        };
        match found {
            // Rates change with time: what was seen once may be gone.
            Some(Found { at, by }) if is_again || by > 0.9 => {
                found_in(&sequence, &tally, at, self.certain)
            }
            _ => nothing(&sequence, &tally),
        }
    }

    /// It is so: goes on to what of it is needed.
    fn conclude(&mut self) {
        let Stage::Doubted { sequence, tally } = &self.stage else {
            return;
        };
        let Some(Found { at, by }) = found(tally, self.certain) else {
            return;
        };
        let sequence = sequence.up_to(at);
        self.stage = Stage::Shrinking {
            shrinker: Shrinker::new(sequence.clone()),
            whole: sequence,
            by,
            contrast: tally.contrast(at),
            proof: tally.clone(),
        };
    }

    /// Nothing is smaller; what is decided by chance is counted once more.
    fn end(&mut self) -> Progress {
        match &self.stage {
            Stage::Doubted { sequence, tally } => nothing(sequence, tally),
            Stage::Shrinking {
                shrinker,
                whole,
                proof,
                ..
            } => {
                let sequence = shrinker.best().clone();
                let at = if self.certain {
                    proof.certain()
                } else {
                    proof.beyond(ENOUGH)
                };
                let Some(Found { at, .. }) = at else {
                    return nothing(&sequence, proof);
                };
                let by_chance = (0..2).any(|side| proof.counts(side, at).len() > 1);
                if self.certain || !by_chance {
                    return found_in(&sequence, proof, at, self.certain);
                }
                let sequence = sequence.up_to(at).renamed();
                self.stage = Stage::Counting {
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
                Some(Found { at, .. }) => found_in(sequence, tally, at, self.certain),
                // What was seen before has come and gone: rates change as servers warm up.
                None if sequence.renamed() == whole.renamed() => nothing(sequence, tally),
                // What was left out mattered, if only for the rate.
                None => {
                    self.stage = Stage::Counting {
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

fn found_in(sequence: &Sequence, tally: &Tally, at: usize, certain: bool) -> Progress {
    let is_of_rates = !certain && tally.is_of_rates(at, ENOUGH);
    let difference = difference(sequence.up_to(at), tally, at);
    Progress::Found(Box::new(Difference {
        is_of_rates,
        ..difference
    }))
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

fn found(tally: &Tally, certain: bool) -> Option<Found> {
    if certain {
        tally.certain()
    } else {
        tally.sure()
    }
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
        is_of_rates: false,
        details: tally.contrast(at).details(),
    }
}

/// Whether there is no more to be learned by further runs.
pub(super) fn is_over(tally: &Tally) -> bool {
    LADDER.iter().all(|(rung, _)| tally.runs() >= *rung)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::hunt::diff::tally::Scale;

    fn run(said: &str) -> Run {
        Run {
            answers: vec![Arc::from("open"), Arc::from(said)],
            log: Vec::new(),
        }
    }

    /// Asks a suspect until it knows, however little it is worth its while; the servers answer the
    /// second moment so in turn.
    fn look_into(answers: [&[&'static str]; 2]) -> Option<Difference> {
        let mut turns = [0, 0];
        look_into_by(|side, has_it| {
            turns[side] += 1;
            let said = answers[side][(turns[side] - 1) % answers[side].len()];
            if has_it { said } else { "same" }
        })
    }

    /// The same, where a side answers so to a sequence that has it or not.
    fn look_into_by(mut answer: impl FnMut(usize, bool) -> &'static str) -> Option<Difference> {
        let sequence: Sequence = "a.open a.empty".parse().unwrap();
        let mut tally = Tally::new(&Scale::default(), &sequence);
        let [first, second] = [0, 1].map(|side| vec![run(answer(side, true))]);
        tally.add(first, second);
        let mut suspect = Suspect::new(Hint::new(sequence, tally), false);
        loop {
            let (candidate, times) = suspect.ask()?;
            let has_it = candidate.to_string() == "a.open a.empty";
            let [a, b] = [0, 1].map(|side| {
                let said = (0..times).map(|_| run(answer(side, has_it)));
                said.collect::<Vec<_>>()
            });
            match suspect.tell(a, b, &[]) {
                Progress::More => {}
                Progress::Nothing(hint) if is_over(&hint.tally) => return None,
                Progress::Nothing(hint) => suspect = Suspect::new(hint, false),
                Progress::Known(..) => return None,
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
        assert!(!found.is_of_rates);
        assert_eq!(found.answers[0].len(), 2);
        assert!(found.answers[0][0].count >= 48);
    }

    /// Rates of a half and four fifths differ by less than hundred runs tell for sure.
    #[test]
    fn rates_that_are_near_are_a_difference() {
        let one = ["ok", "closed"];
        let other = ["ok", "ok", "ok", "ok", "closed"];
        let found = look_into([&one, &other]).expect("a difference");
        assert!(found.is_of_rates);
        assert!(found.answers[0].iter().all(|answer| answer.count >= 48));
        let other = ["ok", "ok", "ok", "closed", "closed"];
        let found = look_into([&one, &other]);
        assert!(found.is_some(), "0.5 and 0.6");
    }

    /// Servers that warm up are not as they were.
    #[test]
    fn a_rate_that_does_not_last_is_none() {
        let mut turn = 0;
        let found = look_into_by(|side, is_it| {
            turn += 1;
            let is_early = turn < 600;
            match (is_it, side) {
                (true, 0) if is_early && turn % 3 == 0 => "ok",
                (true, _) => "closed",
                (false, _) => "same",
            }
        });
        assert!(found.is_none());
    }

    #[test]
    fn what_is_made_small_shows_the_same() {
        let sequence: Sequence = "a.open a.new a.ping a.empty".parse().unwrap();
        let said = |sequence: &Sequence, flawed: bool| {
            let text = sequence.to_string();
            let answers = sequence
                .0
                .iter()
                .map(|moment| match moment.to_string().as_str() {
                    "a.empty" if flawed && text.contains("ping") => "silent",
                    // Another difference, which comes up once the ping is gone.
                    "a.empty" if flawed => "error -6",
                    "a.empty" => "closed",
                    _ => "ok",
                });
            let answers = answers.map(Arc::from).collect();
            vec![Run {
                answers,
                log: Vec::new(),
            }]
        };
        let mut tally = Tally::new(&Scale::default(), &sequence);
        tally.add(said(&sequence, false), said(&sequence, true));
        let mut suspect = Suspect::new(Hint::new(sequence, tally), true);
        loop {
            let (candidate, _) = suspect.ask().expect("a candidate");
            match suspect.tell(said(&candidate, false), said(&candidate, true), &[]) {
                Progress::More => {}
                Progress::Found(found) => {
                    assert_eq!(found.in_words(), "a.empty: closed / silent");
                    assert_eq!(found.sequence.to_string(), "a.ping a.empty");
                    return;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn the_same_rates_are_none() {
        assert!(look_into([&["ok", "closed"], &["closed", "ok"]]).is_none());
        assert!(look_into([&["ok", "ok", "closed"], &["ok", "closed", "ok"]]).is_none());
    }
}
