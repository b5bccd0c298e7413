//! What a client does, held against what it may do.

use std::time::Duration;

use jute_codec::ConnectRequest;
use jute_codec::Decode;
use jute_codec::EventType;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::RequestHeader;
use jute_codec::Xid;
use zk_conformance::client::Fault;
use zk_conformance::client::Output;
use zk_conformance::client::Phase;
use zk_conformance::client::SetWatchesXid;
use zk_conformance::client::WatchedEvent;

use crate::client::SET_WATCHES;
use crate::client::Variant;
use crate::client::World;
use crate::client::link::Link;

impl<V: Variant> World<V> {
    pub(super) fn take(&mut self, output: Output) {
        match output {
            Output::Connect(_) => {
                assert!(!self.was_dead, "the dead do not connect");
                assert!(matches!(self.link, Link::Down), "two connections");
                self.link = Link::Dialled;
                self.dialled = self.now;
            }
            Output::Disconnect => {
                assert!(!matches!(self.link, Link::Down), "nothing to disconnect");
                if let Link::Up(line) = &self.link
                    && !line.is_over
                {
                    self.expect_end(self.is_reading);
                }
                self.link = Link::Down;
            }
            Output::Send(bytes) => self.take_bytes(&bytes),
            Output::Reply(reply) => self.take_reply(&reply),
            Output::Event(event) => self.take_event(&event),
            Output::Fault(fault) => {
                assert!(!self.was_dead, "the dead do nothing");
                self.faults += 1;
                if fault.is_misbehaviour() {
                    self.expect_fault(fault);
                } else {
                    self.expect_no_news();
                    self.check_timeout(fault);
                }
                if let Link::Up(line) = &mut self.link {
                    line.is_over = true;
                }
            }
            _ => assert!(!self.was_dead, "the dead do nothing"),
        }
    }

    fn take_bytes(&mut self, bytes: &[u8]) {
        let Link::Up(line) = &mut self.link else {
            panic!("bytes without a connection");
        };
        line.framer.push(bytes);
        let frame = line.framer.next_frame().expect("a frame");
        let frame = frame.expect("all of it");
        assert!(line.framer.buffered().is_empty(), "a frame at a time");
        if !line.asked {
            line.asked = true;
            let request: ConnectRequest<'_> = frame.decode().expect("a request for a session");
            assert_eq!(request, self.session.request(), "a session of its own");
            return;
        }
        self.expect_session();
        let Link::Up(line) = &mut self.link else {
            return;
        };
        let mut reader = frame.reader();
        let header = RequestHeader::decode(&mut reader).expect("a header");
        match header.op {
            OpCode::PING => {
                assert_eq!(header.xid, Xid::PING.0);
                line.pings += 1;
                return;
            }
            OpCode::AUTH => {
                assert_eq!(header.xid, Xid::AUTH.0);
                return;
            }
            _ => {}
        }
        let own = match self.client.config().set_watches_xid {
            SetWatchesXid::Counted => header.xid > 0,
            _ => header.xid == Xid::SET_WATCHES.0,
        };
        line.owed.push_back(header);
        if own && SET_WATCHES.contains(&header.op) {
            line.awaited.push_back((header.xid, None));
            return;
        }
        assert!(header.xid > 0, "a number that is another's");
        let mut queue = self
            .open
            .iter_mut()
            .filter(|(_, asked)| asked.xid.is_none());
        let (id, asked) = queue.next().expect("a request that nobody made");
        assert_eq!(header.op, asked.op, "requests go out as they were made");
        assert_eq!(
            reader.rest(),
            asked.body,
            "requests go out as they were made"
        );
        asked.xid = Some(header.xid);
        line.awaited.push_back((header.xid, Some(*id)));
    }

    fn take_event(&mut self, event: &WatchedEvent) {
        assert_eq!(self.ends_told, 0, "{event} after the end");
        let ends = [
            KeeperState::EXPIRED,
            KeeperState::AUTH_FAILED,
            KeeperState::CLOSED,
        ];
        let is_end = ends.contains(&event.state);
        if !self.client.phase().is_alive() && is_end {
            self.ends_told += 1;
        } else {
            // Apache takes the state in any event for told, and tells it no second time.
            self.foretold = is_end;
        }
        if event.event != EventType::NONE {
            self.expect_event(event);
        }
    }

    /// The client gives up when its time is over, as the timeout says that was granted.
    fn check_timeout(&self, fault: Fault) {
        let timeout = self.session.timeout_ms();
        let hosts = self.client.config().hosts().len() as u64;
        let (idle, since, limit) = match fault {
            Fault::ConnectTimeout { waited } => (waited, self.dialled, timeout / hosts),
            Fault::ReadTimeout { silence } => (silence, self.heard, timeout * 2 / 3),
            Fault::SessionTimeout { silence } => (silence, self.heard, timeout * 4 / 3),
            fault => panic!("{fault}"),
        };
        let limit = Duration::from_millis(limit);
        assert_eq!(
            self.now - since,
            limit,
            "{fault}, of a timeout of {timeout} ms"
        );
        assert_eq!(idle, limit, "the silence it tells");
    }

    pub(super) fn check(&mut self) {
        let is_dead = !self.client.phase().is_alive();
        assert!(is_dead || !self.was_dead, "back from the dead");
        self.was_dead = is_dead;
        if is_dead {
            assert_eq!(self.deadline(), None, "the dead wait for nothing");
            assert!(
                matches!(self.link, Link::Down),
                "the dead hang on to nothing"
            );
            assert!(self.open.is_empty(), "the dead owe nothing");
            assert!(self.ends_told == 1 || self.foretold, "the end is told once");
        } else {
            assert!(self.deadline().is_some(), "the living have a deadline");
        }
        self.check_phase();
        self.check_session();
    }

    fn check_phase(&self) {
        let phase = self.client.phase();
        let is_linked = match phase {
            Phase::Connecting => matches!(self.link, Link::Dialled),
            Phase::NotConnected | Phase::Closed | Phase::AuthFailed => {
                matches!(self.link, Link::Down)
            }
            _ => matches!(self.link, Link::Up(_)),
        };
        assert!(is_linked, "{phase} without the connection for it");
        if let Link::Up(line) = &self.link {
            let is_so = match line.granted {
                None => phase == Phase::Associating,
                Some(true) => [Phase::ConnectedReadOnly, Phase::Closing].contains(&phase),
                Some(false) => [Phase::Connected, Phase::Closing].contains(&phase),
            };
            assert!(is_so, "{phase} on what the server granted");
        }
    }

    /// What the client says of its session is what it was told.
    fn check_session(&self) {
        let session = &self.session;
        assert_eq!(self.client.session_id(), session.id, "the id granted");
        let passwd = session.passwd.as_deref();
        assert_eq!(self.client.passwd(), passwd, "the password granted");
        let timeout = self.variant.session_timeout(&self.client);
        let granted = session.granted_ms.map(Duration::from_millis);
        assert_eq!(timeout, granted, "the timeout granted");
        let zxid = self.client.last_zxid();
        assert_eq!(zxid, session.last_zxid, "the zxid seen");
    }
}
