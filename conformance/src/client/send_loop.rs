//! Connections come and go: the loop of `ClientCnxn.SendThread.run`, one step at a time.

use std::time::Duration;

use jute_codec::ErrorCode;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::RequestHeader;
use jute_codec::Xid;

use crate::Instant;
use crate::client::Client;
use crate::client::Fault;
use crate::client::Outcome;
use crate::client::Output;
use crate::client::Reply;
use crate::client::RequestId;
use crate::client::SetWatchesXid;
use crate::client::Socket;
use crate::client::Trigger;
use crate::client::WatchedEvent;
use crate::client::host_provider::HostProvider;
use crate::client::outgoing::Packet;
use crate::client::outgoing::Purpose;
use crate::client::outgoing::frame;
use crate::client::read_write::Probe;
use crate::client::state::Pause;
use crate::client::state::State;

impl State {
    /// About to open the next connection.
    pub(super) fn not_connected(hosts: &mut HostProvider, now: Instant) -> Self {
        let (host, delay) = hosts.next();
        let until = now + delay;
        Self::NotConnected(Pause { host, until })
    }
}

impl Client {
    /// When to come back with [`Input::Tick`](crate::client::Input::Tick) at the latest; `None`
    /// if the client is at its end.
    ///
    /// A tick at that instant puts something out or moves the deadline.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let own = match &self.state {
            State::NotConnected(pause) => pause.until,
            State::Connecting | State::Associating(_) => self.timers.connect_deadline(),
            State::Connected(link) => self.timers.read_deadline().min(link.next_ping),
            State::ConnectedReadOnly(link, _) => self
                .timers
                .read_deadline()
                .min(link.next_ping)
                .min(self.search.deadline()),
            State::Closing(_) => self.timers.read_deadline(),
            State::Closed | State::AuthFailed => return None,
        };
        let expiry = self.timers.expiry_deadline(self.session.id != 0);
        Some(expiry.map_or(own, |expiry| expiry.min(own)))
    }

    /// Opens the next connection if the pause is over (`ClientCnxn.SendThread.startConnect`).
    pub(super) fn dial(&mut self, now: Instant) {
        if let State::NotConnected(pause) = &self.state
            && pause.until <= now
            && !self.is_expired(now)
        {
            let host = pause.host.clone();
            self.enter(Trigger::Dial, State::Connecting);
            self.timers.sent(now);
            self.outputs.push_back(Output::Connect(host));
        }
    }

    /// Does what is due by the clock (one turn of the loop in `ClientCnxn.SendThread.run`).
    pub(super) fn look_around(&mut self, now: Instant) {
        if self.is_expired(now) {
            return self.expire(now);
        }
        match &self.state {
            State::Connecting | State::Associating(_) => {
                if self.timers.connect_deadline() <= now {
                    let waited = self.timers.idle_send(now);
                    self.give_up(now, Fault::ConnectTimeout { waited });
                }
            }
            State::Connected(_) | State::ConnectedReadOnly(..) | State::Closing(_) => {
                if self.timers.read_deadline() <= now {
                    let silence = self.timers.idle_heard(now);
                    return self.give_up(now, Fault::ReadTimeout { silence });
                }
                self.ping(now);
                self.probe(now);
            }
            State::NotConnected(_) | State::Closed | State::AuthFailed => {}
        }
    }

    /// Sends a ping if one is due, though not behind `closeSession`
    /// (`ClientCnxn.SendThread.sendPing`).
    fn ping(&mut self, now: Instant) {
        let (State::Connected(link) | State::ConnectedReadOnly(link, _)) = &mut self.state else {
            return;
        };
        if self.timers.is_ping_due(now) {
            let header = RequestHeader {
                xid: Xid::PING.0,
                op: OpCode::PING,
            };
            self.outputs.push_back(Output::Send(frame(&header)));
            self.timers.sent(now);
        }
        link.next_ping = self.timers.ping_deadline(now);
    }

    /// Asks the next server whether it is read/write, if that is due
    /// (`ClientCnxn.SendThread.pingRwServer`).
    fn probe(&mut self, now: Instant) {
        if let State::ConnectedReadOnly(_, probe) = &mut self.state
            && self.search.deadline() <= now
        {
            self.search.probed(now);
            let host = self.hosts.peek();
            *probe = Some(Probe::new(host.clone(), now));
            self.outputs.push_back(Output::Probe(host));
        }
    }

    /// Leaves for a read/write server if one was found (`ClientCnxn.SendThread.pingRwServer`).
    pub(super) fn on_probe_answer(&mut self, now: Instant, answer: &[u8]) {
        if let State::ConnectedReadOnly(_, probe) = &mut self.state
            && let Some(probe) = probe.take()
            && let Some(host) = probe.found(now, answer)
        {
            self.search.found();
            self.hosts.prefer(host);
            self.lose(now, Socket::Open);
        }
    }

    /// Queues a packet, or loses it at once if nothing may go out any more
    /// (`ClientCnxn.queuePacket`).
    pub(super) fn submit(&mut self, now: Instant, packet: Packet) {
        let request = packet.purpose.request();
        if self.phase().is_alive() && self.outgoing.push(packet) {
            self.flush(now);
        } else if let Some(request) = request {
            self.reply(request, None, Outcome::Lost(self.loss()));
        }
    }

    /// Sends what is queued, if there is a session, and numbers it
    /// (`ClientCnxnSocketNIO.doIO`).
    pub(super) fn flush(&mut self, now: Instant) {
        while let Some(link) = self.state.link()
            && let Some(packet) = self.outgoing.pop()
        {
            let xid = match packet.purpose {
                Purpose::Auth => Xid::AUTH.0,
                Purpose::SetWatches if self.config.set_watches_xid == SetWatchesXid::Reserved => {
                    Xid::SET_WATCHES.0
                }
                Purpose::SetWatches | Purpose::Request(_) | Purpose::Close(_) => self.xids.next(),
            };
            self.outputs.push_back(Output::Send(packet.frame(xid)));
            self.timers.sent(now);
            link.next_ping = self.timers.ping_deadline(now);
            match packet.purpose {
                Purpose::Auth => {}
                Purpose::SetWatches | Purpose::Request(_) => link.pending.push(xid, packet.purpose),
                Purpose::Close(_) => {
                    link.pending.push(xid, packet.purpose);
                    self.leave();
                }
            }
        }
    }

    /// Stops everything but waiting for the reply to `closeSession`.
    fn leave(&mut self) {
        self.step(Trigger::Leave, |state| match state {
            State::Connected(link) | State::ConnectedReadOnly(link, _) => State::Closing(link),
            other => other,
        });
    }

    /// The connection is no more, by the word of the outside.
    pub(super) fn on_end(&mut self, now: Instant, socket: Socket) {
        if self.state.has_connection() {
            self.lose(now, socket);
        }
    }

    /// Says why and closes the connection.
    pub(super) fn give_up(&mut self, now: Instant, fault: Fault) {
        self.outputs.push_back(Output::Fault(fault));
        self.lose(now, Socket::Open);
    }

    /// Cleans up after a connection, and waits for the next one
    /// (`ClientCnxn.SendThread.cleanAndNotifyState`) or, if the client is closing, ends.
    ///
    /// The waits of Apache's loop add up: the rest in `ClientCnxnSocketNIO.cleanup`, the delay of
    /// `HostConnectionManager.next`, the random pause of `ClientCnxn.SendThread.startConnect`.
    pub(super) fn lose(&mut self, now: Instant, socket: Socket) {
        self.clean_up(socket, ErrorCode::CONNECTION_LOSS);
        self.emit(WatchedEvent::session(KeeperState::DISCONNECTED));
        if self.outgoing.is_sealed() {
            self.enter(Trigger::End, State::Closed);
            self.emit_last(KeeperState::CLOSED);
            return;
        }
        let pause = if self.was_open {
            self.random_pause()
        } else {
            Duration::ZERO
        };
        let waiting = State::not_connected(&mut self.hosts, now + self.config.rest + pause);
        self.enter(Trigger::Lose, waiting);
    }

    /// Waits, so that not all clients of a server that was lost come back at once.
    fn random_pause(&mut self) -> Duration {
        let limit = u64::try_from(self.config.pause.as_millis()).unwrap_or(u64::MAX);
        let millis = if limit > 0 { self.rng.u64(0..limit) } else { 0 };
        Duration::from_millis(millis)
    }

    /// Takes the session for gone.
    fn expire(&mut self, now: Instant) {
        let silence = self.timers.idle_heard(now);
        self.outputs
            .push_back(Output::Fault(Fault::SessionTimeout { silence }));
        let socket = if self.state.has_connection() {
            Socket::Open
        } else {
            Socket::Gone
        };
        self.clean_up(socket, ErrorCode::SESSION_EXPIRED);
        self.enter(Trigger::Expire, State::Closed);
        self.emit_last(if self.outgoing.is_sealed() {
            KeeperState::CLOSED
        } else {
            KeeperState::EXPIRED
        });
    }

    fn is_expired(&self, now: Instant) -> bool {
        let deadline = self.timers.expiry_deadline(self.session.id != 0);
        self.phase().is_alive() && deadline.is_some_and(|deadline| deadline <= now)
    }

    /// Closes the connection and loses everything in flight or in the queue, oldest first
    /// (`ClientCnxn.SendThread.cleanup`).
    pub(super) fn clean_up(&mut self, socket: Socket, error: ErrorCode) {
        if socket == Socket::Open {
            self.outputs.push_back(Output::Disconnect);
        }
        while let Some(awaited) = self.state.link().and_then(|link| link.pending.pop()) {
            if let Some(request) = awaited.purpose.request() {
                self.reply(request, Some(awaited.xid), Outcome::Lost(error));
            }
        }
        while let Some(packet) = self.outgoing.pop() {
            if let Some(request) = packet.purpose.request() {
                self.reply(request, None, Outcome::Lost(error));
            }
        }
    }

    /// What a request is lost to (`ClientCnxn.conLossPacket`).
    const fn loss(&self) -> ErrorCode {
        match self.state {
            State::AuthFailed => ErrorCode::AUTH_FAILED,
            State::Closed => ErrorCode::SESSION_EXPIRED,
            State::NotConnected(_)
            | State::Connecting
            | State::Associating(_)
            | State::Connected(_)
            | State::ConnectedReadOnly(..)
            | State::Closing(_) => ErrorCode::CONNECTION_LOSS,
        }
    }

    pub(super) fn reply(&mut self, request: RequestId, xid: Option<i32>, outcome: Outcome) {
        self.outputs.push_back(Output::Reply(Reply {
            request,
            xid,
            outcome,
        }));
    }

    /// Goes to the next state, by a move that the table has.
    pub(super) fn enter(&mut self, trigger: Trigger, next: State) {
        self.step(trigger, |_| next);
    }

    /// Turns one state into the next, by a move that the table has.
    pub(super) fn step(&mut self, trigger: Trigger, next: impl FnOnce(State) -> State) {
        let legal = self.phase().after(trigger);
        self.state = next(std::mem::replace(&mut self.state, State::Closed));
        debug_assert_eq!(legal, Some(self.phase()), "{trigger}");
    }
}
