//! A server, a virtual clock, and what each connection got.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::BytesMut;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Frame;
use jute_codec::put_frame;
use zk_conformance::Instant;
use zk_conformance::server::Config;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Event;
use zk_conformance::server::Input;
use zk_conformance::server::Output;
use zk_conformance::server::Server;
use zk_conformance::server::password;

/// The id of the first session of a server that is number 1 and started at 0 ms.
pub(crate) const FIRST: i64 = 0x0100_0000_0000_0000;

#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) server: Server,
    pub(super) now: Instant,
    sent: BTreeMap<u64, Vec<u8>>,
    closed: BTreeSet<u64>,
    pub(super) events: Vec<Event>,
    pub(super) requests: Vec<(u64, Frame)>,
    /// Everything that came out, a line each.
    pub(super) log: String,
}

impl World {
    pub(super) fn new(config: Config) -> Self {
        Self {
            server: Server::new(config, Instant::ZERO),
            now: Instant::ZERO,
            sent: BTreeMap::new(),
            closed: BTreeSet::new(),
            events: Vec::new(),
            requests: Vec::new(),
            log: String::new(),
        }
    }

    pub(super) fn handle(&mut self, input: Input<'_>) {
        let line = input.to_string();
        assert!(!line.contains('\n'), "{line}");
        self.server.handle(self.now, input);
        self.collect();
    }

    fn collect(&mut self) {
        while let Some(output) = self.server.poll() {
            self.log += &format!("{} {output}\n", self.now);
            match output {
                Output::Send { connection, bytes } => {
                    let id = connection.0;
                    assert!(!self.closed.contains(&id), "{connection}: sent after FIN");
                    self.sent.entry(id).or_default().extend_from_slice(&bytes);
                }
                Output::Close { connection } => {
                    assert!(self.closed.insert(connection.0), "{connection}: FIN twice");
                }
                Output::Event(event) => self.events.push(event),
                Output::Request {
                    connection, frame, ..
                } => self.requests.push((connection.0, frame)),
            }
        }
    }

    /// Opens a connection.
    pub(super) fn accept(&mut self, id: u64) {
        self.accept_from(id, Ipv4Addr::LOCALHOST.into());
    }

    pub(super) fn accept_from(&mut self, id: u64, peer: IpAddr) {
        let connection = ConnectionId(id);
        self.handle(Input::Accept { connection, peer });
    }

    /// Sends bytes, all at once, and returns what came back.
    pub(super) fn send(&mut self, id: u64, bytes: &[u8]) -> Vec<u8> {
        let connection = ConnectionId(id);
        self.handle(Input::Receive { connection, bytes });
        self.take(id)
    }

    /// Opens a connection and sends bytes on it.
    pub(super) fn open(&mut self, id: u64, bytes: &[u8]) -> Vec<u8> {
        self.accept(id);
        self.send(id, bytes)
    }

    pub(super) fn eof(&mut self, id: u64) {
        let connection = ConnectionId(id);
        self.handle(Input::Eof { connection });
    }

    pub(super) fn lose(&mut self, id: u64) {
        let connection = ConnectionId(id);
        self.handle(Input::Lost { connection });
    }

    /// What a connection got since it was last asked.
    pub(super) fn take(&mut self, id: u64) -> Vec<u8> {
        self.sent.remove(&id).unwrap_or_default()
    }

    pub(super) fn is_closed(&self, id: u64) -> bool {
        self.closed.contains(&id)
    }

    /// Opens a new session and returns its id.
    #[track_caller]
    pub(super) fn session(&mut self, id: u64, time_out: i32) -> i64 {
        let response = self.open(id, &new(time_out));
        let frame = Frame::from(response.get(4..).expect("a response").to_vec());
        let response: ConnectResponse<'_> = frame.decode().expect("a response");
        response.session_id
    }

    /// Goes to `millis`, by way of every deadline on the way.
    pub(super) fn at(&mut self, millis: u64) {
        let target = Instant::from_millis(millis);
        while let Some(deadline) = self.server.deadline()
            && deadline <= target
        {
            self.now = self.now.max(deadline);
            self.handle(Input::Tick);
            assert_ne!(self.server.deadline(), Some(deadline), "no progress");
        }
        self.now = target;
    }

    pub(super) fn restart(&mut self) {
        self.server.restart(self.now);
        self.collect();
    }

    pub(super) fn has_session(&self, session_id: i64) -> bool {
        self.server.session(session_id).is_some()
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new(Config::default())
    }
}

/// A config with a tick of so many milliseconds.
pub(crate) fn tick(millis: u64) -> Config {
    Config {
        tick_time: Duration::from_millis(millis),
        ..Config::default()
    }
}

/// A request for a new session, as most clients send it.
pub(crate) fn new(time_out: i32) -> Vec<u8> {
    connect(&ConnectRequest {
        time_out,
        passwd: Some(&[0; 16]),
        read_only: Some(false),
        ..ConnectRequest::default()
    })
}

/// A request to renew a session with the right password.
pub(crate) fn renew(session_id: i64, time_out: i32) -> Vec<u8> {
    renew_with(session_id, time_out, &password(session_id))
}

pub(super) fn renew_with(session_id: i64, time_out: i32, passwd: &[u8]) -> Vec<u8> {
    connect(&ConnectRequest {
        time_out,
        session_id,
        passwd: Some(passwd),
        read_only: Some(false),
        ..ConnectRequest::default()
    })
}

pub(super) fn connect(request: &ConnectRequest<'_>) -> Vec<u8> {
    let mut out = BytesMut::new();
    put_frame(&mut out, request);
    out.to_vec()
}

/// The response that grants a session, with the readOnly byte.
pub(crate) fn granted(session_id: i64, time_out: i32) -> Vec<u8> {
    let mut bytes = hex("00000025 00000000");
    bytes.extend(time_out.to_be_bytes());
    bytes.extend(session_id.to_be_bytes());
    bytes.extend(hex("00000010"));
    bytes.extend(password(session_id));
    bytes.push(0);
    bytes
}

/// The refusal, with the readOnly byte.
pub(super) fn refusal() -> Vec<u8> {
    hex("00000025 00000000 00000000 0000000000000000 00000010
         00000000000000000000000000000000 00")
}

/// Bytes in hexadecimal, spaces ignored.
#[track_caller]
pub(super) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let pairs = digits
        .chunks(2)
        .map(|pair| str::from_utf8(pair).expect("ASCII"));
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal digits"))
        .collect()
}

pub(crate) fn ping() -> Vec<u8> {
    hex("00000008 fffffffe 0000000b")
}

pub(crate) fn close_session(xid: i32) -> Vec<u8> {
    request(xid, -11, &[])
}

/// A request of this xid, operation and body.
pub(super) fn request(xid: i32, op: i32, body: &[u8]) -> Vec<u8> {
    let length = i32::try_from(8 + body.len()).expect("a short body");
    let parts = [length.to_be_bytes(), xid.to_be_bytes(), op.to_be_bytes()];
    [parts.as_flattened(), body].concat()
}

/// A reply header in its frame.
pub(crate) fn reply(xid: i32, zxid: i64, err: i32) -> Vec<u8> {
    let mut bytes = hex("00000010");
    bytes.extend(xid.to_be_bytes());
    bytes.extend(zxid.to_be_bytes());
    bytes.extend(err.to_be_bytes());
    bytes
}
