//! What a client has to do, as plainly as it can be said.

use jute_codec::KeeperState;
use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Fault;
use zk_conformance::client::Input;
use zk_conformance::client::Output;
use zk_conformance::client::Phase;

use super::PAUSE;
use super::REST;
use super::SESSION;
use super::steps::Grant;
use super::steps::Setup;
use crate::client::rig::connect_request;
use crate::client::turn::Names;
use crate::client::turn::Turn;

/// The connection, of which there is one at most.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Link {
    None,
    Opening,
    /// The session was not asked for yet.
    Open,
    Asked,
    Held,
}

/// Watches a client, and knows better.
#[derive(Debug)]
pub(super) struct Judge {
    setup: Setup,
    pub(super) link: Link,
    /// When the connection was asked for, was open or was lost.
    since: u64,
    was_ever_asked: bool,
    was_ever_open: bool,
    turn: Turn,
    names: Names,
    session: i64,
    passwd: Option<[u8; 16]>,
    zxid: i64,
    /// Whether the session is one that read/write servers know.
    is_known: bool,
    /// The timeout that counts.
    timeout: u64,
    heard: u64,
    /// The server has just said that there is no such session.
    is_refused: bool,
    pub(super) is_over: bool,
}

impl Judge {
    pub(super) fn new(setup: Setup, now: Instant) -> Self {
        let resumed = setup.resumed.is_some();
        Self {
            setup,
            link: Link::None,
            since: now.as_millis(),
            was_ever_asked: false,
            was_ever_open: false,
            turn: Turn::new(setup.hosts),
            names: Names::default(),
            session: if resumed { SESSION } else { 0 },
            passwd: Some([setup.resumed.unwrap_or(0); 16]),
            zxid: 0,
            is_known: resumed,
            timeout: setup.timeout,
            heard: now.as_millis(),
            is_refused: false,
            is_over: false,
        }
    }

    /// Something is about to happen.
    pub(super) fn hear(&mut self, now: Instant, input: &Input<'_>) {
        let now = now.as_millis();
        match input {
            Input::Connected if self.link == Link::Opening => {
                self.link = Link::Open;
                self.was_ever_open = true;
                (self.since, self.heard) = (now, now);
            }
            Input::ConnectFailed | Input::Lost if self.link != Link::None => {
                (self.link, self.since) = (Link::None, now);
            }
            _ => {}
        }
    }

    /// A session is about to be granted, if it was asked for.
    pub(super) fn offer(&mut self, now: Instant, grant: Grant) {
        let Grant {
            id,
            byte,
            timeout,
            read_only,
        } = grant;
        // A timeout of nothing is what a refusal has.
        if timeout <= 0 {
            self.refuse();
        } else if self.link == Link::Asked {
            self.link = Link::Held;
            self.heard = now.as_millis();
            self.session = id;
            self.passwd = byte.map(|byte| [byte; 16]);
            self.timeout = u64::try_from(timeout).expect("above zero");
            self.is_known |= !read_only;
            self.turn.on_connected();
        }
    }

    /// The server is about to say that there is no such session.
    pub(super) fn refuse(&mut self) {
        self.is_refused = self.link == Link::Asked;
    }

    /// A reply is about to come, on a connection with a session.
    pub(super) fn answer(&mut self, now: Instant, zxid: i64) {
        self.heard = now.as_millis();
        if zxid > 0 {
            self.zxid = zxid;
        }
    }

    /// Something that the client does.
    pub(super) fn see(&mut self, now: Instant, output: Output) {
        let now = now.as_millis();
        match output {
            Output::Connect(host) => {
                assert!(!self.is_over, "a connection after the end");
                assert_eq!(self.link, Link::None, "two connections at once");
                let (place, is_whole) = self.turn.next();
                self.names.check(place, &host);
                self.check_pause(now, is_whole);
                self.was_ever_asked = true;
                (self.link, self.since) = (Link::Opening, now);
            }
            Output::Send(frame) => match self.link {
                Link::Open => {
                    self.check_request(&frame[4..]);
                    self.link = Link::Asked;
                }
                link => assert_eq!(link, Link::Held, "something is written"),
            },
            Output::Disconnect => {
                assert_ne!(self.link, Link::None, "disconnects twice");
                (self.link, self.since) = (Link::None, now);
            }
            Output::Event(event) => {
                assert!(!self.is_over, "{event} after the end");
                if event.state == KeeperState::EXPIRED {
                    let is_due = self.expiry().is_some_and(|expiry| expiry <= now);
                    assert!(self.is_refused || is_due, "expires too early");
                    self.is_over = true;
                }
            }
            Output::Fault(fault) => self.check_fault(now, &fault),
            Output::Reply(_) => {}
            other => unreachable!("unheard of: {other}"),
        }
    }

