//! What a server says and does, held against what there is cause for.

use jute_codec::FrameError;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Event;
use zk_conformance::server::Input;
use zk_conformance::server::Mode;
use zk_conformance::server::Output;
use zk_conformance::server::Phase;
use zk_conformance::server::Reason;

use crate::server::World;
use crate::server::model::Owed;
use crate::server::model::Session;

impl World {
    pub(super) fn handle(&mut self, input: Input<'_>) {
        assert!(!input.to_string().is_empty());
        self.server.handle(self.now, input);
        self.drain();
    }

    /// Takes all that comes out, and demands that it is all that has to.
    pub(super) fn drain(&mut self) {
        while let Some(output) = self.server.poll() {
            assert!(!output.to_string().is_empty());
            self.take(output);
        }
        for (&connection, entry) in &self.connections {
            if let Some(reason) = entry.end {
                panic!("{connection} goes on: {reason}");
            }
            assert!(!entry.is_over, "{connection} is not let go");
            entry.check_done(connection);
        }
    }

    pub(super) fn take(&mut self, output: Output) {
        match output {
            Output::Send { connection, bytes } => self.take_bytes(connection, &bytes),
            Output::Close { connection } => {
                let closed = self.connections.remove(&connection);
                let is_over = closed.is_some_and(|entry| entry.is_over);
                assert!(is_over, "{connection} closed without a word, or twice");
            }
            Output::Request {
                connection,
                session_id,
                header,
                frame,
            } => self.take_request(connection, session_id, header, &frame),
            Output::Event(event) => self.take_event(event),
        }
    }

    fn take_event(&mut self, event: Event) {
        match event {
            Event::Created {
                session_id,
                timeout_ms,
                connection,
            } => {
                let is_alive = self.sessions.contains_key(&session_id);
                assert!(!is_alive, "an id given twice");
                assert!(!self.ended.contains(&session_id), "an id given again");
                self.begin(connection, session_id, 0, timeout_ms, None);
                self.count_transaction();
            }
            Event::Renewed {
                session_id,
                timeout_ms,
                connection,
                from,
            } => {
                // One that was another member's is taken over for its password.
                let is_member = self.config.mode == Mode::ReadOnlyNoNew;
                let is_alive = self.sessions.contains_key(&session_id);
                assert!(is_alive || is_member, "back from the dead");
                self.begin(connection, session_id, session_id, timeout_ms, from);
                self.ended.remove(&session_id);
            }
            Event::Stranded { connection } => {
                let owed = self.connections[&connection].owed.front();
                let is_due = matches!(owed, Some(Owed::Stranding));
                assert!(is_due, "stranded for nothing");
            }
            Event::Expired { session_id } => {
                let session = self.sessions.remove(&session_id).expect("it was alive");
                assert!(session.ends <= self.now, "too early");
                self.ended.insert(session_id);
                self.count_transaction();
                if let Some(owner) = self.owner(session_id)
                    && let Some(entry) = self.connections.get_mut(&owner)
                {
                    entry.phase = Phase::Closed;
                    entry.end = Some(Reason::SessionExpired);
                }
            }
            // What a flaw says of itself proves nothing: as if it had closed the session.
            Event::Closed { session_id } | Event::Dropped { session_id } => {
                let owner = self.owner(session_id);
                let owed = owner.and_then(|owner| self.connections[&owner].owed.front());
                let was_asked = matches!(owed, Some(Owed::CloseSession { .. }));
                assert!(was_asked, "{session_id:#x} closed by nobody");
                assert!(self.sessions.remove(&session_id).is_some(), "it was alive");
                self.ended.insert(session_id);
                self.count_transaction();
            }
            Event::Disconnected { connection, reason } => self.check_end(connection, reason),
            _ => panic!("an event that the model does not know: {event}"),
        }
    }

    /// A connection gets the session `session_id`, which has to be what it `asked` for.
    fn begin(
        &mut self,
        connection: ConnectionId,
        session_id: i64,
        asked_id: i64,
        timeout_ms: i32,
        from: Option<ConnectionId>,
    ) {
        let entry = self.connections.get_mut(&connection).expect("it is open");
        let Some(Owed::Session(asked)) = entry.owed.front() else {
            panic!("{connection} gets {session_id:#x}, which it is not to have");
        };
        assert_eq!(asked.session_id, asked_id, "what was asked for");
        assert_eq!(asked.owner, from, "whose session it was");
        assert_eq!(asked.timeout_ms, timeout_ms, "a timeout of {timeout_ms} ms");
        assert_eq!(asked.has_read_only, entry.has_read_only);
        entry.session = Some(session_id);
        let mut session = Session::new(self.now, timeout_ms);
        if let Some(before) = self.sessions.get(&session_id) {
            session.created_ms = before.created_ms;
        }
        for touch in entry.touches.drain(..) {
            session.touch(self.now, touch);
        }
        self.sessions.insert(session_id, session);
    }

    /// Holds the end of a connection against what is known of it.
    fn check_end(&mut self, connection: ConnectionId, reason: Reason) {
        let entry = self.connections.get_mut(&connection);
        let entry = entry.expect("the end of what is over");
        let Some(due) = entry.end.take() else {
            panic!("{connection} ends for nothing: {reason}");
        };
        assert!(is_same(reason, due), "{reason}, should be: {due}");
        entry.check_done(connection);
        entry.is_over = true;
        if due == Reason::Lost {
            // There is nothing left to close.
            self.connections.remove(&connection);
        }
    }
}

/// Whether a reason is the one that is due. What a flaw says of itself proves nothing: it may be
/// any.
fn is_same(reason: Reason, due: Reason) -> bool {
    match (reason, due) {
        (Reason::Flaw(_), _) => true,
        // Where in the stream a length is bad is not the server's to know.
        (
            Reason::BadLength(FrameError { kind, .. }),
            Reason::BadLength(FrameError { kind: due, .. }),
        ) => kind == due,
        _ => reason == due,
    }
}
