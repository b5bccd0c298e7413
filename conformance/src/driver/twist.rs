//! What is changed about the bytes of a step.

use std::fmt;
use std::str::FromStr;

use crate::driver::SymbolError;

/// Makes the knobs from one table.
macro_rules! knobs {
    ($($knob:ident, $name:literal, $doc:literal;)+) => {
        /// What can be changed about the bytes of a step.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Knob {
            $(#[doc = $doc] $knob,)+
        }

        impl Knob {
            /// Every knob, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$knob),+];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$knob => $name,)+
                }
            }

            /// What its value is, in a sentence.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Self::$knob => $doc,)+
                }
            }
        }
    };
}

knobs! {
    Timeout, "timeout", "The timeOut of a ConnectRequest.";
    Zxid, "zxid", "The lastZxidSeen of a ConnectRequest.";
    Version, "version", "The protocolVersion of a ConnectRequest.";
    Id, "id", "The sessionId of a ConnectRequest: 0, or one that the server never gave, for each value another.";
    Password, "password", "The size of the password: it is cut, or zeros follow.";
    Claim, "claim", "The length that the password is said to have.";
    ReadOnly, "readonly", "The last byte of a ConnectRequest.";
    Xid, "xid", "The xid of a request.";
    Op, "op", "The operation of a request.";
    More, "more", "How many bytes of 0xff follow within the frame.";
    Keep, "keep", "How many bytes of the payload are kept; the length is that of what is left.";
    Length, "length", "The length of the frame, whatever it has.";
    Flip, "flip", "The bit that is the other way round, counted from the first of all.";
    Cut, "cut", "How many of the bytes are sent; the rest never is.";
    Pieces, "pieces", "The size of the writes that the bytes are cut up into.";
    Half, "half", "After how many bytes the sending side is closed.";
    Reset, "reset", "After how many bytes the connection is reset.";
}

/// A change to the bytes of a step.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Twist {
    /// What is changed.
    pub knob: Knob,
    /// What it is then.
    pub value: i64,
}

impl Knob {
    /// Whether a server may well wait for more afterwards.
    pub(crate) const fn may_be_silent(self) -> bool {
        matches!(
            self,
            Self::Claim | Self::Length | Self::Flip | Self::Cut | Self::Keep | Self::Op
        )
    }
}

impl fmt::Display for Twist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.knob.name(), self.value)
    }
}

impl FromStr for Twist {
    type Err = SymbolError;

    fn from_str(text: &str) -> Result<Self, SymbolError> {
        let found = text.split_once('=').and_then(|(name, value)| {
            let mut knobs = Knob::ALL.iter().copied();
            let knob = knobs.find(|knob| knob.name() == name)?;
            let value = value.parse().ok()?;
            Some(Self { knob, value })
        });
        found.ok_or_else(|| SymbolError {
            text: text.to_owned(),
        })
    }
}
