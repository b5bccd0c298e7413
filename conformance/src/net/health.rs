//! Whether a server that is asked many things still answers at all.

use crate::driver::Act;
use crate::driver::NOT_DONE;
use crate::driver::Symbol;
use crate::hunt::Run;
use crate::net::teacher::is_silence;
use crate::player::Happening;

/// What is known of a server's health, and which words may have done it harm.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Whether it answered a handshake before anything else was done to it.
    answers: Option<bool>,
    /// Words that were over when nobody had been answered since, and whether each looks innocent.
    suspects: Vec<(bool, Vec<Symbol>)>,
    /// How many words before these were proved harmless.
    cleared: usize,
}

impl Health {
    /// Whether nobody has asked yet.
    pub(super) const fn is_unknown(&self) -> bool {
        self.answers.is_none()
    }

    /// Takes in how it is at the beginning.
    pub(super) const fn first(&mut self, answers: bool) {
        self.answers = Some(answers);
    }

    /// How many words are over: for one that is asked now.
    pub(super) const fn mark(&self) -> usize {
        self.cleared + self.suspects.len()
    }

    /// Takes in a word that was asked at `mark`; whether a handshake in it was not answered, as it was
    /// at the beginning.
    pub(super) fn note(&mut self, mark: usize, word: Vec<Symbol>, run: &Run) -> bool {
        if has_come(run) {
            // Whatever was over by then did no harm.
            let harmless = mark.saturating_sub(self.cleared).min(self.suspects.len());
            self.suspects.drain(..harmless);
            self.cleared += harmless;
        } else if greets(&word) {
            return self.answers == Some(true);
        }
        self.suspects.push(done(word, run));
        false
    }

    /// The words one of which did harm: the most suspicious first, and the shortest of them.
    pub(super) fn suspects(&mut self) -> Vec<Vec<Symbol>> {
        let mut suspects = std::mem::take(&mut self.suspects);
        suspects.retain(|(_, word)| {
            // With that it began.
            !GREETING.iter().copied().eq(word.iter().copied())
                && word.iter().any(|symbol| symbol.act.sends())
        });
        suspects.sort_by_key(|(innocent, word)| (*innocent, word.len(), word.clone()));
        let mut words: Vec<_> = suspects.into_iter().map(|(_, word)| word).collect();
        words.dedup();
        words
    }
}

/// What any server answers.
pub(super) const GREETING: [Symbol; 2] = [on_first(Act::Open), on_first(Act::New)];

const fn on_first(act: Act) -> Symbol {
    Symbol { line: 0, act }
}

/// Whether anything came of a run from the server.
pub(super) fn has_come(run: &Run) -> bool {
    let mut log = run.log.iter();
    log.any(|event| matches!(event.what, Happening::Received(_) | Happening::Ended(_)))
}

/// Whether a word looks innocent: it was answered to its end, or it began with a handshake and had no
/// answer at all, as everybody then. And what was done of it, up to where the server said nothing.
fn done(word: Vec<Symbol>, run: &Run) -> (bool, Vec<Symbol>) {
    let silent = run.answers.iter().position(|said| is_silence(said));
    let answers = run
        .answers
        .iter()
        .take(silent.map_or(usize::MAX, |at| at + 1));
    let steps = word.into_iter().zip(answers);
    let steps = steps.filter(|(_, said)| said.as_ref() != NOT_DONE);
    let done: Vec<Symbol> = steps.map(|(symbol, _)| symbol).collect();
    let presents = |act: Option<Act>| matches!(act, Some(Act::Renew | Act::Wrong));
    let is_victim = !has_come(run) && presents(first(&done));
    (silent.is_none() || is_victim, done)
}

/// Whether a word begins with a handshake that any server answers.
fn greets(word: &[Symbol]) -> bool {
    first(word) == Some(Act::New)
}

/// What is sent first.
fn first(word: &[Symbol]) -> Option<Act> {
    let mut acts = word.iter().map(|symbol| symbol.act);
    acts.find(|act| act.sends())
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::Instant;
    use crate::player::Event;

    fn word(text: &str) -> Vec<Symbol> {
        let symbols = text.split(' ').map(str::parse);
        symbols.collect::<Result<_, _>>().expect("symbols")
    }

    fn run(answered: bool) -> Run {
        let (what, said) = match answered {
            true => (Happening::Received(Vec::new()), "pong"),
            false => (Happening::Opened, "silent"),
        };
        let event = Event {
            connection: "a1".to_owned(),
            at: Instant::default(),
            what,
        };
        Run {
            answers: vec!["open".into(), said.into(), "-".into()],
            log: vec![event],
        }
    }

    #[test]
    fn whoever_was_over_before_an_answer_was_asked_for_is_harmless() {
        let mut health = Health::default();
        health.first(true);
        let early = health.mark();
        assert!(!health.note(early, word("a.open a.ping"), &run(true)));
        let late = health.mark();
        assert!(!health.note(early, word("a.open a.empty"), &run(false)));
        assert!(!health.note(late, word("a.open a.new"), &run(true)));
        assert!(!health.note(late, word("a.open a.wrong"), &run(true)));
        assert!(!health.note(late, word("b.open b.renew"), &run(false)));
        assert!(health.note(late, word("a.open a.new a.ping"), &run(false)));
        let suspects = health.suspects();
        assert_eq!(
            suspects,
            [
                word("a.open a.empty"),
                word("a.open a.wrong"),
                word("b.open b.renew"),
            ]
        );
    }

    #[test]
    fn who_never_answered_does_not_stop_to() {
        let mut health = Health::default();
        health.first(false);
        assert!(!health.note(0, word("a.open a.new"), &run(false)));
    }
}
