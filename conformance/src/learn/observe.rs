//! Asking, and keeping what was answered.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::learn::Conflict;
use crate::learn::Options;
use crate::learn::Teacher;
use crate::learn::conflict::winner;
use crate::learn::tree::Edge;
use crate::learn::tree::NOT_FOLLOWED;
use crate::learn::tree::NOWHERE;
use crate::learn::tree::RACY;
use crate::learn::tree::ROOT;
use crate::learn::tree::Tree;

/// A teacher, and all that it has said.
#[derive(Debug)]
pub(super) struct Observations<'a, T> {
    pub(super) tree: Tree,
    teacher: &'a mut T,
    options: &'a Options,
    /// Every step that ever answered in more than one way, by the word that leads through it.
    conflicts: BTreeMap<Vec<usize>, Conflict>,
    /// Inputs that were racy somewhere, and the outputs they had there.
    suspects: BTreeMap<usize, BTreeSet<Arc<str>>>,
    /// How many nodes the tree had when somebody last drew conclusions from it.
    horizon: usize,
    /// Counts the times that something was taken back from which conclusions had been drawn.
    pub(super) retractions: usize,
    pub(super) words: usize,
    pub(super) steps: usize,
}

/// Why no more is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Halt<E> {
    /// As many words were asked as may be.
    OutOfWords,
    /// More steps were racy than is put up with.
    TooRacy,
    /// The teacher's own reason.
    Teacher(E),
}

impl<'a, T: Teacher> Observations<'a, T> {
    pub(super) fn new(teacher: &'a mut T, inputs: usize, options: &'a Options) -> Self {
        Self {
            tree: Tree::new(inputs),
            teacher,
            options,
            conflicts: BTreeMap::new(),
            suspects: BTreeMap::new(),
            horizon: 0,
            retractions: 0,
            words: 0,
            steps: 0,
        }
    }

    /// Every conflict, the shortest word first.
    pub(super) fn conflicts(&self) -> Vec<Conflict> {
        let mut conflicts: Vec<Conflict> = self.conflicts.values().cloned().collect();
        conflicts.sort_by_key(|conflict| conflict.word.len());
        conflicts
    }

    pub(super) fn conflict_count(&self) -> usize {
        self.conflicts.len()
    }

    /// Asks those words whose answers are not known, and keeps the answers. A word that ran into a
    /// conflict may be known in part only afterwards.
    pub(super) fn ask(&mut self, mut words: Vec<Vec<usize>>) -> Result<(), Halt<T::Error>> {
        words.retain(|word| !self.tree.knows(word));
        words.sort_unstable();
        words.dedup();
        // In this order a word stands right before the first that begins with it.
        let mut longest: Vec<Vec<usize>> = Vec::with_capacity(words.len());
        for word in words.into_iter().rev() {
            if !longest.last().is_some_and(|last| last.starts_with(&word)) {
                longest.push(word);
            }
        }
        for batch in longest.chunks(self.options.batch.max(1)) {
            self.ask_once(batch)?;
            // Who has contradicted himself is asked everything twice.
            if !self.conflicts.is_empty() {
                self.ask_once(batch)?;
            }
        }
        Ok(())
    }

    fn ask_once(&mut self, words: &[Vec<usize>]) -> Result<(), Halt<T::Error>> {
        let answers = self.put(words)?;
        for (word, outputs) in words.iter().zip(answers) {
            self.keep(word, &outputs)?;
        }
        Ok(())
    }

    /// Makes sure of the last answer to `word`, which it takes several votes to believe; whether
    /// it stands.
    pub(super) fn confirm(&mut self, word: &[usize]) -> Result<bool, Halt<T::Error>> {
        let before = self.outputs(word);
        if self
            .last_edge(word)
            .is_some_and(|edge| edge.tally.is_none())
        {
            self.vote(word, None)?;
        }
        Ok(before.len() == word.len() && self.outputs(word) == before)
    }

