//! Learns a machine by asking it.
//!
//! A [`Teacher`] answers words of inputs, each from a fresh start. All answers go into a tree. Its
//! nodes that are known to answer some word differently are *apart*; nodes that are all apart from
//! each other are states. What is asked next either tries an input in a state for the first time,
//! or finds out which state an input leads to. When every input of every state leads to exactly
//! one, that is a hypothesis, and it is tried with words that would tell if there were more
//! states: systematic ones and random ones. A word that is answered otherwise is taken apart by
//! halves until it shows a new state. (This is the L# of Vaandrager, Garhewal, Rot and Wißmann,
//! "A new approach for active automata learning based on apartness", 2022.)
//!
//! ```
//! use std::convert::Infallible;
//! use std::sync::Arc;
//! use zk_conformance::learn::*;
//!
//! /// Says when it was pressed an even number of times.
//! struct Button(bool);
//!
//! impl System for Button {
//!     type Error = Infallible;
//!     fn reset(&mut self) -> Result<(), Infallible> {
//!         self.0 = false;
//!         Ok(())
//!     }
//!     fn step(&mut self, _press: usize) -> Result<Arc<str>, Infallible> {
//!         self.0 = !self.0;
//!         Ok(if self.0 { "odd" } else { "even" }.into())
//!     }
//! }
//!
//! let alphabet = ["press".to_owned()];
//! let learned = learn(&mut Alone(Button(false)), &alphabet, &Options::default(), &mut |_| {});
//! assert_eq!(learned.model.expect("a machine").states.len(), 2);
//! ```
//!
//! # Systems that contradict themselves
//!
//! A step that answers in two ways is a [`Conflict`]. It is tried again several times; if there is
//! a clear majority, that is taken for the answer and learning goes on. If there is none, the step
//! is *racy*: the model says so, and nothing behind it is followed. Inputs that were racy once are
//! not trusted on one answer any more. A system that answers at random ends up with a small model
//! and a list of conflicts. One whose answers depend on what else is going on may have ever more
//! racy steps to show, so there is a limit to them ([`Options::max_racy`]).
//!
//! # What a learned model is worth
//!
//! It is the smallest machine that explains every answer. It is the truth if the truth has no more
//! states than the systematic words were made for ([`Options::extra_states`]); beyond that it is
//! not distinguished so far.

mod basis;
mod compare;
mod conflict;
mod draw;
mod examine;
mod file;
mod mealy;
mod observe;
mod teacher;
mod tree;

pub use self::compare::Comparison;
pub use self::compare::Difference;
pub use self::compare::compare;
pub use self::conflict::Conflict;
pub use self::draw::dot;
pub use self::draw::svg;
pub use self::file::FileError;
pub use self::file::ModelFile;
pub use self::mealy::Mealy;
pub use self::mealy::Transition;
pub use self::teacher::Alone;
pub use self::teacher::System;
pub use self::teacher::Teacher;

use fastrand::Rng;

use crate::learn::basis::Basis;
use crate::learn::examine::Examination;
use crate::learn::observe::Halt;
use crate::learn::observe::Observations;
use crate::learn::tree::ROOT;

/// How much is asked.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where chance begins.
    pub seed: u64,
    /// How many random words a hypothesis has to stand.
    pub random_words: usize,
    /// For how many states more than the hypothesis has the systematic words are made.
    pub extra_states: usize,
    /// How often a step that contradicted itself is tried again.
    pub votes: usize,
    /// The part of the votes that settles it, from 0 to 1.
    pub majority: f64,
    /// How many words the teacher is given at once, at most.
    pub batch: usize,
    /// How many words may be asked in all.
    pub max_words: usize,
    /// How many racy steps are put up with.
    pub max_racy: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            random_words: 1_000,
            extra_states: 0,
            votes: 20,
            majority: 0.8,
            batch: 256,
            max_words: usize::MAX,
            max_racy: 50,
        }
    }
}

