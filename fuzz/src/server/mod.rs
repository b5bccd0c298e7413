//! The server's session engine, against a model of what it owes to whom and until when.

mod answers;
mod canary;
mod invariants;
mod mistake;
mod model;
mod network;
mod operation;
mod outputs;
mod reading;
mod settings;
mod talk;
mod text;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::time::Duration;

use jute_codec::OpCode;
use jute_codec::Raw;
use jute_codec::Xid;
use zk_conformance::Instant;
use zk_conformance::server::Config;
use zk_conformance::server::ConnectionId;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::server::Reason;
use zk_conformance::server::Reply;
use zk_conformance::server::password;

use crate::framed::framed;
use crate::server::canary::Canary;
use crate::server::mistake::Subject;
use crate::server::model::Connection;
use crate::server::model::Session;
use crate::server::settings::settings;
use crate::steps::Steps;
use crate::steps::in_measure;

pub(crate) use crate::server::model::TICK;
pub(crate) use crate::server::operation::Answer;
pub(crate) use crate::server::operation::Late;
pub(crate) use crate::server::operation::Operation;

pub use crate::server::mistake::Mistake;

/// Whatever clients, network, delegate and clock do to a server, it does what a model of it says,
/// at once: every request that is read is answered, in its turn and to the byte, or handed to the
/// delegate as it was sent, and nothing else is said; a connection ends when there is cause, for
/// just that reason and behind the answers to what came before, and goes on where there is none; a
/// session has one owner at most and the owner is a live connection; it ends in its tick, neither
/// early nor late, or when its owner closes it, and then for ever; timeouts are within their limits,
/// ids and passwords as they must be, zxids count transactions; a deadline that comes does
/// something; what is over is over; memory follows the input. A session that nobody else speaks of
/// is served to the end, and a new client too.
///
/// The model reads bytes by the same codec, whose errors it takes for right. It does not look at
/// the texts of four-letter words but for those that are always the same. A member that is
/// read-only and makes no sessions takes those of others over for their password, also those that
/// have ended. There is always room for more connections but for those from one address, the server
/// always serves, and no frame has more than a few hundred bytes.
///
/// Version 1: a byte of settings, then operations, each a byte that says which, a byte
/// that mostly says whose, and what it needs. A byte that stands for no operation means nothing.
pub fn server(data: &[u8]) {
    run(Flaws::NONE, None, data);
}

/// The same claim of a server with a flaw, which is false for some inputs.
pub fn flawed_server(flaw: Flaw, data: &[u8]) {
    run(Flaws::NONE.with(flaw), None, data);
}

/// The same claim of a server that makes a mistake, which is false for some inputs.
pub fn mistaken_server(mistake: Mistake, data: &[u8]) {
    run(Flaws::NONE, Some(mistake), data);
}

/// The same input without what has no meaning.
pub(crate) fn plain(data: &[u8]) -> Option<Vec<u8>> {
    let mut steps = Steps::of_version(1, data)?;
    let mut input = vec![1, steps.byte()];
    while !steps.is_empty() {
        if let Some(operation) = Operation::read(&mut steps) {
            operation.write(&mut input);
        }
    }
    Some(input)
}

fn run(flaws: Flaws, mistake: Option<Mistake>, data: &[u8]) {
    in_measure(data, |steps| {
        let mut world = World::new(settings(flaws, steps.byte()), mistake);
        world.open_canary();
        while !steps.is_empty() {
            if let Some(operation) = Operation::read(steps) {
                world.perform(operation);
                world.check();
            }
        }
        world.finish();
    });
}

/// A server, and what the model knows of it.
struct World {
    server: Subject,
    config: Config,
    now: Instant,
    connections: BTreeMap<ConnectionId, Connection>,
    next_connection: u64,
    sessions: BTreeMap<i64, Session>,
    ended: BTreeSet<i64>,
    canary: Option<Canary>,
    last_zxid: i64,
    /// How many answers there were.
    answers: u64,
}

impl World {
    fn new(config: Config, mistake: Option<Mistake>) -> Self {
        Self {
            server: Subject::new(config.clone(), mistake),
            last_zxid: config.initial_zxid,
            config,
            now: Instant::ZERO,
            connections: BTreeMap::new(),
            next_connection: 0,
            sessions: BTreeMap::new(),
            ended: BTreeSet::new(),
            canary: None,
            answers: 0,
        }
    }