    /// Notes that conclusions are drawn from what is known.
    pub(super) fn conclude(&mut self) {
        self.horizon = self.tree.len();
    }

    fn last_edge(&self, word: &[usize]) -> Option<&Edge> {
        let (&input, before) = word.split_last()?;
        self.tree.edge(self.tree.find(before)?, input)
    }

    /// Puts words to the teacher as they are.
    fn put(&mut self, words: &[Vec<usize>]) -> Result<Vec<Vec<Arc<str>>>, Halt<T::Error>> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        if self.words + words.len() > self.options.max_words {
            return Err(Halt::OutOfWords);
        }
        let racy = self.conflicts.values().filter(|it| it.settled.is_none());
        if racy.count() > self.options.max_racy {
            return Err(Halt::TooRacy);
        }
        self.words += words.len();
        self.steps += words.iter().map(Vec::len).sum::<usize>();
        self.teacher.ask(words).map_err(Halt::Teacher)
    }

    /// Keeps an answer as far as it agrees with what is known.
    fn keep(&mut self, word: &[usize], outputs: &[Arc<str>]) -> Result<(), Halt<T::Error>> {
        let mut at = ROOT;
        for (length, (&input, output)) in (1..).zip(word.iter().zip(outputs)) {
            let prefix = &word[..length];
            let Some(edge) = self.tree.edge_mut(at, input) else {
                at = self.tree.grow(at, input, Arc::clone(output));
                if self.is_suspect(input, output) {
                    self.vote(prefix, None)?;
                    match self.tree.find(prefix) {
                        Some(to) if to == at => {}
                        _ => return Ok(()),
                    }
                }
                continue;
            };
            if edge.to == NOWHERE {
                if let Some(tally) = &mut edge.tally {
                    *tally.entry(Arc::clone(output)).or_default() += 1;
                }
                self.report(at, prefix);
                return Ok(());
            }
            let agrees = edge.output == *output;
            if let Some(tally) = &mut edge.tally {
                *tally.entry(Arc::clone(output)).or_default() += 1;
                self.settle(at, prefix);
            } else if !agrees {
                self.vote(prefix, Some(output))?;
            }
            match self.tree.edge(at, input) {
                Some(edge) if edge.to != NOWHERE && edge.output == *output => at = edge.to,
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    fn is_suspect(&self, input: usize, output: &Arc<str>) -> bool {
        let outputs = self.suspects.get(&input);
        outputs.is_some_and(|outputs| outputs.contains(output))
    }

    /// Has the last step of a known word answered again, several times, and decides. `seen` is
    /// what came back when it was not what was known.
    fn vote(&mut self, word: &[usize], seen: Option<&Arc<str>>) -> Result<(), Halt<T::Error>> {
        let Some((&input, before)) = word.split_last() else {
            return Ok(());
        };
        let again = vec![word.to_vec(); self.options.votes];
        let answers = self.put(&again)?;
        let Some(at) = self.tree.find(before).filter(|at| *at != NOWHERE) else {
            return Ok(());
        };
        let expected = self.outputs(before);
        let mut tally = BTreeMap::new();
        let mut astray = None;
        for outputs in answers {
            // A run that went another way before is no vote on this step.
            match (0..)
                .zip(expected.iter().zip(&outputs))
                .find(|(_, (one, other))| one != other)
            {
                Some((place, (_, output))) => astray = Some((place, Arc::clone(output))),
                None => {
                    if let Some(last) = outputs.get(before.len()) {
                        *tally.entry(Arc::clone(last)).or_default() += 1;
                    }
                }
            }
        }
        if tally.is_empty() {
            self.take_back(at, input);
            self.tree.cut(at, input);
        } else if let Some(edge) = self.tree.edge_mut(at, input) {
            tally.entry(Arc::clone(&edge.output)).or_insert(1);
            if let Some(seen) = seen {
                tally.entry(Arc::clone(seen)).or_insert(1);
            }
            edge.tally = Some(tally);
            self.settle(at, word);
        }
        if let Some((place, output)) = astray {
            let earlier = &word[..=place];
            if self
                .last_edge(earlier)
                .is_some_and(|edge| edge.tally.is_none())
            {
                self.vote(earlier, Some(&output))?;
            }
        }
        Ok(())
    }

    /// Makes an edge what the votes say.
    fn settle(&mut self, at: usize, word: &[usize]) {
        let Some(&input) = word.last() else { return };
        let Some(edge) = self.tree.edge(at, input) else {
            return;
        };
        let Some(tally) = edge.tally.clone() else {
            return;
        };
        // What was racy elsewhere has to be clear here.
        let is_suspect = tally.keys().any(|output| self.is_suspect(input, output));
        let majority = if is_suspect {
            NEARLY_ALL
        } else {
            self.options.majority
        };
        match winner(&tally, majority) {
            Some(output) if output == edge.output => {}
            Some(output) => {
                self.take_back(at, input);
                self.tree.grow(at, input, output);
            }
            None => {
                self.take_back(at, input);
                if let Some(edge) = self.tree.edge_mut(at, input) {
                    edge.output = RACY.into();
                    edge.to = NOWHERE;
                }
                self.suspect(input, tally.keys());
            }
        }
        if let Some(edge) = self.tree.edge_mut(at, input) {
            edge.tally = Some(tally);
        }
        self.report(at, word);
    }

    /// From now on, those outputs are not believed on one answer. Neither are they where they came
    /// before: that is forgotten, to be asked again.
    fn suspect<'b>(&mut self, input: usize, outputs: impl Iterator<Item = &'b Arc<str>>) {
        let suspects = self.suspects.entry(input).or_default();
        let before = suspects.len();
        suspects.extend(outputs.cloned());
        if suspects.len() == before {
            return;
        }
        let mut nodes = vec![ROOT];
        while let Some(node) = nodes.pop() {
            for other in 0..self.tree.inputs() {
                let Some(edge) = self.tree.edge(node, other) else {
                    continue;
                };
                let is_doubtful = other == input && edge.tally.is_none();
                if is_doubtful && self.is_suspect(input, &edge.output) {
                    self.take_back(node, other);
                    self.tree.cut(node, other);
                } else if edge.to != NOWHERE {
                    nodes.push(edge.to);
                }
            }
        }
    }

    /// Counts what is taken back, if it was there when conclusions were drawn.
    fn take_back(&mut self, at: usize, input: usize) {
        let edge = self.tree.edge(at, input);
        if edge.is_some_and(|edge| edge.to < self.horizon) {
            self.retractions += 1;
        }
    }

    /// Brings the report of a step up to date, if it ever had two answers.
    fn report(&mut self, at: usize, word: &[usize]) {
        let Some(&input) = word.last() else { return };
        let Some(edge) = self.tree.edge(at, input) else {
            return;
        };
        let Some(tally) = edge.tally.as_ref().filter(|tally| tally.len() > 1) else {
            return;
        };
        let conflict = Conflict {
            word: word.to_vec(),
            outputs: tally.clone(),
            settled: (edge.to != NOWHERE).then(|| Arc::clone(&edge.output)),
        };
        self.conflicts.insert(word.to_vec(), conflict);
    }

    /// What is known to come back for `word`.
    pub(super) fn outputs(&self, word: &[usize]) -> Vec<Arc<str>> {
        let mut at = ROOT;
        let mut outputs = Vec::with_capacity(word.len());
        for &input in word {
            if at == NOWHERE {
                outputs.push(NOT_FOLLOWED.into());
                continue;
            }
            let Some(edge) = self.tree.edge(at, input) else {
                break;
            };
            outputs.push(Arc::clone(&edge.output));
            at = edge.to;
        }
        outputs
    }
}

/// The majority for an input that is racy elsewhere: one vote of twenty may differ.
const NEARLY_ALL: f64 = 0.95;
