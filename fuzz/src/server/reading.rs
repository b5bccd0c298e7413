//! What has to come of bytes that a server reads.

use bytes::Bytes;
use jute_codec::AuthPacket;
use jute_codec::ConnectRequest;
use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::Frame;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::RequestHeader;
use zk_conformance::server::Config;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Mode;
use zk_conformance::server::Phase;
use zk_conformance::server::Reason;
use zk_conformance::server::Requests;
use zk_conformance::server::Transport;
use zk_conformance::server::Word;
use zk_conformance::server::password;

use crate::server::World;
use crate::server::model::Asked;
use crate::server::model::Connection;
use crate::server::model::Owed;
use crate::server::model::Touch;
use crate::server::model::silent_at;
use crate::server::text::Text;

impl World {
    /// Notes what bytes that are about to come have to bring about.
    pub(super) fn foresee(&mut self, connection: ConnectionId, bytes: &[u8]) {
        let config = self.config.clone();
        let entry = self.connections.get_mut(&connection).expect("it is open");
        if bytes.is_empty() || !matches!(entry.phase, Phase::Greeting | Phase::Serving) {
            return;
        }
        if entry.phase == Phase::Greeting {
            entry.silent_at = silent_at(&config, self.now);
        }
        entry.framer.push(bytes);
        while let Some(entry) = self.connections.get_mut(&connection)
            && let Some(frame) = entry.next_frame(&config)
        {
            if entry.phase == Phase::Greeting {
                self.foresee_handshake(&config, connection, &frame);
            } else if let Err(reason) = self.foresee_request(&config, connection, &frame) {
                self.doom(connection, reason);
            }
        }
    }

    /// A connection has to end once what came before is answered, and is read no more.
    fn doom(&mut self, connection: ConnectionId, reason: Reason) {
        if let Some(entry) = self.connections.get_mut(&connection) {
            entry.phase = Phase::Closed;
            entry.end = Some(reason);
        }
    }

    fn foresee_handshake(&mut self, config: &Config, connection: ConnectionId, frame: &Frame) {
        let mut reader = Reader::with(frame.payload(), Reading::JAVA);
        let request = match ConnectRequest::decode(&mut reader) {
            Ok(request) => request,
            Err(error) => return self.doom(connection, Reason::BadRecord(error)),
        };
        if config.mode != Mode::ReadWrite && request.read_only != Some(true) {
            return self.doom(connection, Reason::ReadOnly);
        }
        let (seen, last) = (request.last_zxid_seen, self.last_zxid);
        if seen > last {
            return self.doom(connection, Reason::ZxidAhead { seen, last });
        }
        let session_id = request.session_id;
        let owner = self.owner(session_id);
        if let Some(owner) = owner {
            // Knowing an id is enough to throw its owner out.
            if self.canary.is_some_and(|canary| canary.connection == owner) {
                self.canary = None;
            }
            self.doom(owner, Reason::Evicted { by: connection });
        }
        let has_read_only = request.read_only.is_some();
        let is_member = config.mode == Mode::ReadOnlyNoNew;
        let is_known = self.sessions.contains_key(&session_id);
        let is_right = request.passwd == Some(&password(session_id));
        let (min, max) = (config.min_timeout_ms(), config.max_timeout_ms());
        let asked = Asked {
            session_id,
            timeout_ms: request.time_out.clamp(min, max),
            has_read_only,
            owner,
        };
        let refusal = |reason| Owed::Refusal {
            has_read_only,
            reason,
        };
        let (phase, owed) = if session_id == 0 && is_member {
            (Phase::Stranded, Owed::Stranding)
        } else if session_id == 0 || is_right && (is_known || is_member) {
            (Phase::Serving, Owed::Session(asked))
        } else if is_known {
            let reason = Reason::WrongPassword { session_id };
            (Phase::Closed, refusal(reason))
        } else {
            let reason = Reason::UnknownSession { session_id };
            (Phase::Closed, refusal(reason))
        };
        let entry = self.connections.get_mut(&connection).expect("it is open");
        entry.phase = phase;
        entry.has_read_only = has_read_only;
        entry.owed.push_back(owed);
    }

