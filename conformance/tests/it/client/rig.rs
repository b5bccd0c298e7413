//! A client on virtual time, and the bytes its server would send.

use std::time::Duration;

use bytes::BytesMut;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Ustring;
use jute_codec::WatcherEvent;
use jute_codec::Xid;
use jute_codec::put_frame;
use zk_conformance::Instant;
use zk_conformance::client::Client;
use zk_conformance::client::Config;
use zk_conformance::client::Input;
use zk_conformance::client::Output;

/// A client and the time it is.
#[derive(Clone, Debug)]
pub(crate) struct Rig {
    pub(crate) client: Client,
    pub(crate) now: Instant,
}

/// A config for `hosts` servers, named `a`, `b` and so on.
pub(crate) fn config(hosts: u8, timeout_ms: u64) -> Config {
    let timeout = Duration::from_millis(timeout_ms);
    (1..hosts).fold(Config::new("a", timeout), |config, n| {
        config.host(char::from(b'a' + n).to_string())
    })
}

impl Rig {
    /// A new client, with its first output still to be taken.
    pub(crate) fn new(config: Config) -> Self {
        let now = Instant::from_millis(10_000);
        Self {
            client: Client::new(config, now),
            now,
        }
    }

    /// A client with a session of `timeout_ms` on a read/write server, nothing left to take.
    pub(crate) fn connected(config: Config, timeout_ms: i32) -> Self {
        let mut rig = Self::new(config);
        rig.establish(timeout_ms, false);
        rig.take();
        rig
    }

    /// Everything that has to be done outside.
    pub(crate) fn take(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.client.poll()).collect()
    }

    /// The same in words.
    pub(crate) fn says(&mut self) -> Vec<String> {
        self.take().iter().map(ToString::to_string).collect()
    }

    /// Takes an input, and what comes of it in words.
    pub(crate) fn handle(&mut self, input: Input<'_>) -> Vec<String> {
        self.client.handle(self.now, input);
        self.says()
    }

    /// A server's bytes come in.
    pub(crate) fn receive(&mut self, bytes: &[u8]) -> Vec<String> {
        self.handle(Input::Receive(bytes))
    }

    pub(crate) fn advance(&mut self, millis: u64) {
        self.now = self.now + Duration::from_millis(millis);
    }

    /// Milliseconds up to the deadline.
    pub(crate) fn wait(&self) -> u64 {
        let deadline = self.client.deadline().expect("a client that is alive");
        u64::try_from((deadline - self.now).as_millis()).expect("a short wait")
    }

    /// Goes to the deadline; how far that was, and what comes of it in words.
    pub(crate) fn next(&mut self) -> (u64, Vec<String>) {
        let wait = self.wait();
        self.advance(wait);
        (wait, self.handle(Input::Tick))
    }

    /// The connection being opened is open and the server grants a session.
    pub(crate) fn establish(&mut self, timeout_ms: i32, read_only: bool) {
        self.client.handle(self.now, Input::Connected);
        let response = response(timeout_ms, Some(read_only));
        self.client.handle(self.now, Input::Receive(&response));
    }

    /// Goes on until a connection is asked for: the server, and the time that took.
    pub(crate) fn dialled(&mut self) -> (String, u64) {
        let start = self.now;
        loop {
            for output in self.take() {
                if let Output::Connect(host) = output {
                    let waited = u64::try_from((self.now - start).as_millis()).expect("short");
                    return (host.to_string(), waited);
                }
            }
            let wait = self.wait();
            self.advance(wait);
            self.client.handle(self.now, Input::Tick);
        }
    }

    /// Loses the connection and opens the next one: the request for the session, and the rest.
    pub(crate) fn reconnect(&mut self) -> Vec<Vec<u8>> {
        self.client.handle(self.now, Input::Lost);
        self.dialled();
        self.client.handle(self.now, Input::Connected);
        self.sent()
    }

    /// The payloads written.
    pub(crate) fn sent(&mut self) -> Vec<Vec<u8>> {
        self.take().iter().filter_map(payload).collect()
    }

    pub(crate) fn request(&mut self, op: OpCode) {
        self.client.request(self.now, op, 7_i32);
    }
}

/// The payload of a frame to be sent.
pub(crate) fn payload(output: &Output) -> Option<Vec<u8>> {
    match output {
        Output::Send(frame) => Some(frame.get(4..).expect("a frame").to_vec()),
        _ => None,
    }
}

/// The xid and operation of a request.
#[track_caller]
pub(crate) fn head(payload: &[u8]) -> (i32, OpCode) {
    let header = RequestHeader::decode(&mut Reader::new(payload)).expect("a header");
    (header.xid, header.op)
}

#[track_caller]
pub(crate) fn connect_request(payload: &[u8]) -> ConnectRequest<'_> {
    ConnectRequest::from_payload(payload).expect("a connect request")
}

pub(crate) fn frame(payload: &impl Encode) -> Vec<u8> {
    let mut out = BytesMut::new();
    put_frame(&mut out, payload);
    out.to_vec()
}

/// The grant of session 0x77.
pub(crate) fn response(timeout_ms: i32, read_only: Option<bool>) -> Vec<u8> {
    frame(&ConnectResponse {
        protocol_version: 0,
        time_out: timeout_ms,
        session_id: 0x77,
        passwd: Some(&PASSWD),
        read_only,
    })
}

pub(crate) fn refusal() -> Vec<u8> {
    frame(&ConnectResponse {
        passwd: Some(&[0; 16]),
        read_only: Some(false),
        ..ConnectResponse::default()
    })
}

pub(crate) fn reply(xid: i32, zxid: i64, err: ErrorCode) -> Vec<u8> {
    frame(&ReplyHeader { xid, zxid, err })
}

pub(crate) fn event(event: EventType, state: KeeperState, path: &str) -> Vec<u8> {
    let header = ReplyHeader {
        xid: Xid::NOTIFICATION.0,
        zxid: -1,
        err: ErrorCode::OK,
    };
    let path = Ustring::new(path);
    frame(&(header, WatcherEvent { event, state, path }))
}

pub(crate) const PASSWD: [u8; 16] = *b"swordfish-123456";
