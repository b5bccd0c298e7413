//! What a client hears, and what it may say and do after that.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::KeeperState;

use crate::Instant;
use crate::client::Client;
use crate::client::Config;
use crate::client::Fault;
use crate::client::Outcome;
use crate::client::Output;
use crate::client::OwnClock;
use crate::client::Phase;
use crate::client::Reply;
use crate::client::RequestId;
use crate::server::ConnectionId;
use crate::world::ClientId;
use crate::world::claim::Claim;
use crate::world::claim::Violation;
use crate::world::oracle::Granted;
use crate::world::oracle::Oracle;
use crate::world::pipe::Piece;

/// What is known of a client.
#[derive(Clone, Debug)]
pub(super) struct ClientView {
    config: Config,
    /// When something last came in whole.
    heard: Instant,
    /// Requests without a reply, and their bodies.
    open: BTreeMap<RequestId, Bytes>,
    last_answered: Option<RequestId>,
    pub(super) last_zxid: i64,
    timed_out: bool,
    has_ended: bool,
}

impl Oracle {
    /// One more client.
    pub(in crate::world) fn join(&mut self, now: Instant, config: Config) {
        self.clients.push(ClientView {
            config,
            heard: now,
            open: BTreeMap::new(),
            last_answered: None,
            last_zxid: 0,
            timed_out: false,
            has_ended: false,
        });
    }

    /// A client is asked for something.
    pub(in crate::world) fn request(&mut self, id: ClientId, request: RequestId, body: Bytes) {
        if let Some(view) = self.clients.get_mut(id.0) {
            view.open.insert(request, body);
        }
    }

    /// A client is about to get something.
    pub(in crate::world) fn client_hears(
        &mut self,
        now: Instant,
        id: ClientId,
        connection: ConnectionId,
        piece: &Piece,
    ) {
        let link = self.links.get_mut(&connection);
        let (Some(view), Some(link)) = (self.clients.get_mut(id.0), link) else {
            return;
        };
        match piece {
            Piece::Opened => view.heard = now,
            Piece::Bytes(bytes) => {
                link.to_client.push(bytes);
                while let Ok(Some(_)) = link.to_client.next_frame() {
                    view.heard = now;
                }
            }
            Piece::Open | Piece::Refused | Piece::Fin | Piece::Rst => {}
        }
    }

