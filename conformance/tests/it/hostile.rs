//! Hostile bytes, and a canary beside them: a session on the same server that must notice nothing.

use std::io::Read;
use std::io::Write;
use std::net::Ipv4Addr;
use std::net::Shutdown;
use std::net::TcpStream;
use std::time::Duration;

use bytes::BytesMut;
use jute_codec::ConnectRequest;
use jute_codec::Limits;
use jute_codec::put_frame;
use zk_conformance::Instant;
use zk_conformance::net::InMemoryServer;
use zk_conformance::server::Config;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Input;
use zk_conformance::server::Output;
use zk_conformance::server::Requests;
use zk_conformance::server::Server;
use zk_conformance::server::Transport;
use zk_conformance::server::password;

/// A server on virtual time; its first connection has the canary's session, its second is the
/// hostile one. There is also a session without a connection, for renewals.
struct Cage {
    server: Server,
    now: Instant,
    canary: i64,
    orphan: i64,
}

/// What came of hostile bytes.
#[derive(Debug, Eq, PartialEq)]
struct Outcome {
    answer: Vec<u8>,
    is_closed: bool,
}

const CANARY: ConnectionId = ConnectionId(1);
const HOSTILE: ConnectionId = ConnectionId(3);
const PING: &[u8] = b"\0\0\0\x08\xff\xff\xff\xfe\0\0\0\x0b";
const TIMEOUT: Duration = Duration::from_millis(4_000);

impl Cage {
    fn new(config: Config) -> Self {
        let mut server = Server::new(config, Instant::ZERO);
        let now = Instant::from_millis(1_234);
        server.handle(now, accept(CANARY, 1));
        feed(
            &mut server,
            now,
            CANARY,
            &connect(4_000, 0, &[0; 16], Some(false)),
        );
        server.handle(now, accept(ConnectionId(2), 2));
        feed(
            &mut server,
            now,
            ConnectionId(2),
            &connect(4_000, 0, &[0; 16], Some(false)),
        );
        server.handle(
            now,
            Input::Lost {
                connection: ConnectionId(2),
            },
        );
        server.handle(now, accept(HOSTILE, 2));
        while server.poll().is_some() {}
        let ids: Vec<i64> = server.sessions().map(|it| it.session_id).collect();
        assert_eq!(ids.len(), 2);
        let (canary, orphan) = (ids[0], ids[1]);
        Self {
            server,
            now,
            canary,
            orphan,
        }
    }

    /// Sends pieces, each in a read of its own, some time later.
    #[track_caller]
    fn attack<'a>(mut self, pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
        self.now = self.now + Duration::from_millis(500);
        let (mut answer, mut is_closed, mut sent) = (Vec::new(), false, 0);
        for bytes in pieces {
            let (more, closes) = feed(&mut self.server, self.now, HOSTILE, bytes);
            answer.extend(more);
            assert!(!(is_closed && closes), "closed twice");
            is_closed |= closes;
            sent += bytes.len();
            self.assert_small(sent);
        }
        self.assert_canary_lives();
        Outcome { answer, is_closed }
    }

    /// Asserts that the server has nothing but what was sent: what it holds, written out, is
    /// shorter than a few characters for each byte and a bit for everything else.
    #[track_caller]
    fn assert_small(&self, sent: usize) {
        let held = format!("{:?}", self.server).len();
        assert!(
            held < 8_000 + 6 * sent,
            "{held} characters for {sent} bytes"
        );
    }

    /// Asserts that the canary has its session until its time is up, and not longer.
    #[track_caller]
    fn assert_canary_lives(mut self) {
        let (answer, is_closed) = feed(&mut self.server, self.now, CANARY, PING);
        let expected = ping_reply(self.server.last_zxid());
        assert_eq!((answer, is_closed), (expected, false), "the canary's ping");
        let due = ((self.now + TIMEOUT).as_millis() / 2_000 + 1) * 2_000;
        let due = Instant::from_millis(due);
        let info = self
            .server
            .session(self.canary)
            .expect("the canary's session");
        assert_eq!(info.expires_at, Some(due));
        while let Some(deadline) = self.server.deadline()
            && deadline < due
        {
            self.server.handle(deadline, Input::Tick);
            assert_ne!(self.server.deadline(), Some(deadline), "no progress");
        }
        assert!(self.server.session(self.canary).is_some(), "expired early");
        self.server.handle(due, Input::Tick);
        assert!(self.server.session(self.canary).is_none(), "expired late");
    }
}

