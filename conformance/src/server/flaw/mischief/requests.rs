//! Flaws in how requests are served.

use bytes::Bytes;
use jute_codec::AuthPacket;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::GetDataRequest;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;

use crate::server::Server;
use crate::server::config::Mode;
use crate::server::config::Requests;
use crate::server::connection::ConnectionId;
use crate::server::connection::Task;
use crate::server::event::Reason;
use crate::server::flaw::Flaw;
use crate::server::flaw::handshake::decode;
use crate::server::flaw::mischief::header_of;
use crate::time::Instant;

impl Server {
    /// When a request has come, in the `count`th frame of a read; whether a flaw took over.
    pub(super) fn mishandle_request(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        count: u32,
        payload: &[u8],
    ) -> bool {
        let flaws = self.config.flaws;
        let Some(header) = header_of(payload) else {
            return false;
        };
        if header.op.0 < -11 || header.op.0 == -1 {
            let falls_over = flaws.contains(Flaw::CrashOnNegativeOperation);
            if falls_over {
                self.crash();
            }
            return falls_over;
        }
        let session_id = self.session_of(connection).unwrap_or_default();
        for flaw in [Flaw::EvictLazily, Flaw::RenewLosesOwner] {
            let session = self.sessions.get(session_id);
            if flaws.contains(flaw)
                && session.is_some_and(|session| session.owner != Some(connection))
            {
                self.close(connection, Reason::Flaw(flaw));
                return true;
            }
        }
        if self.config.mode != Mode::ReadWrite
            && (1..=22).contains(&header.op.0)
            && header.op != OpCode::PING
            && flaws.contains(Flaw::ReadOnlyWrites)
        {
            let (xid, zxid, err) = (header.xid, self.last_zxid, ErrorCode::OK);
            self.send(connection, &ReplyHeader { xid, zxid, err });
            return true;
        }
        let is_bare = matches!(header.op, OpCode::PING | OpCode::CLOSE_SESSION);
        if is_bare && payload.len() > 8 && flaws.contains(Flaw::RequestTrailingRejected) {
            let reason = Reason::Flaw(Flaw::RequestTrailingRejected);
            self.close(connection, reason);
            return true;
        }
        match header.op {
            OpCode::PING => {
                if flaws.contains(Flaw::PingTouchesAll) {
                    let all: Vec<_> = self.sessions().map(|it| it.session_id).collect();
                    all.into_iter().for_each(|id| self.sessions.touch(now, id));
                }
                flaws.contains(Flaw::PingUnanswered)
            }
            OpCode::CLOSE_SESSION => {
                if flaws.contains(Flaw::CloseEndsOthers) {
                    let all = self.sessions().map(|it| it.session_id);
                    let others: Vec<_> = all.filter(|id| *id != session_id).collect();
                    for other in others {
                        self.expire_session(other);
                    }
                }
                false
            }
            OpCode::AUTH if count > 1 && flaws.contains(Flaw::AuthBehindLost) => true,
            OpCode::AUTH => self.mishandle_auth(now, connection, header.xid, payload),
            OpCode::SASL if flaws.contains(Flaw::SaslCutTaken) => {
                let mut reader = Reader::with(payload.get(8..).unwrap_or_default(), Reading::JAVA);
                let is_cut = reader.buffer().is_err();
                if is_cut {
                    self.owe(now, connection, Task::NullToken { xid: header.xid });
                }
                is_cut
            }
            OpCode::GET_DATA | OpCode::EXISTS if self.config.requests == Requests::Delegate => {
                let flaw = self.turns_away(connection, header.xid, payload);
                if let Some(flaw) = flaw {
                    self.close(connection, Reason::Flaw(flaw));
                }
                flaw.is_some()
            }
            _ => self.serve_again(connection, session_id, payload),
        }
    }