    /// The first connection is asked for at once; those after it when the client has rested, has
    /// waited at the end of a turn and, if one was ever open, a random while.
    fn check_pause(&self, now: u64, is_whole: bool) {
        let rest = if self.was_ever_asked { REST } else { 0 };
        let earliest = self.since + rest + if is_whole { 1_000 } else { 0 };
        let random = if self.was_ever_open { PAUSE } else { 1 };
        let pauses = earliest..earliest + random;
        assert!(
            pauses.contains(&now),
            "connects at {now}, not in {pauses:?}"
        );
    }

    /// What is asked for is what is known.
    fn check_request(&self, payload: &[u8]) {
        let request = connect_request(payload);
        let session = if self.is_known { self.session } else { 0 };
        assert_eq!(request.session_id, session, "session presented");
        let passwd = self.passwd.as_ref().map(|it| &it[..]);
        assert_eq!(request.passwd, passwd, "password presented");
        assert_eq!(request.last_zxid_seen, self.zxid, "zxid presented");
        let timeout = u64::try_from(request.time_out);
        assert_eq!(timeout, Ok(self.setup.timeout), "timeout asked for");
        assert_eq!(request.read_only, Some(false));
    }

    /// A client whose driver is on time gives up on time.
    fn check_fault(&self, now: u64, fault: &Fault) {
        match fault {
            Fault::ConnectTimeout { .. } => assert_eq!(now, self.connect_limit(), "{fault}"),
            Fault::ReadTimeout { .. } => assert_eq!(now, self.read_limit(), "{fault}"),
            Fault::SessionTimeout { .. } => assert_eq!(Some(now), self.expiry(), "{fault}"),
            _ => assert!(fault.is_misbehaviour()),
        }
    }

    fn connect_limit(&self) -> u64 {
        self.since + self.timeout / u64::from(self.setup.hosts)
    }

    fn read_limit(&self) -> u64 {
        self.heard + self.timeout * 2 / 3
    }

    /// When the client takes the session for gone, or the wish for one for vain.
    fn expiry(&self) -> Option<u64> {
        if !self.setup.own_clock {
            None
        } else if self.session != 0 {
            Some(self.heard + self.timeout * 4 / 3)
        } else {
            self.setup.new_session.map(|timeout| self.heard + timeout)
        }
    }

    /// The client does what the judge thinks it does, and nothing is overdue.
    pub(super) fn agree(&self, now: Instant, phase: Phase) {
        let now = now.as_millis();
        let phases: &[Phase] = match self.link {
            _ if self.is_over => &[Phase::Closed],
            Link::None => &[Phase::NotConnected],
            Link::Opening => &[Phase::Connecting],
            Link::Open | Link::Asked => &[Phase::Associating],
            Link::Held => &[Phase::Connected, Phase::ConnectedReadOnly],
        };
        assert!(phases.contains(&phase), "{phase:?}, not one of {phases:?}");
        let limit = match self.link {
            _ if self.is_over => return,
            Link::None => None,
            Link::Opening | Link::Open | Link::Asked => Some(self.connect_limit()),
            Link::Held => Some(self.read_limit()),
        };
        let limit = limit.into_iter().chain(self.expiry()).min();
        // What is due at this very moment may need the driver's tick.
        assert!(limit.is_none_or(|limit| now <= limit), "overdue");
    }

    /// What the client says of its session is what it was told.
    pub(super) fn know(&self, client: &Client) {
        assert_eq!(client.session_id(), self.session);
        assert_eq!(client.passwd(), self.passwd.as_ref().map(|it| &it[..]));
        assert_eq!(client.last_zxid(), self.zxid);
    }
}
