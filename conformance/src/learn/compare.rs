//! Two machines, held against each other.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::learn::Mealy;

/// How two machines differ on the inputs that both have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Comparison {
    /// Inputs that only the left machine has.
    pub only_left: Vec<String>,
    /// Inputs that only the right machine has.
    pub only_right: Vec<String>,
    /// The differences, each kind once, shortest word first.
    pub differences: Vec<Difference>,
}

/// A kind of difference: an input that is answered in one way here and in another there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// A shortest word that shows it; its last input is the one that is answered differently.
    pub word: Vec<String>,
    /// What the left machine answers.
    pub left: Arc<str>,
    /// What the right machine answers.
    pub right: Arc<str>,
    /// In how many pairs of states it shows.
    pub places: usize,
}

impl Comparison {
    /// Whether there is no difference.
    #[must_use]
    pub const fn is_same(&self) -> bool {
        self.differences.is_empty() && self.only_left.is_empty() && self.only_right.is_empty()
    }
}

/// Compares two machines by all words that both answer alike up to the last input, none longer
/// than `longest`.
#[must_use]
pub fn compare(left: &Mealy, right: &Mealy, longest: usize) -> Comparison {
    let missing = |here: &Mealy, there: &Mealy| -> Vec<String> {
        let names = here.alphabet.iter();
        names
            .filter(|name| !there.alphabet.contains(name))
            .cloned()
            .collect()
    };
    let shared: Vec<(usize, usize)> = (0..left.alphabet.len())
        .filter_map(|input| {
            let name = &left.alphabet[input];
            let other = right.alphabet.iter().position(|other| other == name)?;
            Some((input, other))
        })
        .collect();
    let mut kinds: BTreeMap<(usize, Arc<str>, Arc<str>), Difference> = BTreeMap::new();
    let mut seen = BTreeSet::from([(0, 0)]);
    let mut queue = VecDeque::from([(0, 0, Vec::new())]);
    while let Some((one, other, word)) = queue.pop_front() {
        if word.len() >= longest {
            continue;
        }
        for &(input, twin) in &shared {
            let here = left.transition(one, input);
            let there = right.transition(other, twin);
            let mut longer: Vec<usize> = word.clone();
            longer.push(input);
            if here.output != there.output {
                let kind = (input, Arc::clone(&here.output), Arc::clone(&there.output));
                let first = || Difference {
                    word: longer
                        .iter()
                        .map(|&input| left.alphabet[input].clone())
                        .collect(),
                    left: Arc::clone(&here.output),
                    right: Arc::clone(&there.output),
                    places: 0,
                };
                kinds.entry(kind).or_insert_with(first).places += 1;
            } else if seen.insert((here.to, there.to)) {
                queue.push_back((here.to, there.to, longer));
            }
        }
    }
    let mut differences: Vec<Difference> = kinds.into_values().collect();
    differences.sort_by_key(|difference| difference.word.len());
    Comparison {
        only_left: missing(left, right),
        only_right: missing(right, left),
        differences,
    }
}
