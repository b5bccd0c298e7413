//! Races of two connections, the small ones first and again and again.
//!
//! Each begins with a session, and then two connections take up to four steps each, all at once. A
//! ping on each connection shows what has become of it.

use std::collections::VecDeque;

use crate::driver::Act;
use crate::driver::Moment;
use crate::driver::Sequence;
use crate::driver::Step;
use crate::driver::Symbol;

/// Every race, in rounds: each round repeats what was before, and goes one step further.
#[derive(Clone, Debug)]
pub(super) struct Races {
    /// How many steps the longest races of this round have.
    longest: usize,
    left: VecDeque<Sequence>,
}

/// What is there before the race.
#[derive(Clone, Copy, Debug)]
enum Start {
    /// A session's connection against one that comes.
    OwnerAndComer,
    /// Two that come, while the session has a connection.
    TwoComers,
    /// Two that come, while the session has none.
    TwoHeirs,
}

impl Races {
    pub(super) const fn new() -> Self {
        Self {
            longest: 1,
            left: VecDeque::new(),
        }
    }

    /// Fills up for the next round.
    fn refill(&mut self) {
        self.longest = if self.longest == LONGEST * 2 {
            2
        } else {
            self.longest + 1
        };
        for steps in 2..=self.longest {
            for start in [Start::TwoComers, Start::TwoHeirs, Start::OwnerAndComer] {
                for one in 1..=LONGEST.min(steps - 1) {
                    self.add(start, one, steps - one);
                }
            }
        }
    }

    /// Adds the races of so many steps on each side.
    fn add(&mut self, start: Start, one: usize, other: usize) {
        if other > LONGEST {
            return;
        }
        let (left, right) = match start {
            Start::OwnerAndComer => (0, 1),
            Start::TwoComers | Start::TwoHeirs => (1, 2),
        };
        let of_left = match start {
            Start::OwnerAndComer => tracks(OWNERS, OWNERS, one),
            Start::TwoComers | Start::TwoHeirs => tracks(COMERS, GUESTS, one),
        };
        let of_right = tracks(COMERS, GUESTS, other);
        for track in &of_left {
            for rival in &of_right {
                // Two that do the same things the other way round are the same.
                if left == 0 || one < other || one == other && track <= rival {
                    let tracks = [(left, track), (right, rival)];
                    self.left.push_back(race(start, &tracks));
                }
            }
        }
    }
}

impl Iterator for Races {
    type Item = Sequence;

    fn next(&mut self) -> Option<Sequence> {
        if self.left.is_empty() {
            self.refill();
        }
        self.left.pop_front()
    }
}

fn race(start: Start, tracks: &[(usize, &Vec<Act>)]) -> Sequence {
    let step = |line, act| Step::from(Symbol { line, act });
    let mut moments = vec![
        Moment(vec![step(0, Act::Open)]),
        Moment(vec![step(0, Act::New)]),
    ];
    if matches!(start, Start::TwoHeirs) {
        moments.push(step(0, Act::Cut).into());
    }
    let fresh = tracks.iter().filter(|(line, _)| *line > 0);
    moments.extend(fresh.map(|(line, _)| step(*line, Act::Open).into()));
    let all = tracks.iter().flat_map(|(line, track)| {
        let line = *line;
        track.iter().map(move |act| step(line, *act))
    });
    moments.push(Moment(all.collect()));
    moments.extend(tracks.iter().map(|(line, _)| step(*line, Act::Ping).into()));
    Sequence(moments)
}

/// Every way to take so many steps.
fn tracks(first: &[Act], then: &[Act], steps: usize) -> Vec<Vec<Act>> {
    let mut tracks: Vec<Vec<Act>> = first.iter().map(|act| vec![*act]).collect();
    for _ in 1..steps {
        let longer = tracks.iter().filter(|track| !is_over(track));
        let longer = longer.flat_map(|track| {
            then.iter().map(|act| {
                let mut longer = track.clone();
                longer.push(*act);
                longer
            })
        });
        tracks = longer.collect();
    }
    tracks
}

/// Whether nothing can follow.
fn is_over(track: &[Act]) -> bool {
    matches!(track.last(), Some(Act::Cut | Act::Half))
}

/// Most steps of one connection.
const LONGEST: usize = 4;
/// How one comes that wants a session.
const COMERS: &[Act] = &[Act::Renew, Act::Wrong, Act::New];
/// What one does that has come.
const GUESTS: &[Act] = &[Act::Ping, Act::Close, Act::Half];
/// What one does that has the session.
const OWNERS: &[Act] = &[Act::Ping, Act::Close, Act::Half, Act::Cut, Act::Again];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Races;

    #[test]
    fn two_renewals_at_once_come_first() {
        let first = Races::new().next().expect("there is no end");
        assert_eq!(
            first.to_string(),
            "a.open a.new b.open c.open b.renew+c.renew b.ping c.ping"
        );
    }

    #[test]
    fn every_round_goes_further_and_repeats_nothing() {
        let mut races = Races::new();
        races.refill();
        let short: BTreeSet<_> = races.left.drain(..).collect();
        races.refill();
        let longer: BTreeSet<_> = races.left.iter().cloned().collect();
        assert_eq!(longer.len(), races.left.len());
        assert!(longer.is_superset(&short) && longer.len() > short.len());
    }
}
