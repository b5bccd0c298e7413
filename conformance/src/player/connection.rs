//! What has come in on one connection and not been accounted for yet.

use std::fmt;

use crate::Instant;

/// The client's end of one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Connection {
    /// Bytes that came in, from the first not accounted for.
    stream: Vec<u8>,
    /// How many bytes had come in by when: positions count from the first byte ever.
    arrivals: Vec<(usize, Instant)>,
    taken: usize,
    end: Option<(End, Instant)>,
    flooded: bool,
}

/// Bytes that may wait to be accounted for: several times the longest frame of any server.
pub(super) const MOST_HELD: usize = 8 << 20;

/// How the server's side of a connection ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum End {
    /// It closed its sending side.
    Fin,
    /// It reset the connection.
    Rst,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fin => "fin",
            Self::Rst => "rst",
        })
    }
}

impl Connection {
    /// Takes in bytes; false if there are more than anybody asked for.
    pub(super) fn received(&mut self, now: Instant, bytes: &[u8]) -> bool {
        if self.stream.len() + bytes.len() > MOST_HELD {
            self.flooded = true;
            return false;
        }
        self.stream.extend_from_slice(bytes);
        self.arrivals.push((self.taken + self.stream.len(), now));
        true
    }

    pub(super) fn ended(&mut self, now: Instant, end: End) {
        self.end.get_or_insert((end, now));
    }

    /// Bytes from `offset` on, counted from the first not accounted for.
    pub(super) fn bytes(&self, offset: usize) -> &[u8] {
        self.stream.get(offset..).unwrap_or_default()
    }

    /// Whether more came in than was taken.
    pub(super) const fn flooded(&self) -> bool {
        self.flooded
    }

    pub(super) const fn end(&self) -> Option<(End, Instant)> {
        self.end
    }

    /// When the byte before `offset` came in.
    pub(super) fn arrival(&self, offset: usize) -> Option<Instant> {
        let position = self.taken + offset;
        self.arrivals
            .iter()
            .find(|(until, _)| position <= *until)
            .map(|(_, at)| *at)
    }

    /// Accounts for `count` bytes.
    pub(super) fn take(&mut self, count: usize) {
        let count = count.min(self.stream.len());
        self.stream.drain(..count);
        self.taken += count;
        let taken = self.taken;
        self.arrivals.retain(|(until, _)| *until > taken);
    }
}