    /// Notes what a request is owed, or why it ends the connection.
    fn foresee_request(
        &mut self,
        config: &Config,
        connection: ConnectionId,
        frame: &Frame,
    ) -> Result<(), Reason> {
        let mut reader = Reader::with(frame.payload(), Reading::JAVA);
        let header = RequestHeader::decode(&mut reader).map_err(Reason::BadRecord)?;
        let RequestHeader { xid, op } = header;
        if !matches!(op, OpCode::AUTH | OpCode::SASL) {
            self.touch(connection, Touch::Counts);
        }
        let entry = self.connections.get_mut(&connection).expect("it is open");
        let waits = entry.waits();
        let mut once = None;
        let owed = match op {
            OpCode::AUTH => {
                let is_taken = is_taken(&mut reader).map_err(Reason::BadRecord)?;
                Owed::Identity { xid, is_taken }
            }
            OpCode::SASL => {
                let token = reader.buffer().map_err(Reason::BadRecord)?;
                token.ok_or(Reason::NullToken)?;
                Owed::Token { xid }
            }
            OpCode::PING => Owed::Ping,
            OpCode::CLOSE_SESSION => Owed::CloseSession { xid },
            OpCode::CREATE_SESSION => {
                let time_out = reader.int().ok();
                once = time_out.filter(|_| !waits);
                Owed::Repeat {
                    xid,
                    time_out,
                    waits,
                }
            }
            _ if config.mode != Mode::ReadWrite && WRITES.contains(&op) => {
                Owed::NotReadOnly { xid }
            }
            _ if config.requests == Requests::Unimplemented => Owed::Unknown { xid, op },
            _ => Owed::Delegated {
                header,
                payload: Bytes::copy_from_slice(frame.payload()),
            },
        };
        let is_last = matches!(
            owed,
            Owed::CloseSession { .. }
                | Owed::Unknown { .. }
                | Owed::Identity {
                    is_taken: false,
                    ..
                }
        );
        if is_last {
            let (later, now) = (Phase::Draining, Phase::Closed);
            entry.phase = if waits { later } else { now };
        }
        entry.owed.push_back(owed);
        if let Some(time_out) = once {
            self.touch(connection, Touch::Once(time_out));
        }
        Ok(())
    }

    /// Puts off the end of the session that a connection has, or is about to have.
    pub(super) fn touch(&mut self, connection: ConnectionId, touch: Touch) {
        let Some(entry) = self.connections.get_mut(&connection) else {
            return;
        };
        let Some(session_id) = entry.session else {
            return entry.touches.push(touch);
        };
        if let Some(session) = self.sessions.get_mut(&session_id) {
            session.touch(self.now, touch);
        }
    }

    /// Who has a session.
    pub(super) fn owner(&self, session_id: i64) -> Option<ConnectionId> {
        let mut all = self.connections.iter();
        let owner = all.find(|(_, it)| it.session == Some(session_id));
        owner.map(|(&connection, _)| connection)
    }
}

impl Connection {
    /// The next whole frame, if the connection is still read.
    fn next_frame(&mut self, config: &Config) -> Option<Frame> {
        if !matches!(self.phase, Phase::Greeting | Phase::Serving) {
            return None;
        }
        let prefix = self.framer.buffered().first_chunk();
        if self.phase == Phase::Greeting
            && let Some(word) = prefix.and_then(|prefix| Word::from_bytes(*prefix))
        {
            self.phase = Phase::Closed;
            self.end = Some(Reason::Word(word));
            if Text::of(config, word) != Text::Nothing {
                self.owed.push_back(Owed::Text(word));
            }
            return None;
        }
        if config.transport == Transport::Netty && self.framer.buffered() == [0; 4] {
            return None;
        }
        self.framer.next_frame().unwrap_or_else(|error| {
            self.phase = Phase::Closed;
            self.end = Some(Reason::BadLength(error));
            None
        })
    }
}

/// Whether an identity is one that is taken.
fn is_taken(reader: &mut Reader<'_>) -> Result<bool, DecodeError> {
    let packet = AuthPacket::decode(reader)?;
    Ok(match packet.scheme.as_str() {
        Some("digest") => packet.auth.is_some(),
        scheme => scheme == Some("ip"),
    })
}

/// What is not done for anybody while there is nobody to write to.
const WRITES: [OpCode; 12] = [
    OpCode::CREATE,
    OpCode::CREATE2,
    OpCode::CREATE_CONTAINER,
    OpCode::CREATE_TTL,
    OpCode::DELETE,
    OpCode::DELETE_CONTAINER,
    OpCode::SET_DATA,
    OpCode::SET_ACL,
    OpCode::MULTI,
    OpCode::CHECK,
    OpCode::SYNC,
    OpCode::RECONFIG,
];
