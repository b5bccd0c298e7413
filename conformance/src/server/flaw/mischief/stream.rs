//! Flaws in how bytes become frames, and in which of them are served.

use bytes::Bytes;
use jute_codec::Frame;
use jute_codec::OpCode;

use crate::server::Server;
use crate::server::connection::ConnectionId;
use crate::server::event::Reason;
use crate::server::flaw::Flaw;
use crate::server::flaw::Flaws;
use crate::server::flaw::mischief::header_of;
use crate::server::phase::Phase;
use crate::server::word::Word;
use crate::time::Instant;

impl Flaws {
    /// Whether the first bytes of a frame are lost.
    pub(in crate::server) const fn loses_piece(self, bytes: &[u8], is_begun: bool) -> bool {
        self.contains(Flaw::HeaderPiecesLost) && !is_begun && bytes.len() < 4
    }

    /// Whether the rest of a read is lost after `count` frames, the last of them taken in `phase`.
    pub(in crate::server) const fn loses_rest(self, phase: Phase, count: u32) -> bool {
        self.contains(Flaw::FirstFrameOnly)
            || self.contains(Flaw::HandshakeSwallowsRest) && matches!(phase, Phase::Greeting)
            || self.contains(Flaw::BurstCut) && count >= 16
    }
}

impl Server {
    /// When a connection has been accepted.
    pub(in crate::server) fn mishandle_accept(&mut self, connection: ConnectionId) {
        if self.config.has(Flaw::Greets) {
            self.send_bytes(connection, Bytes::from_static(b"welcome\n"));
        }
    }

    /// Whether one connection's half frame keeps another from being served.
    pub(in crate::server) fn is_held_up(&self, connection: ConnectionId) -> bool {
        let mut others = self.connections.iter().filter(|(id, _)| **id != connection);
        self.config.has(Flaw::BlockingReads) && others.any(|(_, entry)| entry.framer.is_some())
    }

    /// When a frame begins with these bytes; whether a flaw took over.
    pub(in crate::server) fn mishandle_length(
        &mut self,
        connection: ConnectionId,
        prefix: [u8; 4],
    ) -> bool {
        let flaws = self.config.flaws;
        if flaws.is_none() {
            return false;
        }
        if prefix == [0; 4] && flaws.contains(Flaw::EmptyFrameStalls) {
            return true;
        }
        if prefix[0] >= 0x80 {
            if flaws.contains(Flaw::CrashOnNegativeLength) {
                self.crash();
                return true;
            }
            return flaws.contains(Flaw::NegativeLengthWaits);
        }
        let Some(word) = Word::from_bytes(prefix.map(|letter| letter.to_ascii_lowercase())) else {
            return false;
        };
        let is_small = word.text().as_bytes() == prefix;
        match self.phase(connection) {
            Phase::Greeting if is_small && flaws.contains(Flaw::CrashOnWord) => self.crash(),
            Phase::Greeting if !is_small && flaws.contains(Flaw::WordAnyCase) => {
                self.inform(connection, word);
            }
            Phase::Serving if is_small && flaws.contains(Flaw::WordOnSession) => {
                self.send_bytes(connection, Bytes::from_static(b"imok"));
                self.close(connection, Reason::Flaw(Flaw::WordOnSession));
            }
            _ => return false,
        }
        true
    }

    /// When a whole frame has come, the `count`th of a read; whether a flaw took over.
    pub(in crate::server) fn mishandle_frame(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        count: u32,
        frame: &Frame,
    ) -> bool {
        let flaws = self.config.flaws;
        if flaws.is_none() {
            return false;
        }
        let payload = frame.payload();
        if payload.is_empty() && flaws.contains(Flaw::EmptyFrameSkipped)
            || payload.len() >= 0x1_0000 && flaws.contains(Flaw::LargeFrameStalls)
        {
            return true;
        }
        if count > 100 && flaws.contains(Flaw::BurstCloses) {
            self.close(connection, Reason::Flaw(Flaw::BurstCloses));
            return true;
        }
        if payload.len() < 8 && flaws.contains(Flaw::CrashOnShortFrame) {
            self.crash();
            return true;
        }
        match self.phase(connection) {
            Phase::Greeting => self.mishandle_handshake(connection, payload),
            Phase::Serving => self.mishandle_request(now, connection, count, payload),
            _ => false,
        }
    }

    /// When bytes come on a connection that is over.
    pub(in crate::server) fn mishandle_late(&mut self, connection: ConnectionId, bytes: &[u8]) {
        let header = bytes.get(4..).and_then(header_of);
        if header.is_some_and(|header| header.op == OpCode::CLOSE_SESSION)
            && let Some(session_id) = self.memory.evicted.remove(&connection)
        {
            self.expire_session(session_id);
        }
    }
}
