//! Words to try a hypothesis with.

use std::collections::VecDeque;

use fastrand::Rng;

use crate::learn::Mealy;

/// A hypothesis, and the words that tell its states from each other.
#[derive(Debug)]
pub(super) struct Examination<'a> {
    machine: &'a Mealy,
    access: Vec<Vec<usize>>,
    /// For each state, words that tell it from every other; two states share the word that tells
    /// them apart.
    identifiers: Vec<Vec<Vec<usize>>>,
}

impl<'a> Examination<'a> {
    pub(super) fn new(machine: &'a Mealy) -> Self {
        let access = machine.access().into_iter();
        Self {
            machine,
            access: access.map(Option::unwrap_or_default).collect(),
            identifiers: identifiers(machine),
        }
    }

    /// Every transition, every way of `extra` further steps, and then every word that tells the
    /// state: a machine that answers all of them alike and has at most `extra` states more than
    /// the hypothesis is the same machine.
    pub(super) fn systematic(&self, extra: usize) -> impl Iterator<Item = Vec<usize>> {
        ways(self.machine.alphabet.len(), extra).flat_map(|way| self.along(&way))
    }

    /// The words that go this way from every state, one step further, and tell where that leads:
    /// shortest first, and not one state after the other.
    fn along(&self, way: &[usize]) -> Vec<Vec<usize>> {
        let mut words = Vec::new();
        for access in &self.access {
            for input in 0..self.machine.alphabet.len() {
                let word = [access.as_slice(), way, &[input]].concat();
                let state = self.machine.state_after(&word);
                for identifier in &self.identifiers[state] {
                    words.push([word.as_slice(), identifier].concat());
                }
                if self.identifiers[state].is_empty() {
                    words.push(word);
                }
            }
        }
        words.sort_by_key(Vec::len);
        words
    }

    /// To a state, on by chance, and a word that tells the state. Chance likes to repeat itself:
    /// what counts is found by doing the same again.
    pub(super) fn random(&self, rng: &mut Rng) -> Vec<usize> {
        let mut word = rng.choice(&self.access).cloned().unwrap_or_default();
        let inputs = self.machine.alphabet.len();
        for _ in 0..1 + rng.usize(0..LONGEST_WALK) {
            let Some(input) = rng.choice(0..inputs) else {
                return word;
            };
            let times = if rng.u8(0..8) == 0 {
                rng.usize(2..=5)
            } else {
                1
            };
            word.extend(std::iter::repeat_n(input, times));
        }
        let state = self.machine.state_after(&word);
        if let Some(identifier) = rng.choice(&self.identifiers[state]) {
            word.extend(identifier);
        }
        word
    }
}

/// All words of a length, one after the other.
fn ways(inputs: usize, length: usize) -> impl Iterator<Item = Vec<usize>> {
    let first = (inputs > 0 || length == 0).then(|| vec![0; length]);
    std::iter::successors(first, move |way| {
        let mut next = way.clone();
        for input in next.iter_mut().rev() {
            *input += 1;
            if *input < inputs {
                return Some(next);
            }
            *input = 0;
        }
        None
    })
}

/// How far chance walks on from a state.
const LONGEST_WALK: usize = 8;

/// Words that tell each state from the others.
fn identifiers(machine: &Mealy) -> Vec<Vec<Vec<usize>>> {
    let count = machine.states.len();
    let mut sets: Vec<Vec<Vec<usize>>> = vec![Vec::new(); count];
    let apart = first_steps_apart(machine);
    for one in 0..count {
        for other in one + 1..count {
            let is_told = sets[one]
                .iter()
                .any(|word| tells(machine, one, other, word));
            if is_told
                && sets[other]
                    .iter()
                    .any(|word| tells(machine, one, other, word))
            {
                continue;
            }
            let word = word_apart(machine, &apart, one, other);
            sets[one].push(word.clone());
            sets[other].push(word);
        }
    }
    for set in &mut sets {
        set.sort();
        set.dedup();
        let words = set.clone();
        set.retain(|word| {
            let longer = |other: &&Vec<usize>| other.len() > word.len() && other.starts_with(word);
            words.iter().find(longer).is_none()
        });
    }
    sets
}

/// Whether two states answer `word` differently.
fn tells(machine: &Mealy, mut one: usize, mut other: usize, word: &[usize]) -> bool {
    for &input in word {
        let left = machine.transition(one, input);
        let right = machine.transition(other, input);
        if left.output != right.output {
            return true;
        }
        (one, other) = (left.to, right.to);
    }
    false
}

/// For each pair of states the input that begins a shortest word that tells them apart.
fn first_steps_apart(machine: &Mealy) -> Vec<Vec<Option<usize>>> {
    let count = machine.states.len();
    let inputs = machine.alphabet.len();
    let mut first = vec![vec![None; count]; count];
    let mut before: Vec<Vec<(usize, usize, usize)>> = vec![Vec::new(); count * count];
    let mut queue = VecDeque::new();
    let all = (0..count).flat_map(|one| (0..count).map(move |other| (one, other)));
    for (one, other) in all {
        for input in 0..inputs {
            let left = machine.transition(one, input);
            let right = machine.transition(other, input);
            if left.output == right.output {
                before[left.to * count + right.to].push((one, other, input));
            } else if first[one][other].is_none() {
                first[one][other] = Some(input);
                queue.push_back((one, other));
            }
        }
    }
    while let Some((left, right)) = queue.pop_front() {
        for &(one, other, input) in &before[left * count + right] {
            if first[one][other].is_none() {
                first[one][other] = Some(input);
                queue.push_back((one, other));
            }
        }
    }
    first
}

/// The word that begins with those steps, up to where the answers differ.
fn word_apart(
    machine: &Mealy,
    first: &[Vec<Option<usize>>],
    mut one: usize,
    mut other: usize,
) -> Vec<usize> {
    let mut word = Vec::new();
    while let Some(input) = first[one][other] {
        word.push(input);
        let left = machine.transition(one, input);
        let right = machine.transition(other, input);
        if left.output != right.output {
            break;
        }
        (one, other) = (left.to, right.to);
    }
    word
}
