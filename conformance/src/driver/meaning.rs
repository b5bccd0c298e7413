//! What the states of a learned model are, by what they answer.

use crate::driver::Act;
use crate::driver::Symbol;
use crate::driver::letter;
use crate::learn::Mealy;

/// What each state of a model over driver symbols means: which connections are open, which have a
/// session, and whether the latest session can be renewed. Empty where the model does not tell.
#[must_use]
pub fn meanings(model: &Mealy) -> Vec<String> {
    (0..model.states.len())
        .map(|state| View { model, state }.meaning())
        .collect()
}

/// A model from one of its states.
struct View<'a> {
    model: &'a Mealy,
    state: usize,
}

impl View<'_> {
    fn meaning(&self) -> String {
        let mut words = Vec::new();
        let mut has_owner = false;
        for line in 0..4 {
            let Some(open) = self.last(&[(line, Act::Open)]) else {
                continue;
            };
            let letter = letter(line);
            if open.starts_with("open") {
                continue;
            }
            let is_live = self
                .last(&[(line, Act::Ping)])
                .is_some_and(|pong| pong.starts_with("pong"));
            if !is_live && self.is_stuck(line) {
                words.push(format!("{letter} stuck"));
            } else if !is_live {
                words.push(format!("{letter} open"));
            } else if self.is_owner(line) {
                has_owner = true;
                words.push(format!("{letter} session"));
            } else {
                words.push(format!("{letter} other session"));
            }
        }
        if words.is_empty() {
            words.push("nothing open".to_owned());
        }
        if !has_owner && self.can_renew() {
            words.push("session left".to_owned());
        }
        words.join(", ")
    }

    /// Whether the latest session is that of the connection: another can take it away.
    fn is_owner(&self, line: usize) -> bool {
        let closed = format!("{}: closed", letter(line));
        let others = (0..4).filter(|other| *other != line);
        let mut taken = others.filter_map(|other| self.renewal(other));
        taken
            .next()
            .is_none_or(|answer| answer.starts_with("same session") && answer.contains(&closed))
    }

    /// Whether a connection without a session cannot get one any more.
    fn is_stuck(&self, line: usize) -> bool {
        self.last(&[(line, Act::New)])
            .is_some_and(|answer| !answer.contains("session"))
    }

    fn can_renew(&self) -> bool {
        let mut renewals = (0..4).filter_map(|line| self.renewal(line));
        renewals.any(|answer| answer.starts_with("same session"))
    }

    /// The answer to a renewal on a fresh connection.
    fn renewal(&self, line: usize) -> Option<String> {
        self.last(&[(line, Act::Open), (line, Act::Renew)])
            .filter(|answer| answer.starts_with("same session"))
            .or_else(|| self.last(&[(line, Act::Cut), (line, Act::Open), (line, Act::Renew)]))
    }

    /// The last answer to what is done one after the other; `None` if the model lacks a symbol.
    fn last(&self, acts: &[(usize, Act)]) -> Option<String> {
        let mut state = self.state;
        let mut last = None;
        for &(line, act) in acts {
            let name = Symbol { line, act }.to_string();
            let input = self
                .model
                .alphabet
                .iter()
                .position(|known| *known == name)?;
            let transition = self.model.transition(state, input);
            last = Some(transition.output.to_string());
            state = transition.to;
        }
        last
    }
}
