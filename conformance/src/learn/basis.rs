//! The states found so far, and what is known of the transitions between them.

use crate::learn::Mealy;
use crate::learn::Transition;
use crate::learn::tree::NOT_FOLLOWED;
use crate::learn::tree::NOWHERE;
use crate::learn::tree::ROOT;
use crate::learn::tree::Tree;

/// Nodes of the tree that are all known to be apart: each is a state. What follows them directly
/// and is no state itself is the frontier; each of its nodes will turn out to be a state found
/// already, or a new one.
#[derive(Clone, Debug)]
pub(super) struct Basis {
    pub(super) states: Vec<usize>,
    frontier: Vec<Edge>,
}

/// A node of the frontier.
#[derive(Clone, Debug)]
struct Edge {
    state: usize,
    input: usize,
    node: usize,
    /// The states it is not known to be apart from.
    candidates: Vec<usize>,
}

impl Basis {
    /// The start is a state.
    pub(super) fn new() -> Self {
        Self {
            states: vec![ROOT],
            frontier: Vec::new(),
        }
    }

    /// Takes in what the tree has learned; nodes that are apart from every state become states.
    pub(super) fn refresh(&mut self, tree: &Tree) {
        self.extend(tree);
        for edge in &mut self.frontier {
            edge.candidates
                .retain(|&state| !tree.are_apart(self.states[state], edge.node));
        }
        let isolated = |edge: &Edge| edge.candidates.is_empty();
        while let Some(at) = self.frontier.iter().position(isolated) {
            let edge = self.frontier.remove(at);
            let state = self.states.len();
            self.states.push(edge.node);
            for edge in &mut self.frontier {
                if !tree.are_apart(self.states[state], edge.node) {
                    edge.candidates.push(state);
                }
            }
            self.extend(tree);
        }
    }

    /// Adds to the frontier what follows the states by now.
    fn extend(&mut self, tree: &Tree) {
        for (state, &node) in self.states.iter().enumerate() {
            for input in 0..tree.inputs() {
                let Some(edge) = tree.edge(node, input) else {
                    continue;
                };
                let is_known = edge.to == NOWHERE
                    || self.states.contains(&edge.to)
                    || self.frontier.iter().any(|other| other.node == edge.to);
                if !is_known {
                    let apart = |state: &usize| tree.are_apart(self.states[*state], edge.to);
                    self.frontier.push(Edge {
                        state,
                        input,
                        node: edge.to,
                        candidates: (0..self.states.len())
                            .filter(|state| !apart(state))
                            .collect(),
                    });
                }
            }
        }
    }

    /// Whether a node is a state, or right behind one.
    pub(super) fn has(&self, node: usize) -> bool {
        self.states.contains(&node) || self.frontier.iter().any(|edge| edge.node == node)
    }

    /// Words that tell more: where a state's input was never tried, and where a node may still be
    /// one of several states.
    pub(super) fn questions(&self, tree: &Tree) -> Vec<Vec<usize>> {
        let mut words = Vec::new();
        for &node in &self.states {
            let missing = (0..tree.inputs()).filter(|&input| tree.edge(node, input).is_none());
            let access = tree.access(node);
            words.extend(missing.map(|input| {
                let mut word = access.clone();
                word.push(input);
                word
            }));
        }
        for edge in &self.frontier {
            if let [one, other, ..] = edge.candidates[..]
                && let Some(witness) = tree.apart(self.states[one], self.states[other])
            {
                let mut word = tree.access(edge.node);
                word.extend(witness);
                words.push(word);
            }
        }
        words
    }

    /// The machine that all of this amounts to, once there are no questions. Its states are those
    /// of the basis, in order; a last one stands for what is behind racy steps.
    pub(super) fn hypothesis(&self, tree: &Tree, alphabet: &[String]) -> Mealy {
        let nowhere = self.states.len();
        let mut is_racy = false;
        let mut states: Vec<Vec<Transition>> = Vec::with_capacity(nowhere);
        for (state, &node) in self.states.iter().enumerate() {
            let row = (0..tree.inputs()).filter_map(|input| {
                let edge = tree.edge(node, input)?;
                let to = if edge.to == NOWHERE {
                    is_racy = true;
                    nowhere
                } else {
                    self.meaning(state, input, edge.to)
                };
                Some(Transition {
                    output: edge.output.clone(),
                    to,
                })
            });
            states.push(row.collect());
        }
        if is_racy {
            let stay = Transition {
                output: NOT_FOLLOWED.into(),
                to: nowhere,
            };
            states.push(vec![stay; tree.inputs()]);
        }
        Mealy {
            alphabet: alphabet.to_vec(),
            states,
        }
    }

    /// The state that a node behind a state is.
    fn meaning(&self, state: usize, input: usize, node: usize) -> usize {
        if let Some(place) = self.states.iter().position(|&other| other == node) {
            return place;
        }
        let edge = self
            .frontier
            .iter()
            .find(|edge| edge.state == state && edge.input == input);
        edge.and_then(|edge| edge.candidates.first().copied())
            .unwrap_or(0)
    }
}
