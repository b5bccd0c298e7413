//! Who answers.

use std::sync::Arc;

/// Answers words of inputs, each from a fresh start.
///
/// Inputs are places in the alphabet. Words do not depend on each other, so a teacher is free to
/// try them side by side and in any order.
pub trait Teacher {
    /// Why it can go on no longer.
    type Error;

    /// What comes back for every input of every word.
    ///
    /// # Errors
    ///
    /// If the system cannot be reached, or somebody wants it to stop.
    fn ask(&mut self, words: &[Vec<usize>]) -> Result<Vec<Vec<Arc<str>>>, Self::Error>;
}

/// A machine that takes one input after the other.
pub trait System {
    /// Why it can go on no longer.
    type Error;

    /// Back to the start.
    ///
    /// # Errors
    ///
    /// If the system cannot be brought there.
    fn reset(&mut self) -> Result<(), Self::Error>;

    /// Takes an input and says what comes back.
    ///
    /// # Errors
    ///
    /// If the system cannot be reached any more.
    fn step(&mut self, input: usize) -> Result<Arc<str>, Self::Error>;
}

/// A teacher with a single system, which is asked one word after the other.
#[derive(Clone, Debug)]
pub struct Alone<S>(pub S);

impl<S: System> Teacher for Alone<S> {
    type Error = S::Error;

    fn ask(&mut self, words: &[Vec<usize>]) -> Result<Vec<Vec<Arc<str>>>, S::Error> {
        let mut answers = Vec::with_capacity(words.len());
        for word in words {
            self.0.reset()?;
            let outputs: Result<_, _> = word.iter().map(|&input| self.0.step(input)).collect();
            answers.push(outputs?);
        }
        Ok(answers)
    }
}
