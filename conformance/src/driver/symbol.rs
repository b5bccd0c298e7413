//! What a client can do, as symbols.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Makes the acts from one table.
macro_rules! acts {
    ($($act:ident, $name:literal, $doc:literal;)+) => {
        /// Something a client does on one of its connections.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Act {
            $(#[doc = $doc] $act,)+
        }

        impl Act {
            /// Every act, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$act),+];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$act => $name,)+
                }
            }

            /// What it does, in a sentence.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Self::$act => $doc,)+
                }
            }
        }
    };
}

acts! {
    Open, "open", "Opens the connection.";
    New, "new", "Asks for a new session.";
    Renew, "renew", "Renews the latest session; one that never was, if there is none.";
    Wrong, "wrong", "Asks for the latest session with a wrong password.";
    Ping, "ping", "Sends a ping.";
    Close, "close", "Sends closeSession.";
    Unknown, "unknown", "Sends a request with an unknown operation.";
    Half, "half", "Closes the sending side.";
    Cut, "cut", "Resets the connection.";
    Empty, "empty", "Sends a frame of length 0.";
    Partial, "partial", "Sends the first half of a ping.";
    Negative, "negative", "Sends a frame of length -1.";
    Ahead, "ahead", "Asks for a new session, having seen a zxid that lies in the future.";
    Plain, "plain", "Asks for a new session without the readOnly field.";
    Null, "null", "Asks for a new session with a null password.";
    Auth, "auth", "Sends an auth packet of an unknown scheme.";
    Again, "again", "Sends a createSession request.";
    Read, "read", "Reads the root's data.";
    Word, "word", "Sends the four-letter word ruok.";
    Expire, "expire", "Waits until every session has expired.";
    First, "first", "Renews the first session; one that never was, if there is none.";
    Digest, "digest", "Sends an auth packet of the scheme digest.";
    Sasl, "sasl", "Sends an empty SASL token.";
    Linger, "linger", "Sends nothing, and waits whether the server has enough of it.";
    Wait, "wait", "Waits for half of the session timeout.";
}

impl Act {
    /// Whether a server in its right mind may leave it without an answer.
    pub(crate) const fn may_be_silent(self) -> bool {
        matches!(self, Self::Empty | Self::Partial | Self::Linger)
    }
}

/// An act on one of the connections.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Symbol {
    /// The connection: 0 is `a`.
    pub line: usize,
    /// What is done on it.
    pub act: Act,
}

/// The letters of connections.
const LETTERS: [char; 4] = ['a', 'b', 'c', 'd'];

/// The letter of a connection.
pub(super) fn letter(line: usize) -> char {
    LETTERS.get(line).copied().unwrap_or('?')
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.act {
            act if act.passes_time() => f.pad(act.name()),
            act => f.pad(&format!("{}.{}", letter(self.line), act.name())),
        }
    }
}

/// Why a text is no symbol.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("there is no symbol {text:?}")]
pub struct SymbolError {
    /// The text.
    pub text: String,
}

impl FromStr for Symbol {
    type Err = SymbolError;

    fn from_str(text: &str) -> Result<Self, SymbolError> {
        let mut acts = Act::ALL.iter().copied();
        if let Some(act) = acts.find(|act| act.passes_time() && act.name() == text) {
            return Ok(Self { line: 0, act });
        }
        let found = text.split_once('.').and_then(|(line, act)| {
            let mut letters = LETTERS.iter();
            let line = letters.position(|letter| letter.to_string() == line)?;
            let mut acts = Act::ALL.iter().copied();
            let act = acts.find(|known| known.name() == act && !known.passes_time())?;
            Some(Self { line, act })
        });
        found.ok_or_else(|| SymbolError {
            text: text.to_owned(),
        })
    }
}