/// How far it got.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    /// Words asked.
    pub words: usize,
    /// Inputs in them.
    pub steps: usize,
    /// States found.
    pub states: usize,
    /// Steps that contradicted themselves.
    pub conflicts: usize,
    /// Whether a hypothesis is being tried.
    pub examining: bool,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Learned<E> {
    /// The machine, its states in the order that [`Mealy::canonical`] gives them; `None` if it
    /// ended before there was a hypothesis. If it ended early, the latest one.
    pub model: Option<Mealy>,
    /// Why it ended.
    pub end: End<E>,
    /// Every step that answered in more than one way.
    pub conflicts: Vec<Conflict>,
    /// Words asked.
    pub words: usize,
    /// Inputs in them.
    pub steps: usize,
    /// Hypotheses that were tried.
    pub hypotheses: usize,
}

/// Why learning ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End<E> {
    /// The last hypothesis stood all its words.
    Complete,
    /// As many words were asked as may be.
    OutOfWords,
    /// More steps were racy than is put up with.
    TooRacy,
    /// The teacher went on no longer.
    Teacher(E),
}

/// Learns the machine behind `teacher`; `watch` is told how far it got, every now and then.
pub fn learn<T: Teacher>(
    teacher: &mut T,
    alphabet: &[String],
    options: &Options,
    watch: &mut dyn FnMut(&Progress),
) -> Learned<T::Error> {
    let mut learner = Learner {
        alphabet,
        options,
        observations: Observations::new(teacher, alphabet.len(), options),
        basis: Basis::new(),
        retractions: 0,
        rng: Rng::with_seed(options.seed),
        hypothesis: None,
        hypotheses: 0,
        watch,
    };
    let end = match learner.run() {
        Ok(()) => End::Complete,
        Err(Halt::OutOfWords) => End::OutOfWords,
        Err(Halt::TooRacy) => End::TooRacy,
        Err(Halt::Teacher(error)) => End::Teacher(error),
    };
    Learned {
        model: learner.hypothesis.map(|model| model.canonical()),
        end,
        conflicts: learner.observations.conflicts(),
        words: learner.observations.words,
        steps: learner.observations.steps,
        hypotheses: learner.hypotheses,
    }
}

struct Learner<'a, T> {
    alphabet: &'a [String],
    options: &'a Options,
    observations: Observations<'a, T>,
    basis: Basis,
    /// Retractions that the basis has heard of.
    retractions: usize,
    rng: Rng,
    hypothesis: Option<Mealy>,
    hypotheses: usize,
    watch: &'a mut dyn FnMut(&Progress),
}