fn accept(connection: ConnectionId, address: u8) -> Input<'static> {
    let peer = Ipv4Addr::new(10, 0, 0, address).into();
    Input::Accept { connection, peer }
}

/// What the server says to `bytes` on that connection alone, and whether it closes.
#[track_caller]
fn feed(server: &mut Server, now: Instant, to: ConnectionId, bytes: &[u8]) -> (Vec<u8>, bool) {
    let input = Input::Receive {
        connection: to,
        bytes,
    };
    server.handle(now, input);
    let (mut answer, mut is_closed) = (Vec::new(), false);
    while let Some(output) = server.poll() {
        match output {
            Output::Send { connection, bytes } => {
                assert_eq!(connection, to, "an answer to someone else");
                answer.extend_from_slice(&bytes);
            }
            Output::Close { connection } => {
                assert_eq!(connection, to, "someone else is closed");
                is_closed = true;
            }
            Output::Request { .. } | Output::Event(_) => {}
        }
    }
    (answer, is_closed)
}

fn connect(time_out: i32, session_id: i64, passwd: &[u8], read_only: Option<bool>) -> Vec<u8> {
    let mut out = BytesMut::new();
    let request = ConnectRequest {
        protocol_version: 0,
        last_zxid_seen: 0,
        time_out,
        session_id,
        passwd: Some(passwd),
        read_only,
    };
    put_frame(&mut out, &request);
    out.to_vec()
}

fn ping_reply(zxid: i64) -> Vec<u8> {
    [
        &b"\0\0\0\x10\xff\xff\xff\xfe"[..],
        &zxid.to_be_bytes(),
        &[0; 4],
    ]
    .concat()
}

/// The ways to set a server up that matter to frames.
fn configs() -> Vec<Config> {
    let transports = [Transport::Nio, Transport::Netty];
    let requests = [Requests::Unimplemented, Requests::Delegate];
    let all = transports.into_iter().flat_map(|transport| {
        requests.map(|requests| Config {
            transport,
            requests,
            ..Config::default()
        })
    });
    all.collect()
}

/// The handshakes that clients send: 44 and 45 bytes, new and renewal, with and without a ping
/// right behind, and renewals that are refused.
fn handshakes(session_id: i64) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for read_only in [None, Some(false), Some(true)] {
        for (id, passwd) in [
            (0, [0; 16]),
            (session_id, password(session_id)),
            (session_id, [0; 16]),
            (session_id + 100, [1; 16]),
        ] {
            let request = connect(6_000, id, &passwd, read_only);
            all.push([&request[..], PING, PING].concat());
            all.push(request);
        }
    }
    all
}

#[test]
fn every_length_of_a_frame_is_taken_or_closed_and_the_canary_lives() {
    let max = i32::try_from(Limits::default().frame).expect("a length");
    let lengths = [-1, i32::MIN, max - 1, max, max + 1, i32::MAX];
    for config in configs() {
        for length in lengths.into_iter().chain(0..=64) {
            let prefix = length.to_be_bytes();
            for greeting in [Vec::new(), connect(6_000, 0, &[0; 16], None)] {
                for count in [0, 1, 28, 64] {
                    let body = vec![0; count];
                    let bytes = [&greeting[..], &prefix, &body].concat();
                    let outcome = Cage::new(config.clone()).attack([&bytes[..]]);
                    if !(0..=max).contains(&length) {
                        assert!(outcome.is_closed, "{length}");
                    }
                    if length == max {
                        assert!(!outcome.is_closed, "{length}");
                    }
                    let expected = if greeting.is_empty() { 0 } else { 40 };
                    assert!(outcome.answer.len() >= expected, "{length}");
                }
            }
        }
    }
}

#[test]
fn every_split_of_every_handshake_gives_the_same_bytes() {
    let orphan = Cage::new(Config::default()).orphan;
    for config in configs() {
        for stream in handshakes(orphan) {
            let whole = Cage::new(config.clone()).attack([&stream[..]]);
            assert!(!whole.answer.is_empty());
            for at in 0..=stream.len() {
                let (first, second) = stream.split_at(at);
                let outcome = Cage::new(config.clone()).attack([first, second]);
                assert_eq!(outcome, whole, "split at {at}");
            }
            let outcome = Cage::new(config.clone()).attack(stream.chunks(1));
            assert_eq!(outcome, whole, "byte by byte");
        }
    }
}