    fn perform(&mut self, operation: Operation<'_>) {
        match operation {
            Operation::Accept { peer: number } => {
                self.accept(peer(number % 3));
            }
            Operation::Wait { hundredths } => {
                let until_due = || self.server.deadline().map(|it| it - self.now);
                let after = match hundredths {
                    0 => until_due().unwrap_or_default(),
                    _ => Duration::from_millis(u64::from(hundredths) * 10),
                };
                self.advance(after.min(LONGEST_WAIT));
            }
            Operation::Restart => self.restart(),
            Operation::Adopt { number, time_out } => self.adopt(number, timeout_ms(time_out)),
            Operation::Expire { session } => self.expire(session),
            Operation::Late { connection, what } => self.late(connection, what),
            Operation::Bytes { connection, .. }
            | Operation::Frame { connection, .. }
            | Operation::Open { connection, .. }
            | Operation::Renew { connection, .. }
            | Operation::Ping { connection }
            | Operation::CloseSession { connection }
            | Operation::Auth { connection, .. }
            | Operation::Request { connection, .. }
            | Operation::CreateSession { connection, .. }
            | Operation::Eof { connection }
            | Operation::Lost { connection }
            | Operation::Reply { connection, .. }
            | Operation::Push { connection }
            | Operation::Word { connection, .. }
            | Operation::Burst { connection, .. } => {
                if let Some(connection) = self.open_connection(connection) {
                    self.perform_on(connection, operation);
                }
            }
        }
    }

    /// One of the connections that are open, but never the canary's.
    fn open_connection(&self, number: u8) -> Option<ConnectionId> {
        let canary = self.canary.map(|canary| canary.connection);
        let open = self.connections.keys().filter(|id| Some(**id) != canary);
        let count = open.clone().count().max(1);
        open.copied().nth(usize::from(number) % count)
    }

    /// Does what is about an open connection.
    fn perform_on(&mut self, connection: ConnectionId, operation: Operation<'_>) {
        match operation {
            Operation::Bytes { bytes, .. } => self.receive(connection, bytes),
            Operation::Frame { payload, .. } => self.receive(connection, &framed(&Raw(payload))),
            Operation::Open { form, time_out, .. } => {
                self.ask(connection, 0, timeout_ms(time_out), form, None);
            }
            Operation::Renew {
                form,
                time_out,
                session,
                ..
            } => {
                let session_id = self.known_session(session);
                let passwd = Some(password(session_id));
                let time_out = timeout_ms(time_out);
                self.ask(connection, session_id, time_out, form, passwd);
            }
            Operation::Ping { .. } => self.receive(connection, &talk::PING),
            Operation::CloseSession { .. } => self.receive(connection, &talk::CLOSE),
            Operation::Auth { identity, .. } => {
                let body = IDENTITIES[usize::from(identity) % IDENTITIES.len()];
                self.request(connection, Xid::AUTH.0, OpCode::AUTH, body);
            }
            Operation::Request { xid, op, body, .. } => {
                self.request(connection, xid.into(), OpCode(op.into()), body);
            }
            Operation::CreateSession { body, .. } => {
                self.request(connection, 2, OpCode::CREATE_SESSION, body);
            }
            Operation::Eof { .. } => self.leave(connection, Reason::Eof),
            Operation::Lost { .. } => self.leave(connection, Reason::Lost),
            Operation::Reply { answer, .. } => {
                let reply = match answer {
                    Answer::Close => Reply::Close,
                    Answer::Unimplemented => Reply::Unimplemented,
                    Answer::Done(body) => self.done(body),
                };
                self.reply(connection, reply);
            }
            Operation::Push { .. } => self.push(connection),
            Operation::Word { word, .. } => self.receive(connection, word.text().as_bytes()),
            Operation::Burst { pings, .. } => {
                self.receive(connection, &talk::PING.repeat(pings.into()));
            }
            Operation::Accept { .. }
            | Operation::Wait { .. }
            | Operation::Restart
            | Operation::Adopt { .. }
            | Operation::Expire { .. }
            | Operation::Late { .. } => unreachable!("it is about no open connection"),
        }
    }

    /// The id of a session that is or was, but never the canary's.
    fn known_session(&self, number: u8) -> i64 {
        let canary = self.canary.map(|canary| canary.session_id);
        let known = self.sessions.keys().chain(&self.ended);
        let known = known.copied().filter(|id| Some(*id) != canary);
        let count = known.clone().count().max(1);
        let mut known = known.skip(usize::from(number) % count);
        known.next().unwrap_or(0x0123_4567_89ab_cdef)
    }
}

fn peer(last: u8) -> IpAddr {
    Ipv4Addr::new(10, 0, 0, last).into()
}

fn timeout_ms(byte: u8) -> i32 {
    match byte {
        0 => 0,
        1 => -1,
        2 => i32::MIN,
        3 => i32::MAX,
        _ => i32::from(byte) * 20,
    }
}

/// Identities, one that is taken and one that is not.
const IDENTITIES: [&[u8]; 2] = [b"\0\0\0\0\0\0\0\x06digest\0\0\0\x03a:b", b"\0\0\0\0\xff"];

/// Shorter than the canary's timeout.
const LONGEST_WAIT: Duration = Duration::from_millis(2_560);
