//! What four-letter words are answered with.

use zk_conformance::server::Config;
use zk_conformance::server::Mode;
use zk_conformance::server::Word;

/// The answer to a word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Text {
    /// There is none.
    Nothing,
    /// This and nothing else.
    Just(String),
    /// Numbers and names that the model does not keep.
    Some,
}

impl Text {
    pub(super) fn of(config: &Config, word: Word) -> Self {
        let is_asked_for = word == Word::Isro && config.mode != Mode::ReadWrite;
        if !is_asked_for && !config.words.contains(word) {
            return Self::Just(format!(
                "{word} is not executed because it is not in the whitelist.\n"
            ));
        }
        let text = match word {
            Word::Ruok => "imok",
            Word::Isro if config.mode == Mode::ReadWrite => "rw",
            Word::Isro => "ro",
            Word::Crst => "Connection stats reset.\n",
            Word::Srst => "Server stats reset.\n",
            Word::Wchs => "0 connections watching 0 paths\nTotal watches:0\n",
            Word::Dirs
            | Word::Envi
            | Word::Gtmk
            | Word::Hash
            | Word::Stmk
            | Word::Wchc
            | Word::Wchp => return Self::Nothing,
            _ => return Self::Some,
        };
        Self::Just(text.to_owned())
    }

    pub(super) fn allows(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Nothing => false,
            Self::Just(text) => text.as_bytes() == bytes,
            Self::Some => !bytes.is_empty(),
        }
    }
}
