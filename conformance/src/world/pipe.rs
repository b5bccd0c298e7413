//! One direction of a connection: pieces on their way, in order.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use bytes::BytesMut;
use fastrand::Rng;

use crate::Instant;

/// What travels.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Piece {
    /// The wish for a connection; to the server.
    Open,
    /// The wish was granted; to the client.
    Opened,
    /// The wish was refused; to the client.
    Refused,
    Bytes(Bytes),
    /// Nothing comes behind it.
    Fin,
    /// The connection is no more.
    Rst,
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("SYN"),
            Self::Opened => f.write_str("open"),
            Self::Refused => f.write_str("refused"),
            Self::Bytes(bytes) => {
                f.write_str("0x")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Self::Fin => f.write_str("FIN"),
            Self::Rst => f.write_str("RST"),
        }
    }
}

/// Pieces and when they arrive; none overtakes another.
#[derive(Clone, Debug, Default)]
pub(super) struct Pipe {
    pieces: VecDeque<(Instant, Piece)>,
    /// Whether a FIN was put into it that nobody sent; all that is sent after that is lost.
    is_ended: bool,
}

impl Pipe {
    /// Sends a piece that arrives at `at`, or with the one before it if that is later.
    pub(super) fn push(&mut self, at: Instant, piece: Piece) {
        if self.is_ended && piece != Piece::Rst {
            return;
        }
        let at = at.max(self.horizon().unwrap_or(at));
        self.pieces.push_back((at, piece));
    }

    /// Lets nothing come behind what is on its way.
    pub(super) fn end(&mut self, at: Instant) {
        self.push(at, Piece::Fin);
        self.is_ended = true;
    }

    /// Sends bytes, cut anywhere into pieces that arrive up to `jitter` apart.
    pub(super) fn push_cut(
        &mut self,
        mut at: Instant,
        mut bytes: Bytes,
        jitter: Duration,
        rng: &mut Rng,
    ) {
        let jitter_ms = u64::try_from(jitter.as_millis()).unwrap_or(u64::MAX);
        while bytes.len() > 1 && rng.bool() {
            let piece = bytes.split_to(rng.usize(1..bytes.len()));
            self.push(at, Piece::Bytes(piece));
            at = at + Duration::from_millis(rng.u64(0..=jitter_ms));
        }
        self.push(at, Piece::Bytes(bytes));
    }

    /// When the next piece arrives.
    pub(super) fn due(&self) -> Option<Instant> {
        self.pieces.front().map(|&(at, _)| at)
    }

    /// When the last piece arrives.
    pub(super) fn horizon(&self) -> Option<Instant> {
        self.pieces.back().map(|&(at, _)| at)
    }

    /// Takes the next piece if it has arrived by `now`; bytes behind bytes may come in one go.
    pub(super) fn take(&mut self, now: Instant, rng: &mut Rng) -> Option<Piece> {
        let (_, piece) = self.pieces.pop_front_if(|(at, _)| *at <= now)?;
        let Piece::Bytes(bytes) = piece else {
            return Some(piece);
        };
        if !self.has_bytes_by(now) || rng.bool() {
            return Some(Piece::Bytes(bytes));
        }
        let mut whole = BytesMut::from(bytes);
        while self.has_bytes_by(now)
            && let Some((_, Piece::Bytes(more))) = self.pieces.pop_front()
        {
            whole.extend_from_slice(&more);
        }
        Some(Piece::Bytes(whole.freeze()))
    }

    fn has_bytes_by(&self, now: Instant) -> bool {
        let next = self.pieces.front();
        next.is_some_and(|(at, piece)| *at <= now && matches!(piece, Piece::Bytes(_)))
    }

    /// Loses everything from some piece on.
    pub(super) fn cut(&mut self, rng: &mut Rng) {
        let keep = rng.usize(0..=self.pieces.len());
        self.pieces.truncate(keep);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}
