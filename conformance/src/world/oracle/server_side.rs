//! What the server hears, and what it may say to that.

use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Xid;

use crate::Instant;
use crate::server::ConnectionId;
use crate::server::Event;
use crate::server::Output;
use crate::world::claim::Claim;
use crate::world::claim::Violation;
use crate::world::oracle::Asked;
use crate::world::oracle::Granted;
use crate::world::oracle::Oracle;
use crate::world::oracle::Owed;

impl Oracle {
    /// The server is about to get bytes.
    pub(in crate::world) fn server_hears(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        bytes: &[u8],
    ) -> Result<(), Violation> {
        let Some(link) = self.links.get(&connection) else {
            return Ok(());
        };
        let granted = link.granted;
        let expires_at = granted.and_then(|it| self.sessions.due(it.session_id));
        let ends_at = [self.silent_at(link), expires_at];
        if ends_at.into_iter().flatten().any(|at| at <= now) {
            // It comes too late: the server lets go of the connection before it reads.
            return Ok(());
        }
        let Some(link) = self.links.get_mut(&connection) else {
            return Ok(());
        };
        link.heard = now;
        link.to_server.push(bytes);
        loop {
            let wrong = |found| Violation {
                at: now,
                claim: Claim::NoAccusation,
                found,
            };
            let frame = match link.to_server.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => return Ok(()),
                Err(error) => return Err(wrong(format!("{connection}: {error}"))),
            };
            if link.asked.is_none() {
                let request = ConnectRequest::from_payload(frame.payload());
                let request = request.map_err(|error| wrong(format!("{connection}: {error}")))?;
                link.asked = Some(Asked {
                    session_id: request.session_id,
                    time_out: request.time_out,
                    last_zxid: request.last_zxid_seen,
                    read_only: request.read_only,
                });
                link.owed.push_back(Owed::Session);
                continue;
            }
            let header = RequestHeader::decode(&mut Reader::new(frame.payload()));
            let RequestHeader { xid, op } =
                header.map_err(|error| wrong(format!("{connection}: {error}")))?;
            link.owed.push_back(Owed::Reply { xid, op });
            if let Some(granted) = link.granted
                && !matches!(op, OpCode::AUTH | OpCode::SASL)
            {
                self.sessions.touch(now, granted.session_id);
            }
        }
    }

    /// The server says something, in the moment it does.
    pub(in crate::world) fn server_says(
        &mut self,
        now: Instant,
        output: &Output,
    ) -> Result<(), Violation> {
        let said = match output {
            Output::Send { connection, bytes } => self.on_send(*connection, bytes),
            Output::Event(event) => self.on_event(now, event),
            Output::Close { .. } | Output::Request { .. } => Ok(()),
        };
        said.map_err(|(claim, found)| Violation {
            at: now,
            claim,
            found,
        })
    }

    fn on_send(&mut self, connection: ConnectionId, bytes: &[u8]) -> Result<(), (Claim, String)> {
        let payload = bytes.get(4..).unwrap_or_default();
        let Some(link) = self.links.get_mut(&connection) else {
            return Ok(());
        };
        let wrong = |claim, found: String| Err((claim, format!("{connection}: {found}")));
        if link.is_closed {
            return wrong(Claim::LastWord, "sent after the end".to_owned());
        }
        match link.owed.pop_front() {
            None => wrong(Claim::RepliesInOrder, "a reply to nothing".to_owned()),
            Some(Owed::Session) => {
                let response = match ConnectResponse::from_payload(payload) {
                    Ok(response) => response,
                    Err(error) => return wrong(Claim::NoAccusation, error.to_string()),
                };
                let said = (!response.is_refusal()).then_some(Granted {
                    session_id: response.session_id,
                    timeout_ms: response.time_out,
                });
                link.is_refused = said.is_none();
                if said == link.granted {
                    return Ok(());
                }
                let found = format!("granted {:?}, said {said:?}", link.granted);
                wrong(Claim::SameView, found)
            }
            Some(Owed::Reply { xid, op }) => {
                let header = match ReplyHeader::decode(&mut Reader::new(payload)) {
                    Ok(header) => header,
                    Err(error) => return wrong(Claim::NoAccusation, error.to_string()),
                };
                let xid = if op == OpCode::PING { Xid::PING.0 } else { xid };
                if header.xid != xid {
                    let found = format!("xid {} where {xid} was due", header.xid);
                    return wrong(Claim::RepliesInOrder, found);
                }
                link.answered = Some((op, header.err));
                self.told_zxid = self.told_zxid.max(header.zxid);
                let session_id = link.granted.map_or(0, |granted| granted.session_id);
                if op == OpCode::CLOSE_SESSION && self.sessions.is_alive(session_id) {
                    let found = format!("{session_id:#x} lives on, closed");
                    return wrong(Claim::EndedForGood, found);
                }
                Ok(())
            }
        }
    }

    fn on_event(&mut self, now: Instant, event: &Event) -> Result<(), (Claim, String)> {
        match *event {
            Event::Created {
                session_id,
                timeout_ms,
                connection,
            } => {
                if !self.sessions.create(now, session_id, timeout_ms) {
                    return Err((Claim::UniqueIds, format!("{session_id:#x} again")));
                }
                self.grant(connection, session_id, timeout_ms, 0)
            }
            Event::Renewed {
                session_id,
                timeout_ms,
                connection,
                ..
            } => {
                let due = self.sessions.due(session_id);
                if due.is_none_or(|due| due <= now) {
                    return Err((Claim::EndedForGood, format!("{session_id:#x} was renewed")));
                }
                self.sessions.renew(now, session_id, timeout_ms);
                self.grant(connection, session_id, timeout_ms, session_id)
            }
            // What a flaw says of itself proves nothing: as if it had closed the session.
            Event::Closed { session_id } | Event::Dropped { session_id } => {
                let was_asked = self.links.values().any(|link| {
                    let closes = |owed: &Owed| {
                        let close = OpCode::CLOSE_SESSION;
                        matches!(owed, Owed::Reply { op, .. } if *op == close)
                    };
                    let holds = link.granted.map(|it| it.session_id) == Some(session_id);
                    holds && link.owed.front().is_some_and(closes)
                });
                if self.sessions.end(session_id).is_none() || !was_asked {
                    return Err((Claim::ExactExpiry, format!("{session_id:#x} was closed")));
                }
                Ok(())
            }
            Event::Expired { session_id } => {
                let due = self.sessions.end(session_id);
                if due != Some(now) {
                    let due = due.map_or_else(|| "never".to_owned(), |due| due.to_string());
                    let found = format!("{session_id:#x} expired, was due {due}");
                    return Err((Claim::ExactExpiry, found));
                }
                Ok(())
            }
            Event::Disconnected { connection, reason } => self.on_end(now, connection, reason),
            Event::Stranded { .. } => Ok(()),
        }
    }

    /// The server gives a session to a connection.
    fn grant(
        &mut self,
        connection: ConnectionId,
        session_id: i64,
        timeout_ms: i32,
        wanted: i64,
    ) -> Result<(), (Claim, String)> {
        let others = self.links.iter().filter(|(_, link)| !link.is_closed);
        let mut held = others.filter_map(|(other, link)| link.granted.map(|it| (other, it)));
        if let Some((other, _)) = held.find(|(_, it)| it.session_id == session_id) {
            let found = format!("{connection} gets {session_id:#x}, {other} has it");
            return Err((Claim::OneOwner, found));
        }
        let Some(link) = self.links.get_mut(&connection) else {
            return Ok(());
        };
        let Some(asked) = link.asked else {
            let found = format!("{connection} gets {session_id:#x} unasked");
            return Err((Claim::RepliesInOrder, found));
        };
        link.granted = Some(Granted {
            session_id,
            timeout_ms,
        });
        if asked.session_id != wanted {
            let found = format!(
                "{connection} gets {session_id:#x}, wants {:#x}",
                asked.session_id
            );
            return Err((Claim::SameView, found));
        }
        let due_ms = self.clamp(asked.time_out);
        if timeout_ms != due_ms {
            let found = format!(
                "{connection} gets {timeout_ms}ms for {}ms, should get {due_ms}ms",
                asked.time_out
            );
            return Err((Claim::Negotiated, found));
        }
        Ok(())
    }
}
