//! Handshakes: what a recording says about sessions, and what is wrong with a `ConnectResponse`.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::Frame;
use jute_codec::Reader;
use jute_codec::Reading;

use crate::Instant;
use crate::recording::connection::Expected;
use crate::recording::connection::State;
use crate::recording::difference::Request;
use crate::recording::difference::response_differs;
use crate::recording::opening::FirstAnswer;
use crate::recording::peer::Peer;
use crate::recording::peer::framed;
use crate::recording::remark::Say;
use crate::recording::session::Fate;
use crate::recording::session::Session;
use crate::server::Input;

impl Peer {
    /// The first frame of a client.
    pub(super) fn connect(&mut self, index: usize, at: Duration, frame: &Frame, say: &mut Say<'_>) {
        let mut reader = Reader::with(frame.payload(), Reading::JAVA);
        let request = ConnectRequest::decode(&mut reader);
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        let Ok(mut request) = request else {
            wire.state = State::Unjudged;
            say.note(
                "the first frame is no ConnectRequest: not ZooKeeper, or not judged".to_owned(),
            );
            return;
        };
        let asked = Request {
            at,
            session_id: request.session_id,
            passwd: request.passwd.unwrap_or_default().to_vec(),
            time_out: request.time_out,
            read_only: request.read_only,
        };
        match wire.opening.answer {
            FirstAnswer::None => {
                wire.state = State::Unjudged;
                return;
            }
            FirstAnswer::Stranded => {
                wire.state = State::Unjudged;
                if asked.read_only != Some(true) {
                    let text = "a reply header where a ConnectResponse belongs";
                    say.differs(text.to_owned());
                } else {
                    say.note("refused by a read-only member that has no local sessions".to_owned());
                }
                return;
            }
            FirstAnswer::Accepted {
                session_id,
                timeout,
                read_only,
            } => {
                // The bounds are held against it when the answer comes.
                request.time_out = timeout;
                if asked.session_id != 0 && session_id == asked.session_id {
                    self.know(&asked, timeout, read_only);
                }
            }
            FirstAnswer::Refused => {
                let answered = wire.opening.at;
                self.forget_if_due(answered, &asked, say);
            }
            FirstAnswer::Other => {}
        }
        let bytes = self.translated(&request);
        let peer = IpAddr::from([127, 0, 0, 1]);
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        wire.state = State::Followed;
        wire.request = Some(asked);
        self.followed += 1;
        let connection = wire.id(index);
        self.tell(Input::Accept { connection, peer });
        self.tell(Input::Receive {
            connection,
            bytes: &bytes,
        });
    }

    /// A session that the server renews is one it knew, whether or not the recording shows how it
    /// was made; unless it shows how it ended.
    fn know(&mut self, asked: &Request, timeout: i32, read_only: bool) {
        let timeout = Duration::from_millis(timeout.unsigned_abs().into());
        if let Some(known) = self.sessions.get(&asked.session_id) {
            let engine_id = known.engine_id;
            // A read-only member takes any session, if the password is right.
            let is_over = known.fate == Fate::Closed && !read_only;
            if is_over && !self.wandering.contains(&asked.session_id) {
                self.engine.expire_session(engine_id);
                return self.drain();
            }
            if known.passwd != asked.passwd || self.engine.session(engine_id).is_some() {
                return;
            }
        }
        let engine_passwd = crate::server::password(asked.session_id);
        self.engine
            .adopt_session(Instant::ZERO, asked.session_id, engine_passwd, timeout);
        let session = Session {
            engine_id: asked.session_id,
            passwd: asked.passwd.clone(),
            engine_passwd: engine_passwd.to_vec(),
            timeout,
            touched: asked.at,
            fate: Fate::Alive,
            connection: None,
        };
        self.sessions.insert(asked.session_id, session);
    }

