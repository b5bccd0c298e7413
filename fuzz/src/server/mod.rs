//! The server's session engine, against a model of what it owes to whom and until when.

mod answers;
mod canary;
mod model;
mod network;
mod settings;
mod talk;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;
use jute_codec::ErrorCode;
use jute_codec::OpCode;
use jute_codec::Raw;
use jute_codec::Xid;
use zk_conformance::Instant;
use zk_conformance::server::Config;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::server::Input;
use zk_conformance::server::Reply;
use zk_conformance::server::Server;
use zk_conformance::server::Word;
use zk_conformance::server::password;

use crate::framed::framed;
use crate::server::canary::Canary;
use crate::server::model::Connection;
use crate::server::model::Session;
use crate::server::settings::settings;
use crate::steps::Steps;
use crate::steps::in_measure;

pub(crate) use crate::server::model::TICK;

/// Whatever clients, network, delegate and clock do to a server: a session has one owner at most
/// and the owner is a live connection; every reply answers a request and replies keep the order of
/// requests; a session ends in its tick, neither early nor late, and then for ever; timeouts are
/// within their limits, ids and passwords as they must be; a deadline that comes does something;
/// memory follows the input. A session that nobody else speaks of is served to the end, and a new
/// client too.
///
/// Version 1: a byte of settings, then steps of an operation, a connection and what it needs.
pub fn server(data: &[u8]) {
    run(Flaws::NONE, Duration::ZERO, data);
}

/// The same claim of a server with a flaw, which is false for some inputs.
pub fn flawed_server(flaw: Flaw, data: &[u8]) {
    run(Flaws::NONE.with(flaw), Duration::ZERO, data);
}

/// The same claim of a server whose clock is late by a millisecond when it ticks, which is false
/// as soon as anything is due.
pub fn late_server(data: &[u8]) {
    run(Flaws::NONE, Duration::from_millis(1), data);
}

fn run(flaws: Flaws, late: Duration, data: &[u8]) {
    in_measure(data, |steps| {
        let mut world = World::new(settings(flaws, steps.byte()), late);
        world.open_canary();
        while !steps.is_empty() {
            world.step(steps);
            world.check();
        }
        world.finish();
    });
}

struct World {
    server: Server,
    now: Instant,
    /// How late the server's clock is when it ticks; zero but to see that this is noticed.
    late: Duration,
    connections: BTreeMap<ConnectionId, Connection>,
    next_connection: u64,
    sessions: BTreeMap<i64, Session>,
    ended: BTreeSet<i64>,
    canary: Option<Canary>,
    last_zxid: i64,
    /// How many answers there were.
    answers: u64,
    /// Connections that were told something nobody survives.
    doomed: BTreeSet<ConnectionId>,
}

impl World {
    fn new(config: Config, late: Duration) -> Self {
        Self {
            late,
            server: Server::new(config, Instant::ZERO),
            now: Instant::ZERO,
            connections: BTreeMap::new(),
            next_connection: 0,
            sessions: BTreeMap::new(),
            ended: BTreeSet::new(),
            canary: None,
            last_zxid: 0,
            answers: 0,
            doomed: BTreeSet::new(),
        }
    }

    fn step(&mut self, steps: &mut Steps<'_>) {
        let operation = steps.byte() % OPERATIONS;
        let choice = steps.byte();
        if operation == 0 {
            self.accept(peer(choice % 3));
            return;
        }
        if operation == 1 {
            let after = match choice {
                0 => self
                    .server
                    .deadline()
                    .map_or(Duration::ZERO, |it| it - self.now),
                _ => Duration::from_millis(u64::from(choice) * 10),
            };
            self.advance(after.min(LONGEST_WAIT));
            return;
        }
        if operation == 2 && choice == 0 {
            self.restart();
            return;
        }
        if operation == 17 {
            self.adopt(choice, time_out(steps.byte()));
            return;
        }
        if operation == 18 {
            self.expire(choice);
            return;
        }
        let canary = self.canary.map(|canary| canary.connection);
        let open = self.connections.keys().filter(|id| Some(**id) != canary);
        let open: Vec<_> = open.copied().collect();
        let Some(&connection) = open.get(usize::from(choice) % open.len().max(1)) else {
            return;
        };
        match operation {
            3 => self.receive(connection, steps.bytes()),
            4 => self.receive(connection, &framed(&Raw(steps.bytes()))),
            5 => {
                let form = steps.byte();
                let time_out = time_out(steps.byte());
                self.ask(connection, 0, time_out, form, None);
            }
            6 => {
                let form = steps.byte();
                let time_out = time_out(steps.byte());
                let chosen = steps.byte();
                let canary = self.canary.map(|canary| canary.session_id);
                let known = self.sessions.keys().chain(&self.ended);
                let known: Vec<_> = known.copied().filter(|id| Some(*id) != canary).collect();
                let chosen = known.get(usize::from(chosen) % known.len().max(1));
                let session_id = chosen.copied().unwrap_or(0x0123_4567_89ab_cdef);
                self.ask(
                    connection,
                    session_id,
                    time_out,
                    form,
                    Some(password(session_id)),
                );
            }
            7 => self.request(connection, Xid::PING.0, OpCode::PING, &[]),
            8 => self.request(connection, 1, OpCode::CLOSE_SESSION, &[]),
            9 => {
                let scheme = [
                    &b"\0\0\0\0\0\0\0\x06digest\0\0\0\x03a:b"[..],
                    b"\0\0\0\0\xff",
                ];
                let body = scheme[usize::from(steps.byte() % 2)];
                self.request(connection, Xid::AUTH.0, OpCode::AUTH, body);
            }
            10 => {
                let xid = i32::from(steps.short());
                let op = OpCode(i32::from(steps.byte()));
                self.request(connection, xid, op, steps.bytes());
            }
            11 => {
                let body = steps.bytes();
                self.request(connection, 2, OpCode::CREATE_SESSION, body);
            }
            12 => self.leave(Input::Eof { connection }, connection),
            13 => self.leave(Input::Lost { connection }, connection),
            14 => {
                let reply = match steps.byte() % 4 {
                    0 => Reply::Close,
                    1 => Reply::Unimplemented,
                    _ => Reply::Done {
                        zxid: self.server.last_zxid() + 1,
                        err: ErrorCode::OK,
                        body: Bytes::copy_from_slice(steps.bytes()),
                    },
                };
                self.reply(connection, reply);
            }
            15 => self.push(connection),
            _ => {
                let words = Word::ALL.len();
                let word = Word::ALL[usize::from(steps.byte()) % words];
                self.receive(connection, word.text().as_bytes());
            }
        }
    }
}

fn peer(last: u8) -> IpAddr {
    Ipv4Addr::new(10, 0, 0, last).into()
}

fn time_out(byte: u8) -> i32 {
    match byte {
        0 => 0,
        1 => -1,
        2 => i32::MIN,
        3 => i32::MAX,
        _ => i32::from(byte) * 20,
    }
}

/// Shorter than the canary's timeout.
const LONGEST_WAIT: Duration = Duration::from_millis(2_560);

/// How many operations there are. Seeds use bytes below it, so that a new one changes none.
const OPERATIONS: u8 = 19;
