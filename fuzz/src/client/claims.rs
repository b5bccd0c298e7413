//! What a client does, held against what it may do.

use jute_codec::ConnectRequest;
use jute_codec::Decode;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::RequestHeader;
use jute_codec::Xid;
use zk_conformance::client::Outcome;
use zk_conformance::client::Output;
use zk_conformance::client::Phase;

use crate::client::World;
use crate::client::link::Link;

impl World {
    pub(super) fn take(&mut self, output: Output) {
        match output {
            Output::Connect(_) => {
                assert!(!self.was_dead, "the dead do not connect");
                assert!(matches!(self.link, Link::Down), "two connections");
                self.link = Link::Dialled;
            }
            Output::Disconnect => {
                assert!(!matches!(self.link, Link::Down), "nothing to disconnect");
                self.link = Link::Down;
            }
            Output::Send(bytes) => self.take_bytes(&bytes),
            Output::Reply(reply) => {
                assert!(self.open.remove(&reply.request), "a reply to nothing");
                if let Outcome::Answered(answer) = &reply.outcome {
                    assert_eq!(reply.xid, Some(answer.header.xid), "another's answer");
                    if self.answered > 0 {
                        self.answered -= 1;
                    } else {
                        let left = self.noise.checked_sub(SHORTEST_REPLY);
                        self.noise = left.expect("an answer that nobody gave");
                    }
                }
            }
            Output::Event(event) => {
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
            }
            output => {
                assert!(!self.was_dead, "the dead do nothing");
                self.faults += u64::from(matches!(output, Output::Fault(_)));
            }
        }
    }

    pub(super) fn take_bytes(&mut self, bytes: &[u8]) {
        let Link::Up {
            framer,
            asked,
            granted,
            owed,
            pings,
            ..
        } = &mut self.link
        else {
            panic!("bytes without a connection");
        };
        framer.push(bytes);
        let frame = framer.next_frame().expect("a frame").expect("all of it");
        assert!(framer.buffered().is_empty(), "a frame at a time");
        if !*asked {
            *asked = true;
            let request: ConnectRequest<'_> = frame.decode().expect("a request for a session");
            assert_eq!(request.protocol_version, 0);
            let id = self.client.session_id();
            assert!(
                [0, id].contains(&request.session_id),
                "a session of its own"
            );
            let own = self.client.passwd();
            assert_eq!(request.passwd, own, "the password it has");
            return;
        }
        // What goes out in the same breath as the grant is seen before `granted` is set.
        *granted |= self.client.phase() != Phase::Associating;
        assert!(*granted, "nothing goes out before the session");
        let mut reader = frame.reader();
        let header = RequestHeader::decode(&mut reader).expect("a header");
        match header.op {
            OpCode::PING => {
                assert_eq!(header.xid, Xid::PING.0);
                *pings += 1;
            }
            OpCode::AUTH => assert_eq!(header.xid, Xid::AUTH.0),
            _ => {
                let set_watches = [OpCode::SET_WATCHES, OpCode::SET_WATCHES2].contains(&header.op);
                assert!(header.xid > 0 || set_watches && header.xid == Xid::SET_WATCHES.0);
                owed.push_back(header);
            }
        }
    }

    pub(super) fn check(&mut self) {
        let is_dead = !self.client.phase().is_alive();
        assert!(is_dead || !self.was_dead, "back from the dead");
        self.was_dead = is_dead;
        if is_dead {
            assert_eq!(self.client.deadline(), None, "the dead wait for nothing");
            assert!(
                matches!(self.link, Link::Down),
                "the dead hang on to nothing"
            );
            assert!(self.open.is_empty(), "the dead owe nothing");
            assert!(self.ends_told == 1 || self.foretold, "the end is told once");
        } else {
            assert!(
                self.client.deadline().is_some(),
                "the living have a deadline"
            );
        }
        let is_linked = match self.client.phase() {
            Phase::Connecting => matches!(self.link, Link::Dialled),
            Phase::NotConnected | Phase::Closed | Phase::AuthFailed => {
                matches!(self.link, Link::Down)
            }
            _ => matches!(self.link, Link::Up { .. }),
        };
        assert!(
            is_linked,
            "{} without the connection for it",
            self.client.phase()
        );
    }
}

/// Bytes of a reply that has nothing but a header, and of the length before it.
const SHORTEST_REPLY: usize = 4 + 16;
