//! What is learned: a machine with states, inputs and outputs.

use std::collections::VecDeque;
use std::sync::Arc;

/// A Mealy machine: every state has, for every input, an output and the state after it. State 0
/// is where it starts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mealy {
    /// The names of the inputs.
    pub alphabet: Vec<String>,
    /// What each state does on each input.
    pub states: Vec<Vec<Transition>>,
}

/// What a state does on an input.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Transition {
    /// What comes back.
    pub output: Arc<str>,
    /// The state after it.
    pub to: usize,
}

impl Mealy {
    /// What state `from` does on `input`, both of which there must be.
    #[must_use]
    pub fn transition(&self, from: usize, input: usize) -> &Transition {
        &self.states[from][input]
    }

    /// The state after `word`.
    #[must_use]
    pub fn state_after(&self, word: &[usize]) -> usize {
        let step = |state, &input: &usize| self.transition(state, input).to;
        word.iter().fold(0, step)
    }

    /// What comes back for each input of `word`.
    #[must_use]
    pub fn run(&self, word: &[usize]) -> Vec<Arc<str>> {
        let mut state = 0;
        let mut outputs = Vec::with_capacity(word.len());
        for &input in word {
            let Transition { output, to } = self.transition(state, input);
            outputs.push(Arc::clone(output));
            state = *to;
        }
        outputs
    }

    /// The shortest word to each state, the first in the alphabet's order; `None` for a state that
    /// no word leads to.
    #[must_use]
    pub fn access(&self) -> Vec<Option<Vec<usize>>> {
        let mut words = vec![None; self.states.len()];
        if let Some(first) = words.first_mut() {
            *first = Some(Vec::new());
        }
        let mut queue = VecDeque::from([(0, Vec::new())]);
        while let Some((state, word)) = queue.pop_front() {
            let Some(row) = self.states.get(state) else {
                continue;
            };
            for (input, transition) in row.iter().enumerate() {
                if let Some(unseen @ None) = words.get_mut(transition.to) {
                    let mut longer: Vec<usize> = word.clone();
                    longer.push(input);
                    *unseen = Some(longer.clone());
                    queue.push_back((transition.to, longer));
                }
            }
        }
        words
    }

    /// The same machine with its states numbered in the order in which words in length and
    /// alphabet reach them. Minimal machines that behave alike become equal.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let access = self.access();
        let mut order: Vec<usize> = (0..self.states.len())
            .filter(|&state| access[state].is_some())
            .collect();
        order.sort_by_key(|&state| {
            access[state]
                .as_ref()
                .map(|word| (word.len(), word.clone()))
        });
        let mut place = vec![0; self.states.len()];
        for (at, &state) in order.iter().enumerate() {
            place[state] = at;
        }
        let renumbered = order.iter().map(|&state| {
            let row = self.states[state].iter().map(|transition| Transition {
                output: Arc::clone(&transition.output),
                to: place[transition.to],
            });
            row.collect()
        });
        Self {
            alphabet: self.alphabet.clone(),
            states: renumbered.collect(),
        }
    }

    /// A word of the alphabet, written out.
    #[must_use]
    pub fn spell(&self, word: &[usize]) -> String {
        let names: Vec<&str> = word
            .iter()
            .map(|&input| self.alphabet[input].as_str())
            .collect();
        names.join(" ")
    }
}