    /// The flaw that turns a `getData` or an `exists` away; their records are alike.
    fn turns_away(&mut self, connection: ConnectionId, xid: i32, payload: &[u8]) -> Option<Flaw> {
        let mut reader = Reader::with(payload.get(8..)?, Reading::JAVA);
        let is_cut = GetDataRequest::decode(&mut reader).is_err();
        let last = self.memory.xids.insert(connection, xid);
        self.config.flaws.iter().find(|flaw| match flaw {
            Flaw::RequestCutCloses => is_cut,
            Flaw::RequestTrailingCloses => !is_cut && !reader.is_empty(),
            Flaw::XidsMustRise => last.is_some_and(|last| last >= xid),
            _ => false,
        })
    }

    /// Answers a second `ConnectRequest` on a connection; whether it did.
    fn serve_again(&mut self, connection: ConnectionId, session_id: i64, payload: &[u8]) -> bool {
        let is_served = self.config.has(Flaw::SecondHandshakeServed);
        let (Some(request), true) = (decode(payload), is_served) else {
            return false;
        };
        let session = self.sessions.get(session_id);
        let timeout_ms = session.map_or(0, |session| session.timeout_ms);
        let has_read_only = request.read_only.is_some();
        let request = Some(&request);
        self.send_session(connection, session_id, timeout_ms, has_read_only, request);
        true
    }

    /// When an identity has come; whether a flaw took over.
    fn mishandle_auth(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        xid: i32,
        payload: &[u8],
    ) -> bool {
        let flaws = self.config.flaws;
        let (taken, failed) = (Task::Authed { xid }, Task::AuthFailed { xid });
        let packet = payload.get(8..).and_then(|body| {
            let mut reader = Reader::with(body, Reading::JAVA);
            AuthPacket::decode(&mut reader).ok()
        });
        let length = payload.get(12..).and_then(<[u8]>::first_chunk);
        let is_below_null = length.is_some_and(|bytes| i32::from_be_bytes(*bytes) < -1);
        let scheme = packet.as_ref().map(|packet| packet.scheme.as_str());
        let is_null = packet.as_ref().is_some_and(|packet| packet.auth.is_none());
        let found = flaws.iter().find_map(|flaw| match flaw {
            Flaw::AuthUnanswered => Some(None),
            Flaw::AuthTypeChecked if packet.as_ref()?.auth_type != 0 => Some(Some(failed)),
            Flaw::AuthSchemeUnchecked if packet.is_some() => Some(Some(taken)),
            Flaw::AuthWorldTaken if scheme == Some(Some("world")) => Some(Some(taken)),
            Flaw::AuthNullTaken if scheme == Some(Some("digest")) && is_null => Some(Some(taken)),
            Flaw::AuthOthersTaken if matches!(scheme, Some(Some("super" | "x509"))) => {
                Some(Some(taken))
            }
            Flaw::AuthEmptyTaken if scheme == Some(Some("")) => Some(Some(taken)),
            Flaw::AuthCutTaken if packet.is_none() => Some(Some(taken)),
            Flaw::AuthNegativeStalls if is_below_null => Some(None),
            _ => None,
        });
        if scheme == Some(None) && flaws.contains(Flaw::CrashOnNullScheme) {
            self.crash();
            return true;
        }
        if let Some(Some(task)) = found {
            self.owe(now, connection, task);
        }
        found.is_some()
    }

    /// When a packet is to go out that nobody asked for; whether a flaw took over.
    pub(in crate::server) fn mishandle_push(
        &mut self,
        connection: ConnectionId,
        payload: &Bytes,
    ) -> bool {
        let asks = self
            .bond_of(connection)
            .is_some_and(|it| !it.tasks.is_empty());
        if asks && self.config.has(Flaw::EventsLate) {
            let late = self.memory.late.entry(connection).or_default();
            late.push(payload.clone());
            return true;
        }
        self.config.has(Flaw::EventsLost)
    }

    /// When a request has been answered.
    pub(in crate::server) fn push_late(&mut self, connection: ConnectionId) {
        for payload in self.memory.late.remove(&connection).unwrap_or_default() {
            self.push(connection, &payload);
        }
    }

    /// Whether a session outlives its `closeSession`.
    pub(in crate::server) fn keeps_closed(&mut self, session_id: i64) -> bool {
        let is_renewed = self.memory.renewed.remove(&session_id);
        self.config.has(Flaw::CloseKeepsSession)
            || is_renewed && self.config.has(Flaw::RenewForksSession)
    }
}