    /// A session that the server refuses may have expired, or gone with the server's memory.
    fn forget_if_due(&mut self, answered: Duration, asked: &Request, say: &mut Say<'_>) {
        let Some(session) = self.sessions.get(&asked.session_id) else {
            return;
        };
        if session.passwd != asked.passwd {
            return;
        }
        let silent = answered.saturating_sub(session.touched);
        let is_due = silent + CLOCK_GRAIN >= session.timeout
            || session.fate != Fate::Alive
            || self.breaks_off(session, asked.at)
            || self.wandering.contains(&asked.session_id);
        if !is_due {
            if self.doubt.is_none_or(|doubt| doubt < session.touched) {
                return;
            }
            say.note("a session is gone before its time, but so was the server, or a part of the recording".to_owned());
        }
        let engine_id = session.engine_id;
        self.engine.expire_session(engine_id);
        self.drain();
    }

    /// Whether the recording shows neither the end of the connection that last had a session, nor
    /// anything else of it any more. A server that is asked for the session closes it in any case,
    /// so that the recording lacks something, and who knows what.
    fn breaks_off(&self, session: &Session, at: Duration) -> bool {
        let index = session.connection;
        let wire = index.and_then(|index| self.wires.get(&index));
        wire.is_some_and(|wire| !wire.is_closed && wire.opening.last <= at)
    }

    /// The request as the engine has to see it: with its own id and password for the session.
    fn translated(&self, request: &ConnectRequest<'_>) -> Bytes {
        let mut request = *request;
        // What the server had done before the recording began is not known.
        request.last_zxid_seen = 0;
        if let Some(session) = self.sessions.get(&request.session_id) {
            request.session_id = session.engine_id;
            if request.passwd.unwrap_or_default() == session.passwd {
                request.passwd = Some(&session.engine_passwd);
            } else if request.passwd == Some(&session.engine_passwd) {
                request.passwd = None;
            }
        }
        framed(&request)
    }

    /// The answer to a connect request.
    pub(super) fn connected(
        &mut self,
        index: usize,
        asked: &Request,
        frame: &Frame,
        say: &mut Say<'_>,
    ) {
        let Some(wire) = self.wires.get_mut(&index) else {
            return;
        };
        let Some(Expected::Frame(expected)) = wire.expected.pop_front() else {
            say.differs("an answer where the engine has none".to_owned());
            return self.give_up(index);
        };
        let seen = match frame.decode::<ConnectResponse<'_>>() {
            Ok(seen) => seen,
            Err(error) => {
                say.differs(error.to_string());
                return self.give_up(index);
            }
        };
        let Ok(due) = ConnectResponse::from_payload(&expected) else {
            return;
        };
        let difference = response_differs(&due, &seen, asked, say)
            .or_else(|| self.grant_differs(asked, &seen, say.at()));
        if let Some(difference) = difference {
            say.differs(difference);
            return self.give_up(index);
        }
        if seen.is_refusal() {
            return;
        }
        if let Some(wire) = self.wires.get_mut(&index) {
            wire.session = Some(seen.session_id);
            wire.read_only = seen.read_only == Some(true);
        }
        let session = Session {
            engine_id: due.session_id,
            passwd: seen.passwd.unwrap_or_default().to_vec(),
            engine_passwd: due.passwd.unwrap_or_default().to_vec(),
            timeout: Duration::from_millis(seen.time_out.unsigned_abs().into()),
            touched: asked.at,
            fate: Fate::Alive,
            connection: Some(index),
        };
        self.sessions.insert(seen.session_id, session);
    }

    /// What is wrong with a timeout, by what else was granted.
    fn grant_differs(
        &mut self,
        asked: &Request,
        seen: &ConnectResponse<'_>,
        at: Duration,
    ) -> Option<String> {
        if seen.is_refusal() {
            return None;
        }
        let gone = self.doubt.max(self.idle.last);
        let new_session = (asked.session_id == 0).then_some(seen.session_id);
        self.bounds
            .granted(asked.time_out, seen.time_out, new_session, at, gone)
    }
}

/// A capture's clock and a server's round differently.
const CLOCK_GRAIN: Duration = Duration::from_millis(5);