impl<T: Teacher> Learner<'_, T> {
    fn run(&mut self) -> Result<(), Halt<T::Error>> {
        loop {
            self.complete()?;
            let hypothesis = self
                .basis
                .hypothesis(&self.observations.tree, self.alphabet);
            let counterexample = match self.contradiction(&hypothesis) {
                Some(word) => Some(word),
                None => {
                    self.hypotheses += 1;
                    self.hypothesis = Some(hypothesis.clone());
                    self.examine(&hypothesis)?
                }
            };
            match counterexample {
                Some(word) => {
                    if self.observations.confirm(&word)? && !self.is_stale() {
                        self.take_apart(&hypothesis, word)?;
                    }
                }
                None if self.is_stale() => {}
                None => return Ok(()),
            }
        }
    }

    /// Whether something was taken back that the basis may rest on.
    fn is_stale(&self) -> bool {
        self.retractions != self.observations.retractions
    }

    /// Asks until it is known where every input of every state leads.
    fn complete(&mut self) -> Result<(), Halt<T::Error>> {
        loop {
            if self.is_stale() {
                self.retractions = self.observations.retractions;
                self.basis = Basis::new();
            }
            self.observations.conclude();
            self.basis.refresh(&self.observations.tree);
            let questions = self.basis.questions(&self.observations.tree);
            if questions.is_empty() {
                return Ok(());
            }
            self.tell(false);
            self.observations.ask(questions)?;
        }
    }

    /// A shortest word for which the tree knows another answer than the hypothesis.
    fn contradiction(&self, hypothesis: &Mealy) -> Option<Vec<usize>> {
        let tree = &self.observations.tree;
        let mut level = vec![(ROOT, 0)];
        while !level.is_empty() {
            let mut next = Vec::new();
            for (node, state) in level {
                for input in 0..self.alphabet.len() {
                    let Some(edge) = tree.edge(node, input) else {
                        continue;
                    };
                    let transition = hypothesis.transition(state, input);
                    if edge.output != transition.output {
                        return Some([tree.access(node), vec![input]].concat());
                    }
                    if edge.to != tree::NOWHERE {
                        next.push((edge.to, transition.to));
                    }
                }
            }
            level = next;
        }
        None
    }

    /// Tries a hypothesis; the shortest word found that it does not stand.
    fn examine(&mut self, hypothesis: &Mealy) -> Result<Option<Vec<usize>>, Halt<T::Error>> {
        let examination = Examination::new(hypothesis);
        let mut systematic = examination.systematic(self.options.extra_states);
        let mut random = self.options.random_words;
        loop {
            // There may be more words than there is room for.
            let most = self.options.batch.max(1);
            let mut batch: Vec<_> = systematic.by_ref().take(most).collect();
            let count = random.min(most - batch.len());
            random -= count;
            batch.extend((0..count).map(|_| examination.random(&mut self.rng)));
            if batch.is_empty() {
                return Ok(None);
            }
            self.tell(true);
            self.observations.ask(batch.clone())?;
            if self.is_stale() {
                return Ok(None);
            }
            let failed = batch.iter().filter_map(|word| self.fails(hypothesis, word));
            if let Some(word) = failed.min_by_key(Vec::len) {
                return Ok(Some(word));
            }
        }
    }

    /// The part of `word` up to where the hypothesis and what is known differ.
    fn fails(&self, hypothesis: &Mealy, word: &[usize]) -> Option<Vec<usize>> {
        let known = self.observations.outputs(word);
        let expected = hypothesis.run(word);
        let at = known
            .iter()
            .zip(&expected)
            .position(|(one, other)| one != other)?;
        word.get(..=at).map(<[usize]>::to_vec)
    }

    /// Finds out where a hypothesis goes wrong on `word`, whose last answer it does not give: asks
    /// for less and less of it until the frontier knows.
    fn take_apart(&mut self, hypothesis: &Mealy, word: Vec<usize>) -> Result<(), Halt<T::Error>> {
        let mut word = word;
        word.pop();
        loop {
            let tree = &self.observations.tree;
            let Some(node) = tree.find(&word) else {
                return Ok(());
            };
            if self.basis.has(node) {
                return Ok(());
            }
            let states = &self.basis.states;
            let (Some(&state), Some(entered)) = (
                states.get(hypothesis.state_after(&word)),
                (0..=word.len()).find(|&length| {
                    let node = tree.find(&word[..length]);
                    node.is_some_and(|node| !states.contains(&node))
                }),
            ) else {
                return Ok(());
            };
            let Some(witness) = tree.apart(state, node) else {
                return Ok(());
            };
            let half = entered + (word.len() - entered) / 2;
            let (before, after) = word.split_at(half);
            let Some(&state) = states.get(hypothesis.state_after(before)) else {
                return Ok(());
            };
            let other = [tree.access(state).as_slice(), after].concat();
            let question = [other.as_slice(), &witness].concat();
            let (node, before) = (tree.find(before), before.to_vec());
            self.observations.ask(vec![question])?;
            if self.is_stale() {
                return Ok(());
            }
            let are_apart = node.is_some_and(|node| self.observations.tree.are_apart(state, node));
            word = if are_apart { before } else { other };
        }
    }

    fn tell(&mut self, examining: bool) {
        let progress = Progress {
            words: self.observations.words,
            steps: self.observations.steps,
            states: self.basis.states.len(),
            conflicts: self.observations.conflict_count(),
            examining,
        };
        (self.watch)(&progress);
    }
}