#[test]
fn no_truncation_says_more_than_the_whole() {
    let orphan = Cage::new(Config::default()).orphan;
    for config in configs() {
        for stream in handshakes(orphan) {
            let whole = Cage::new(config.clone()).attack([&stream[..]]);
            for length in 0..stream.len() {
                let outcome = Cage::new(config.clone()).attack([&stream[..length]]);
                assert!(whole.answer.starts_with(&outcome.answer), "{length} bytes");
            }
        }
    }
}

#[test]
fn no_flipped_bit_disturbs_the_canary() {
    let cage = Cage::new(Config::default());
    let canary = cage.canary.to_be_bytes();
    for stream in handshakes(cage.orphan) {
        for bit in 0..stream.len() * 8 {
            let mut bytes = stream.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            // Whoever presents the canary's id may throw it out: that is Apache's order.
            if bytes.windows(8).any(|window| window == canary) {
                continue;
            }
            let whole = Cage::new(Config::default()).attack([&bytes[..]]);
            let split = Cage::new(Config::default()).attack(bytes.chunks(7));
            assert_eq!(whole, split, "bit {bit}");
        }
    }
}

#[test]
fn a_promise_of_a_megabyte_takes_what_was_sent_and_no_more() {
    let mut sent = b"\0\x0f\xff\xff".to_vec();
    sent.resize(100_000, 7);
    for config in configs() {
        let mut cage = Cage::new(config);
        let memory = allocation_counter::measure(|| {
            for bytes in sent.chunks(997) {
                let outcome = feed(&mut cage.server, cage.now, HOSTILE, bytes);
                assert_eq!(outcome, (Vec::new(), false));
            }
        });
        assert!(memory.bytes_total > 100_000, "{memory:?}");
        assert!(memory.bytes_max < 3 * 100_000, "{memory:?}");
        assert!(memory.bytes_current < 2 * 100_000, "{memory:?}");
        cage.assert_canary_lives();
    }
}

/// A session over TCP.
struct Canary(TcpStream);

impl Canary {
    fn new(server: &InMemoryServer) -> Self {
        let mut stream = open(server);
        stream
            .write_all(&connect(4_000, 0, &[0; 16], None))
            .expect("sent");
        stream.read_exact(&mut [0; 40]).expect("a session");
        Self(stream)
    }

    #[track_caller]
    fn assert_lives(&mut self) {
        self.0.write_all(PING).expect("sent");
        let mut reply = [0; 20];
        self.0.read_exact(&mut reply).expect("a reply");
        assert_eq!(reply[..8], ping_reply(0)[..8]);
        assert_eq!(reply[16..], [0; 4]);
    }
}

fn open(server: &InMemoryServer) -> TcpStream {
    let stream = TcpStream::connect(server.address()).expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    let limit = Some(Duration::from_secs(60));
    stream.set_read_timeout(limit).expect("a limit");
    stream
}

/// What the server says to these pieces, up to its end.
fn talk<'a>(server: &InMemoryServer, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut stream = open(server);
    for bytes in pieces {
        // The server may have closed on the piece before.
        if stream.write_all(bytes).is_err() {
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

#[test]
fn over_tcp_every_split_of_a_refusal_gives_the_same_bytes() {
    let server = InMemoryServer::start(Config::default()).expect("a server");
    let mut canary = Canary::new(&server);
    let stream = connect(6_000, 77, &[1; 16], Some(false));
    let whole = talk(&server, [&stream[..]]);
    assert_eq!(whole.len(), 41);
    for at in 1..stream.len() {
        let (first, second) = stream.split_at(at);
        assert_eq!(talk(&server, [first, second]), whole, "split at {at}");
    }
    assert_eq!(talk(&server, stream.chunks(1)), whole);
    canary.assert_lives();
}

#[test]
fn over_tcp_no_length_and_no_flipped_bit_disturbs_the_canary() {
    let server = InMemoryServer::start(Config::default()).expect("a server");
    let mut canary = Canary::new(&server);
    let max = i32::try_from(Limits::default().frame).expect("a length");
    for length in [-1, i32::MIN, max, max + 1, i32::MAX]
        .into_iter()
        .chain(0..=28)
    {
        let bytes = [&length.to_be_bytes()[..], &[0; 28]].concat();
        talk(&server, [&bytes[..]]);
        canary.assert_lives();
    }
    let stream = connect(6_000, 77, &[1; 16], Some(false));
    for bit in (0..stream.len() * 8).step_by(3) {
        let mut bytes = stream.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        talk(&server, [&bytes[..]]);
    }
    canary.assert_lives();
}
