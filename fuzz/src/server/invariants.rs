//! What is true at any time.

use std::collections::BTreeSet;
use std::time::Duration;

use zk_conformance::server::SessionInfo;
use zk_conformance::server::password;

use crate::server::World;

impl World {
    /// Compares the server with the model.
    pub(super) fn check(&self) {
        let mut owners = BTreeSet::new();
        let mut alive = 0;
        for session in self.server.sessions() {
            alive += 1;
            self.check_session_info(&session);
            if let Some(owner) = session.owner {
                assert!(owners.insert(owner), "{owner} owns two sessions");
            }
        }
        assert_eq!(alive, self.sessions.len(), "sessions that nobody tells of");
        for session in self.sessions.values() {
            assert!(session.ends > self.now, "too late");
        }
        let mut open = 0;
        for (id, phase) in self.server.connections() {
            open += 1;
            let known = self.connections.get(&id);
            let known = known.expect("a connection that nobody tells of");
            assert_eq!(phase, known.phase, "what {id} does");
            let session = known.session;
            assert_eq!(
                session.is_some(),
                owners.contains(&id),
                "{id} serves a session it does not own"
            );
        }
        assert_eq!(open, self.connections.len(), "connections lost in silence");
        assert_eq!(self.server.last_zxid(), self.last_zxid, "transactions");
        let deadline = self.server.deadline();
        assert!(deadline.is_none_or(|it| it > self.now), "a deadline passed");
    }

    fn check_session_info(&self, session: &SessionInfo) {
        let id = session.session_id;
        let known = self.sessions.get(&id).expect("a session nobody tells of");
        let millis = |timeout: Duration| i32::try_from(timeout.as_millis()).expect("a timeout");
        assert_eq!(millis(session.timeout), known.timeout_ms);
        assert_eq!(millis(session.created_timeout), known.created_ms);
        assert_eq!(session.password, password(id));
        assert_eq!(session.owner, self.owner(id), "who has {id:#x}");
    }
}
