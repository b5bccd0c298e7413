//! A learned model as a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;

use crate::learn::Conflict;
use crate::learn::Mealy;
use crate::learn::Transition;

/// What a file of a model holds. Equal machines make equal files but for `about`, `states` and
/// `conflicts`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ModelFile {
    /// The version of this form: 1.
    pub version: u32,
    /// What was learned, for people.
    pub about: String,
    /// The names of the inputs.
    pub alphabet: Vec<String>,
    /// The states, in order.
    pub states: Vec<State>,
    /// What each state does on each input, in order.
    pub transitions: Vec<Row>,
    /// Steps that answered in more than one way while it was learned.
    #[serde(default)]
    pub conflicts: Vec<Contradiction>,
}

/// A state.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct State {
    /// Its number.
    pub state: usize,
    /// A shortest word that leads there.
    pub access: String,
    /// What it means, for people; empty if nobody said.
    #[serde(default)]
    pub means: String,
}

/// A transition.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// The state before.
    pub from: usize,
    /// The input.
    pub input: String,
    /// What comes back.
    pub output: String,
    /// The state after.
    pub to: usize,
}

/// A step that answered in more than one way.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Contradiction {
    /// The word up to and with the step.
    pub word: String,
    /// How often each output came.
    pub outputs: BTreeMap<String, usize>,
    /// The one that was taken; none if the step is racy.
    pub settled: Option<String>,
}

/// Why a file is no model.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum FileError {
    /// Another form.
    #[error("version {0} of the form is not known; this program knows version 1")]
    Version(u32),
    /// An input that is not in the alphabet.
    #[error("transition {row}: there is no input called {input:?} in the alphabet")]
    Input {
        /// The transition's place.
        row: usize,
        /// The input's name.
        input: String,
    },
    /// A state that there is not.
    #[error("transition {row}: there is no state {state}")]
    State {
        /// The transition's place.
        row: usize,
        /// The state's number.
        state: usize,
    },
    /// The machine would have two minds.
    #[error("transition {row}: state {state} has {input:?} twice")]
    Twice {
        /// The transition's place.
        row: usize,
        /// The state's number.
        state: usize,
        /// The input's name.
        input: String,
    },
    /// The machine would not know what to do.
    #[error("state {state} has no transition for {input:?}")]
    Missing {
        /// The state's number.
        state: usize,
        /// The input's name.
        input: String,
    },
    /// A state that is not in its place, so that what is said of it would be said of another.
    #[error("state {state} stands where state {place} should")]
    Order {
        /// Its place.
        place: usize,
        /// Its number.
        state: usize,
    },
    /// Nowhere to start.
    #[error("there are no states")]
    Empty,
}

impl ModelFile {
    /// The file of a machine; `means` says of each state what it is.
    #[must_use]
    pub fn new(
        about: impl Into<String>,
        model: &Mealy,
        means: &[String],
        conflicts: &[Conflict],
    ) -> Self {
        let access = model.access();
        let states = access.iter().enumerate().map(|(state, word)| State {
            state,
            access: word
                .as_ref()
                .map_or_else(String::new, |word| model.spell(word)),
            means: means.get(state).cloned().unwrap_or_default(),
        });
        let transitions = model.states.iter().enumerate().flat_map(|(from, row)| {
            row.iter()
                .zip(&model.alphabet)
                .map(move |(transition, input)| Row {
                    from,
                    input: input.clone(),
                    output: transition.output.to_string(),
                    to: transition.to,
                })
        });
        let conflicts = conflicts.iter().map(|conflict| Contradiction {
            word: model.spell(&conflict.word),
            outputs: conflict
                .outputs
                .iter()
                .map(|(output, count)| (output.to_string(), *count))
                .collect(),
            settled: conflict.settled.as_ref().map(ToString::to_string),
        });
        Self {
            version: 1,
            about: about.into(),
            alphabet: model.alphabet.clone(),
            states: states.collect(),
            transitions: transitions.collect(),
            conflicts: conflicts.collect(),
        }
    }

    /// The machine.
    ///
    /// # Errors
    ///
    /// If the file does not say of every state what it does on every input, once.
    pub fn model(&self) -> Result<Mealy, FileError> {
        if self.version != 1 {
            return Err(FileError::Version(self.version));
        }
        if self.states.is_empty() {
            return Err(FileError::Empty);
        }
        let mut places = self.states.iter().enumerate();
        if let Some((place, state)) = places.find(|(place, it)| it.state != *place) {
            let state = state.state;
            return Err(FileError::Order { place, state });
        }
        let count = self.states.len();
        let mut states = vec![vec![None; self.alphabet.len()]; count];
        for (row, transition) in self.transitions.iter().enumerate() {
            let Row {
                from,
                input,
                output,
                to,
            } = transition;
            let known = self.alphabet.iter().position(|name| name == input);
            let place = known.ok_or_else(|| FileError::Input {
                row,
                input: input.clone(),
            })?;
            if let Some(&state) = [from, to].into_iter().find(|state| **state >= count) {
                return Err(FileError::State { row, state });
            }
            let transition = Transition {
                output: Arc::from(output.as_str()),
                to: *to,
            };
            if states[*from][place].replace(transition).is_some() {
                return Err(FileError::Twice {
                    row,
                    state: *from,
                    input: input.clone(),
                });
            }
        }
        let mut complete = Vec::with_capacity(count);
        for (state, row) in states.into_iter().enumerate() {
            let row = row.into_iter().zip(&self.alphabet);
            let row: Result<Vec<_>, _> = row
                .map(|(transition, input)| {
                    transition.ok_or_else(|| FileError::Missing {
                        state,
                        input: input.clone(),
                    })
                })
                .collect();
            complete.push(row?);
        }
        Ok(Mealy {
            alphabet: self.alphabet.clone(),
            states: complete,
        })
    }
}
