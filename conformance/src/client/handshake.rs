//! From an open connection to a session on it.

use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::ErrorCode;
use jute_codec::Frame;
use jute_codec::Framer;
use jute_codec::KeeperState;
use jute_codec::Reader;
use jute_codec::Reading;

use crate::Instant;
use crate::client::Client;
use crate::client::Fault;
use crate::client::Output;
use crate::client::Socket;
use crate::client::Trigger;
use crate::client::WatchPolicy;
use crate::client::WatchedEvent;
use crate::client::outgoing::Identity;
use crate::client::outgoing::Packet;
use crate::client::outgoing::Purpose;
use crate::client::outgoing::frame;
use crate::client::pending::Pending;
use crate::client::state::Link;
use crate::client::state::State;

impl Client {
    /// The connection is open: whether at once or after a while makes no difference
    /// (`ClientCnxnSocketNIO.registerAndConnect`, `doTransport`).
    pub(super) fn on_open(&mut self, now: Instant) {
        if !matches!(self.state, State::Connecting) {
            return;
        }
        self.timers.sent(now);
        self.timers.heard(now);
        self.prime();
        let framer = Framer::new(self.config.limits);
        self.enter(Trigger::Open, State::Associating(framer));
    }

    /// Asks for the session, and puts identities and watches in front of whatever is queued
    /// (`ClientCnxn.SendThread.primeConnection`).
    ///
    /// The request goes out alone. The rest waits for the answer, since a server that refuses
    /// closes at once, and bytes it has not read could take the refusal down with them
    /// (`ClientCnxnSocketNIO.doIO`). As Apache puts each packet in front of the one before, the
    /// identity added last goes first, and so does the last batch of watches.
    fn prime(&mut self) {
        self.was_open = true;
        if self.config.watches == WatchPolicy::Reset {
            for (op, body) in self.watches.batches(self.session.last_zxid) {
                self.outgoing
                    .push_front(Packet::new(Purpose::SetWatches, op, body));
            }
        }
        for packet in self.identities.iter().map(Identity::packet) {
            self.outgoing.push_front(packet);
        }
        let request = ConnectRequest {
            protocol_version: 0,
            last_zxid_seen: self.session.last_zxid,
            time_out: self.config.wire_timeout(),
            session_id: self.session.id_to_present(),
            passwd: self.session.passwd.as_deref(),
            read_only: self.config.read_only,
        };
        self.outputs.push_back(Output::Send(frame(&request)));
    }

    /// Reads the answer (`ClientCnxnSocket.readConnectResult`). A missing `readOnly` is false, and
    /// bytes behind it are ignored (`ProtocolManager.deserializeConnectResponse`).
    ///
    /// # Errors
    /// If it is none.
    pub(super) fn on_connect_response(&mut self, now: Instant, frame: &Frame) -> Result<(), Fault> {
        let mut reader = Reader::with(frame.payload(), Reading::JAVA);
        let response = ConnectResponse::decode(&mut reader).map_err(Fault::ConnectResponse)?;
        if response.is_refusal() {
            self.refuse();
        } else {
            self.establish(now, &response, frame);
        }
        Ok(())
    }

    /// There is a session (`ClientCnxn.SendThread.onConnected`).
    fn establish(&mut self, now: Instant, response: &ConnectResponse<'_>, frame: &Frame) {
        let read_only = response.read_only.unwrap_or(false);
        self.session.grant(response, frame);
        self.timers.set_timeout(response.time_out);
        self.timers.heard(now);
        self.hosts.on_connected();
        let next_ping = self.timers.ping_deadline(now);
        let link = |framer| Link {
            framer,
            pending: Pending::default(),
            next_ping,
        };
        let event = if read_only {
            self.step(Trigger::AcceptReadOnly, |state| match state {
                State::Associating(framer) => State::ConnectedReadOnly(link(framer), None),
                other => other,
            });
            KeeperState::CONNECTED_READ_ONLY
        } else {
            self.step(Trigger::Accept, |state| match state {
                State::Associating(framer) => State::Connected(link(framer)),
                other => other,
            });
            KeeperState::SYNC_CONNECTED
        };
        self.emit(WatchedEvent::session(event));
        self.flush(now);
    }

    /// The session is gone, and the client with it (`ClientCnxn.SendThread.onConnected`).
    fn refuse(&mut self) {
        self.emit_last(KeeperState::EXPIRED);
        self.clean_up(Socket::Open, ErrorCode::SESSION_EXPIRED);
        self.enter(Trigger::Refuse, State::Closed);
    }
}
