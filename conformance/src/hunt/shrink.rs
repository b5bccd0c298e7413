//! Making something small that still shows the same.

use std::collections::HashSet;
use std::fmt::Display;
use std::ops::Range;

/// What can be made smaller. Two of them are the same if their texts are.
pub trait Shrink: Clone + Display {
    /// How many parts it has that may be left out.
    fn parts(&self) -> usize;

    /// The same without some of its parts; `None` if there is nothing left then.
    fn without(&self, parts: Range<usize>) -> Option<Self>;

    /// The same with one thing simpler, what would help most first.
    ///
    /// Each has to be simpler by an order that has an end, or shrinking has none.
    fn simpler(&self) -> Vec<Self>;
}

/// Makes something small, step by step: asks whether something smaller still shows the same, and is
/// told.
///
/// Parts are left out by halves, quarters and so on (the `ddmin` of Zeller and Hildebrandt,
/// "Simplifying and isolating failure-inducing input", 2002); then what is left is made simpler; then
/// both again, until nothing helps. What was asked once is not asked again.
///
/// ```
/// use zk_conformance::hunt::{Sequence, Shrinker};
///
/// // What matters is that somebody sends a frame of length 0.
/// let long: Sequence = "a.open a.new a.ping a.empty[pieces=1] b.open".parse()?;
/// let mut shrinker = Shrinker::new(long);
/// while let Some(candidate) = shrinker.ask() {
///     let same = candidate.to_string().contains("empty");
///     shrinker.tell(same);
/// }
/// assert_eq!(shrinker.best().to_string(), "a.empty");
/// # Ok::<(), zk_conformance::driver::SymbolError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Shrinker<T> {
    best: T,
    asked: Option<T>,
    /// The texts of all that were asked about.
    seen: HashSet<String>,
    stage: Stage<T>,
    /// Whether anything helped since parts were last left out one by one.
    helped: bool,
    tries: usize,
}

#[derive(Clone, Debug)]
enum Stage<T> {
    /// Leaves out so many parts from there on.
    Parts {
        at: usize,
        size: usize,
    },
    /// Tries these, the last one first.
    Simpler(Vec<T>),
    Done,
}

impl<T: Shrink> Shrinker<T> {
    /// Starts with something that shows it.
    #[must_use]
    pub fn new(whole: T) -> Self {
        let size = whole.parts().div_ceil(2).max(1);
        Self {
            seen: HashSet::from([whole.to_string()]),
            best: whole,
            asked: None,
            stage: Stage::Parts { at: 0, size },
            helped: false,
            tries: 0,
        }
    }

    /// The next to try; `None` if there is nothing smaller. Until told, it is the same.
    pub fn ask(&mut self) -> Option<&T> {
        while self.asked.is_none() {
            let candidate = self.next()?;
            if self.seen.insert(candidate.to_string()) {
                self.asked = Some(candidate);
                self.tries += 1;
            } else {
                self.refused();
            }
        }
        self.asked.as_ref()
    }

    /// Takes in whether the one that was asked about still shows the same.
    pub fn tell(&mut self, same: bool) {
        let Some(candidate) = self.asked.take() else {
            return;
        };
        if !same {
            return self.refused();
        }
        self.best = candidate;
        self.helped = true;
        match &mut self.stage {
            // What follows has moved up.
            Stage::Parts { size, .. } => *size = (*size).min(self.best.parts().max(1)),
            stage => *stage = Stage::Simpler(reversed(&self.best)),
        }
    }

    /// The smallest so far.
    #[must_use]
    pub const fn best(&self) -> &T {
        &self.best
    }

    /// How many were asked about.
    #[must_use]
    pub const fn tries(&self) -> usize {
        self.tries
    }

    /// Goes on behind what was of no use.
    fn refused(&mut self) {
        if let Stage::Parts { at, size } = &mut self.stage {
            *at += *size;
        }
    }

    fn next(&mut self) -> Option<T> {
        loop {
            match &mut self.stage {
                Stage::Parts { at, size } => {
                    let parts = self.best.parts();
                    if *at < parts {
                        let end = parts.min(*at + *size);
                        match self.best.without(*at..end) {
                            Some(smaller) => return Some(smaller),
                            None => *at += *size,
                        }
                    } else if *size > 1 {
                        *size = size.div_ceil(2);
                        *at = 0;
                    } else {
                        self.stage = Stage::Simpler(reversed(&self.best));
                    }
                }
                Stage::Simpler(left) => match left.pop() {
                    Some(simpler) => return Some(simpler),
                    None if std::mem::take(&mut self.helped) => {
                        self.stage = Stage::Parts { at: 0, size: 1 };
                    }
                    None => self.stage = Stage::Done,
                },
                Stage::Done => return None,
            }
        }
    }
}

fn reversed<T: Shrink>(best: &T) -> Vec<T> {
    let mut simpler = best.simpler();
    simpler.reverse();
    simpler
}
