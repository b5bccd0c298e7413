//! What the model knows of connections and sessions.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use jute_codec::Framer;
use jute_codec::OpCode;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use zk_conformance::Instant;
use zk_conformance::server::Config;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Phase;
use zk_conformance::server::Reason;
use zk_conformance::server::Transport;
use zk_conformance::server::Word;

/// What the model knows of an open connection.
pub(super) struct Connection {
    pub(super) peer: IpAddr,
    pub(super) framer: Framer,
    /// What it does; closed if it has come to its end, and is read no more.
    pub(super) phase: Phase,
    /// When it ends unless it says anything.
    pub(super) silent_at: Option<Instant>,
    pub(super) session: Option<i64>,
    pub(super) has_read_only: bool,
    /// What requests do to the end of the session that is asked for in the same read.
    pub(super) touches: Vec<Touch>,
    /// Answers that have to come, in their order.
    pub(super) owed: VecDeque<Owed>,
    /// How many of the requests that are owed an answer the delegate has.
    pub(super) delegated: usize,
    /// Why it has to end now.
    pub(super) end: Option<Reason>,
    /// Whether the server has said that it ends.
    pub(super) is_over: bool,
}

/// An answer that has to come: at once, unless it is the delegate's or waits for one that is.
pub(super) enum Owed {
    /// A session.
    Session(Asked),
    /// That there is no such session, and for what reason the connection ends then.
    Refusal {
        has_read_only: bool,
        reason: Reason,
    },
    /// That there are no new sessions.
    Stranding,
    /// The answer to a word, which is a text.
    Text(Word),
    Ping,
    CloseSession {
        xid: i32,
    },
    /// To an identity, and whether it is one that is taken.
    Identity {
        xid: i32,
        is_taken: bool,
    },
    /// To a SASL token.
    Token {
        xid: i32,
    },
    /// To a `createSession`: the session again, or an error if it has no timeout. If it `waits`,
    /// the timeout counts when its turn comes.
    Repeat {
        xid: i32,
        time_out: Option<i32>,
        waits: bool,
    },
    /// To a write, where nothing is written.
    NotReadOnly {
        xid: i32,
    },
    /// To an operation that nobody knows.
    Unknown {
        xid: i32,
        op: OpCode,
    },
    /// The delegate's, which has to get this.
    Delegated {
        header: RequestHeader,
        payload: Bytes,
    },
    /// The delegate's, which has come.
    Answer {
        header: ReplyHeader,
        body: Bytes,
    },
}

/// A session that a client asked for and has to get.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// Zero for a new one.
    pub(super) session_id: i64,
    pub(super) timeout_ms: i32,
    pub(super) has_read_only: bool,
    /// Who has it until then.
    pub(super) owner: Option<ConnectionId>,
}

/// What the model knows of a session.
pub(super) struct Session {
    pub(super) created_ms: i32,
    pub(super) timeout_ms: i32,
    /// When it ends unless anything is heard of it.
    pub(super) ends: Instant,
}

/// What a request does to the end of its session.
#[derive(Clone, Copy)]
pub(super) enum Touch {
    /// It counts as life.
    Counts,
    /// It counts with this timeout, once.
    Once(i32),
}

impl Connection {
    pub(super) fn new(peer: IpAddr, config: &Config, now: Instant) -> Self {
        Self {
            peer,
            framer: Framer::new(config.limits),
            phase: Phase::Greeting,
            silent_at: silent_at(config, now),
            session: None,
            has_read_only: false,
            touches: Vec::new(),
            owed: VecDeque::new(),
            delegated: 0,
            end: None,
            is_over: false,
        }
    }

    /// Whether an answer waits for the delegate's to come before it.
    pub(super) fn waits(&self) -> bool {
        self.delegated_requests().next().is_some()
    }

    /// The requests that the delegate has or has to get.
    pub(super) fn delegated_requests(&self) -> impl Iterator<Item = (RequestHeader, &Bytes)> {
        self.owed.iter().filter_map(|owed| match owed {
            Owed::Delegated { header, payload } => Some((*header, payload)),
            _ => None,
        })
    }

    /// Demands that nothing is missing that can be done without the delegate.
    pub(super) fn check_done(&self, connection: ConnectionId) {
        match self.owed.front() {
            None | Some(Owed::Delegated { .. }) => {}
            Some(Owed::Session(_) | Owed::Refusal { .. } | Owed::Stranding) => {
                panic!("{connection}: a handshake without an answer")
            }
            Some(Owed::Text(word)) => panic!("{connection}: {word} without an answer"),
            Some(_) => panic!("{connection}: a request without an answer"),
        }
        let count = self.delegated_requests().count();
        assert_eq!(self.delegated, count, "the delegate gets every request");
    }
}

impl Session {
    pub(super) fn new(now: Instant, timeout_ms: i32) -> Self {
        Self {
            created_ms: timeout_ms,
            timeout_ms,
            ends: due(now, timeout_ms),
        }
    }

    pub(super) fn touch(&mut self, now: Instant, touch: Touch) {
        let timeout_ms = match touch {
            Touch::Counts => self.timeout_ms,
            Touch::Once(time_out) => time_out,
        };
        self.ends = due(now, timeout_ms);
    }
}

/// When a session ends, by the rule: in whole ticks, never early.
fn due(now: Instant, timeout_ms: i32) -> Instant {
    let timeout = Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0));
    rounded_up(now + timeout, TICK)
}

/// When a connection that was last heard of now is silent for too long, if it is without a session.
pub(super) fn silent_at(config: &Config, now: Instant) -> Option<Instant> {
    let silence = config.sessionless_timeout?;
    (config.transport == Transport::Nio).then(|| rounded_up(now + silence, silence))
}

/// The next multiple of `grain`.
fn rounded_up(moment: Instant, grain: Duration) -> Instant {
    let grain = u64::try_from(grain.as_millis()).expect("a short time");
    Instant::from_millis((moment.as_millis() / grain + 1) * grain)
}

/// Sessions last from 400 to 4000 ms.
pub(crate) const TICK: Duration = Duration::from_millis(200);
