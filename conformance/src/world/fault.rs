//! What can go wrong between the engines.

use std::fmt;
use std::time::Duration;

use crate::world::ClientId;
use crate::world::Wire;

/// Something that goes wrong, or is put right again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// A client's connection breaks. Of what is on its way, some may still arrive.
    Cut {
        /// The client.
        client: ClientId,
        /// Who is told; the others find out by their own timeouts.
        told: Told,
    },
    /// One direction of a client's open connection ends, behind what is on its way; the other goes
    /// on.
    HalfClose {
        /// The client.
        client: ClientId,
        /// The direction that ends.
        way: Way,
    },
    /// A client's connections become slow, or fast; also the one that is open.
    Wire {
        /// The client.
        client: ClientId,
        /// What they are like from now on.
        wire: Wire,
    },
    /// Connections are let in, or no more.
    Door(Door),
    /// The server goes down, and comes up again with all it knew.
    Restart {
        /// How long it is away; a millisecond at least.
        away: Duration,
    },
    /// The server dies, and another one comes up in its place that knows nothing.
    Kill {
        /// How long there is none; a millisecond at least.
        away: Duration,
    },
}

/// Who learns of a cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Told {
    /// Both sides.
    Both,
    /// The client alone.
    Client,
    /// The server alone.
    Server,
    /// No one.
    Nobody,
}

/// A direction of a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    /// To the server.
    Up,
    /// To the client.
    Down,
}

/// What becomes of those who want to connect.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Door {
    /// They are let in.
    #[default]
    Open,
    /// They are refused.
    Refuse,
    /// They hear nothing.
    Ignore,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut { client, told } => {
                let told = match told {
                    Told::Both => "both are told",
                    Told::Client => "the server is not told",
                    Told::Server => "the client is not told",
                    Told::Nobody => "nobody is told",
                };
                write!(f, "{client} is cut off, {told}")
            }
            Self::HalfClose { client, way } => {
                let end = match way {
                    Way::Up => "nothing more goes up",
                    Way::Down => "nothing more comes down",
                };
                write!(f, "{client} is half cut off, {end}")
            }
            Self::Wire { client, wire } => write!(
                f,
                "{client} has a wire of {}ms up, {}ms down, {}ms apart{}",
                wire.up.as_millis(),
                wire.down.as_millis(),
                wire.jitter.as_millis(),
                if wire.pieces { ", in pieces" } else { "" }
            ),
            Self::Door(Door::Open) => f.write_str("connections are let in"),
            Self::Door(Door::Refuse) => f.write_str("connections are refused"),
            Self::Door(Door::Ignore) => f.write_str("connections are ignored"),
            Self::Restart { away } => write!(f, "the server restarts in {}ms", away.as_millis()),
            Self::Kill { away } => {
                write!(
                    f,
                    "the server is lost, another comes in {}ms",
                    away.as_millis()
                )
            }
        }
    }
}
