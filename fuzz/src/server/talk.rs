//! What clients say to a server, and what has to come of it.

use jute_codec::ConnectRequest;
use jute_codec::Decode;
use jute_codec::OpCode;
use jute_codec::Raw;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::RequestHeader;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Input;
use zk_conformance::server::Mode;
use zk_conformance::server::Output;
use zk_conformance::server::Phase;
use zk_conformance::server::Transport;
use zk_conformance::server::Word;

use crate::framed::framed;
use crate::server::World;
use crate::server::canary::Canary;
use crate::server::model::Asked;
use crate::server::model::Owed;
use crate::server::model::Touch;
use crate::server::model::admitted;

impl World {
    pub(super) fn request(&mut self, connection: ConnectionId, xid: i32, op: OpCode, body: &[u8]) {
        let frame = framed(&(RequestHeader { xid, op }, Raw(body)));
        self.receive(connection, &frame);
    }

    /// Asks for a session, in the form that `form` chooses.
    pub(super) fn ask(
        &mut self,
        connection: ConnectionId,
        session_id: i64,
        time_out: i32,
        form: u8,
        passwd: Option<[u8; 16]>,
    ) {
        let passwd = passwd.unwrap_or_default();
        let request = ConnectRequest {
            protocol_version: i32::from(form & 128),
            last_zxid_seen: [0, i64::MAX, -1, i64::MIN][usize::from(form >> 5 & 3)],
            time_out,
            session_id,
            passwd: match form >> 2 & 7 {
                0 => None,
                1 => Some(&passwd[..15]),
                2 => Some(b"a wrong password"),
                _ => Some(&passwd),
            },
            read_only: [None, Some(false), Some(true), Some(true)][usize::from(form & 3)],
        };
        self.receive(connection, &framed(&request));
    }

    /// Has bytes come in, and notes what they may bring about.
    pub(super) fn receive(&mut self, connection: ConnectionId, bytes: &[u8]) {
        let is_serving = self.server.phase(connection) == Phase::Serving;
        let entry = self.connections.get_mut(&connection).expect("it is open");
        entry.doubtful = !is_serving && entry.greeted;
        if !bytes.is_empty() {
            entry.heard = self.now;
        }
        let reads_on = self.server.phase(connection) != Phase::Draining;
        if reads_on {
            entry.framer.push(bytes);
        }
        let mut touched = Vec::new();
        let mut asked = None;
        let is_broken = loop {
            if !entry.greeted
                && let Some(word) = entry.framer.buffered().first_chunk::<4>()
                && Word::from_bytes(*word).is_some()
            {
                entry.word = true;
            }
            let frame = match entry.framer.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => break false,
                Err(_) => break true,
            };
            if entry.greeted {
                touched.extend(entry.note_request(&frame));
                continue;
            }
            entry.greeted = true;
            let mut reader = Reader::with(frame.payload(), Reading::JAVA);
            if let Ok(request) = ConnectRequest::decode(&mut reader) {
                let is_canary = |canary: &Canary| canary.session_id == request.session_id;
                if self.canary.as_ref().is_some_and(is_canary) {
                    // Knowing an id is enough to throw its owner out.
                    self.canary = None;
                }
                asked = admitted(&self.server, &request);
                entry.owed.extend(asked.map(Owed::Session));
            }
        };
        entry.broken = is_broken;
        let before = entry.session;
        let answers = self.answers;
        self.touch(before, &touched);
        self.handle(Input::Receive { connection, bytes });
        if let Some(entry) = self.connections.get(&connection)
            && before.is_none()
        {
            self.touch(entry.session, &touched);
        }
        self.check_answers(connection, answers, asked, is_broken);
    }

    /// What bytes that came in have to bring about.
    pub(super) fn check_answers(
        &self,
        connection: ConnectionId,
        answers: u64,
        asked: Option<Asked>,
        is_broken: bool,
    ) {
        if let Some(asked) = asked {
            assert!(self.answers > answers, "a handshake without an answer");
            let old = asked.owner.filter(|owner| *owner != connection);
            assert!(
                old.is_none_or(|old| !self.connections.contains_key(&old)),
                "whoever presents an id throws its owner out"
            );
        }
        let Some(entry) = self.connections.get(&connection) else {
            return;
        };
        let phase = self.server.phase(connection);
        // One that such a member turned away is read no more.
        let is_turned_away =
            phase == Phase::Stranded && self.server.config().mode == Mode::ReadOnlyNoNew;
        assert!(
            !is_broken || phase == Phase::Draining || is_turned_away,
            "a bad length closes"
        );
        let is_nio = self.server.config().transport == Transport::Nio;
        assert!(
            !is_nio || !entry.garbled || phase != Phase::Serving,
            "a frame that is no request closes"
        );
        if phase == Phase::Serving && entry.delegated == 0 {
            assert!(entry.owed.is_empty(), "a request without an answer");
        }
    }

    pub(super) fn touch(&mut self, session_id: Option<i64>, touched: &[Touch]) {
        let Some(session) = session_id.and_then(|id| self.sessions.get_mut(&id)) else {
            return;
        };
        for touch in touched {
            match touch {
                Touch::Counts => session.touch(self.now, session.timeout_ms),
                Touch::Unknown => session.ends = None,
            }
        }
    }

    pub(super) fn handle(&mut self, input: Input<'_>) {
        assert!(!input.to_string().is_empty());
        self.server.handle(self.now, input);
        self.drain();
    }

    pub(super) fn drain(&mut self) {
        while let Some(output) = self.server.poll() {
            assert!(!output.to_string().is_empty());
            self.take(output);
        }
        while let Some(doomed) = self.doomed.pop_first() {
            assert!(!self.connections.contains_key(&doomed), "{doomed} goes on");
        }
    }

    pub(super) fn take(&mut self, output: Output) {
        match output {
            Output::Send { connection, bytes } => self.take_bytes(connection, &bytes),
            Output::Close { connection } => {
                let closed = self.connections.remove(&connection);
                assert!(closed.is_some(), "{connection} closed twice");
            }
            Output::Request {
                connection,
                session_id,
                ..
            } => {
                let entry = self.connections.get_mut(&connection).expect("it is open");
                entry.delegated += 1;
                assert!(entry.session.is_none_or(|id| id == session_id));
            }
            Output::Event(event) => self.take_event(event),
        }
    }
}