    /// A client says something on its own or over `connection`.
    pub(in crate::world) fn client_says(
        &mut self,
        now: Instant,
        id: ClientId,
        connection: Option<ConnectionId>,
        client: &Client,
        output: &Output,
    ) -> Result<(), Violation> {
        let granted = connection.and_then(|it| self.links.get(&it)?.granted);
        let is_alive = self.sessions.is_alive(client.session_id());
        let Some(view) = self.clients.get_mut(id.0) else {
            return Ok(());
        };
        let broken = |claim, found: String| {
            let found = format!("{id}: {found}");
            Err(Violation {
                at: now,
                claim,
                found,
            })
        };
        if view.has_ended && !matches!(output, Output::Reply(_) | Output::Disconnect) {
            return broken(Claim::LastWord, output.to_string());
        }
        match output {
            Output::Fault(fault) if fault.is_misbehaviour() => {
                broken(Claim::NoAccusation, fault.to_string())
            }
            Output::Fault(Fault::SessionTimeout { silence }) => {
                view.timed_out = true;
                let due = view.timeout(client) * 4 / 3;
                if client.session_id() != 0 && whole(due) != now - view.heard {
                    let found = format!("gave up after {silence:?}, not {:?}", whole(due));
                    return broken(Claim::ClientTimers, found);
                }
                Ok(())
            }
            Output::Fault(Fault::ReadTimeout { silence }) => {
                let due = whole(view.timeout(client) * 2 / 3);
                if due != now - view.heard {
                    let found = format!("stopped reading after {silence:?}, not {due:?}");
                    return broken(Claim::ClientTimers, found);
                }
                Ok(())
            }
            Output::Event(event) if event.event == EventType::NONE => match event.state {
                KeeperState::EXPIRED => {
                    view.has_ended = true;
                    if is_alive && !view.timed_out {
                        let found = format!("takes {:#x} for expired", client.session_id());
                        return broken(Claim::TrulyExpired, found);
                    }
                    Ok(())
                }
                KeeperState::CLOSED | KeeperState::AUTH_FAILED => {
                    view.has_ended = true;
                    Ok(())
                }
                KeeperState::SYNC_CONNECTED | KeeperState::CONNECTED_READ_ONLY => {
                    let timeout = client.session_timeout().unwrap_or_default();
                    let believed = Granted {
                        session_id: client.session_id(),
                        timeout_ms: i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX),
                    };
                    if granted != Some(believed) {
                        let found = format!("believes {believed:?}, was granted {granted:?}");
                        return broken(Claim::SameView, found);
                    }
                    Ok(())
                }
                _ => Ok(()),
            },
            Output::Reply(reply) => {
                let said = view.on_reply(reply, client.last_zxid());
                said.or_else(|(claim, found)| broken(claim, found))
            }
            _ => Ok(()),
        }
    }

    /// Demands that a client has a reply to every request.
    pub(in crate::world) fn check_answers(
        &self,
        now: Instant,
        id: ClientId,
    ) -> Result<(), Violation> {
        let view = self.clients.get(id.0);
        let open = view.and_then(|view| view.open.keys().next());
        open.map_or(Ok(()), |request| {
            Err(Violation {
                at: now,
                claim: Claim::OneReply,
                found: format!("{id}: none to {request}"),
            })
        })
    }

    /// Whether a client has been told how the server answers a request, after which it asked for
    /// nothing.
    pub(in crate::world) fn was_answered(&self, id: ClientId, request: RequestId) -> bool {
        let view = self.clients.get(id.0);
        view.is_some_and(|view| view.last_answered == Some(request))
    }

    /// Compares a client with the account.
    pub(in crate::world) fn check_client(
        &self,
        now: Instant,
        id: ClientId,
        client: &Client,
    ) -> Result<(), Violation> {
        let Some(view) = self.clients.get(id.0) else {
            return Ok(());
        };
        let broken = |claim, found: String| {
            let found = format!("{id}: {found}");
            Err(Violation {
                at: now,
                claim,
                found,
            })
        };
        let phase = client.phase();
        if view.has_ended == phase.is_alive() {
            return broken(Claim::LastWord, format!("is {phase}"));
        }
        if view.has_ended {
            return self.check_answers(now, id);
        }
        let silence = now - view.heard;
        let timeout = view.timeout(client);
        let has_clock = view.config.own_clock == OwnClock::FourThirds;
        if client.session_id() != 0 && has_clock && silence > whole(timeout * 4 / 3) {
            return broken(Claim::ClientTimers, format!("{phase} after {silence:?}"));
        }
        let is_connected = matches!(
            phase,
            Phase::Connected | Phase::ConnectedReadOnly | Phase::Closing
        );
        if is_connected && silence > whole(timeout * 2 / 3) {
            return broken(Claim::ClientTimers, format!("{phase} after {silence:?}"));
        }
        Ok(())
    }
}

impl ClientView {
    /// The timeout in force, or wished for.
    fn timeout(&self, client: &Client) -> Duration {
        let wished = || self.config.session_timeout.min(LONGEST);
        whole(client.session_timeout().unwrap_or_else(wished))
    }

    fn on_reply(&mut self, reply: &Reply, last_zxid: i64) -> Result<(), (Claim, String)> {
        let Some(body) = self.open.remove(&reply.request) else {
            return Err((Claim::OneReply, reply.to_string()));
        };
        let Outcome::Answered(answer) = &reply.outcome else {
            return Ok(());
        };
        if self.last_answered >= Some(reply.request) {
            let found = format!("{reply} after {:?}", self.last_answered);
            return Err((Claim::RepliesInOrder, found));
        }
        self.last_answered = Some(reply.request);
        if Some(answer.header.xid) != reply.xid
            || answer.header.err == ErrorCode::OK && answer.body() != body
        {
            return Err((Claim::OneReply, format!("{reply} is to something else")));
        }
        if last_zxid < self.last_zxid {
            let found = format!("{:#x}, then {last_zxid:#x}", self.last_zxid);
            return Err((Claim::ZxidsGrow, found));
        }
        self.last_zxid = last_zxid;
        Ok(())
    }
}

/// The whole milliseconds of a length of time.
fn whole(time: Duration) -> Duration {
    (Instant::ZERO + time) - Instant::ZERO
}

/// The longest timeout that can be asked for.
const LONGEST: Duration = Duration::from_millis(i32::MAX.cast_unsigned() as u64);
