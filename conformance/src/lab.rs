//! Plays a script against the crate's own server under virtual time, or drives it by symbols:
//! nothing is waited for, and the same comes out the same way every time.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::sync::Arc;

use crate::Instant;
use crate::driver;
use crate::driver::Driver;
use crate::driver::Moment;
use crate::driver::Sequence;
use crate::driver::Symbol;
use crate::hunt::Run;
use crate::learn::Teacher;
use crate::net::Late;
use crate::net::Played;
use crate::player;
use crate::player::ClientSide;
use crate::player::End;
use crate::player::Order;
use crate::player::Player;
use crate::server;
use crate::server::ConnectionId;
use crate::server::Server;
use crate::transcript::Bindings;
use crate::transcript::Script;
use crate::tree::Asker;
use crate::tree::Push;
use crate::tree::Tree;

/// Plays `script` against a fresh server.
#[must_use]
pub fn play(
    server: server::Config,
    script: Arc<Script>,
    bindings: Bindings,
    player: player::Config,
) -> Played {
    let start = Instant::ZERO;
    let mut lab = Lab::new(server, Player::new(script, bindings, player, start));
    lab.run();
    let verdict = lab.client.verdict().cloned();
    Played {
        verdict: verdict.unwrap_or(player::Verdict::Passed {
            tolerated: Vec::new(),
        }),
        log: lab.client.log().to_vec(),
        bindings: lab.client.bindings().clone(),
        elapsed: lab.now - start,
        seen: lab.client.seen(),
        late: Late::default(),
    }
}

/// What a fresh server answers to each of `symbols`.
#[must_use]
pub fn drive(server: server::Config, symbols: &[Symbol], driver: driver::Config) -> Vec<Arc<str>> {
    let mut lab = Lab::new(server, Driver::new(driver));
    for &symbol in symbols {
        lab.client.push(lab.now, symbol);
        lab.run();
    }
    lab.client.answers().to_vec()
}

/// What comes of a sequence on a fresh server.
#[must_use]
pub fn hunt(server: &server::Config, sequence: &Sequence, driver: driver::Config) -> Run {
    Rehearsal::new(server.clone(), driver).play(sequence)
}

/// The same, where everything the server has to say arrives before the client does anything more: no
/// half-close and no rival overtakes an answer.
#[must_use]
pub fn hunt_in_turn(server: &server::Config, sequence: &Sequence, driver: driver::Config) -> Run {
    let mut rehearsal = Rehearsal::new(server.clone(), driver);
    rehearsal.0.is_in_turn = true;
    rehearsal.play(sequence)
}

/// A driver and a fresh server, moment by moment: for those who want to see how it goes before
/// they say how it goes on.
#[derive(Debug)]
pub struct Rehearsal(Lab<Driver>);

impl Rehearsal {
    /// With nothing done yet.
    #[must_use]
    pub fn new(server: server::Config, driver: driver::Config) -> Self {
        Self(Lab::new(server, Driver::new(driver)))
    }

    /// Does one more thing; what came of it.
    pub fn take(&mut self, moment: impl Into<Moment>) -> Option<Arc<str>> {
        let Self(lab) = self;
        lab.client.push(lab.now, moment);
        lab.run();
        lab.client.answers().last().cloned()
    }

    fn play(mut self, sequence: &Sequence) -> Run {
        for moment in &sequence.0 {
            self.take(moment.clone());
        }
        let driver = self.driver();
        Run {
            answers: driver.answers().to_vec(),
            log: driver.log().to_vec(),
        }
    }

    /// How things stand.
    #[must_use]
    pub const fn driver(&self) -> &Driver {
        &self.0.client
    }

    /// The server, as it is now.
    #[must_use]
    pub const fn server(&self) -> &Server {
        &self.0.server
    }
}

/// Answers for fresh servers on virtual time.
#[derive(Clone, Debug)]
pub struct LabTeacher {
    /// How each server is set up.
    pub server: server::Config,
    /// What the inputs are.
    pub alphabet: Vec<Symbol>,
    /// How the server is driven.
    pub driver: driver::Config,
}

impl Teacher for LabTeacher {
    type Error = Infallible;

    fn ask(&mut self, words: &[Vec<usize>]) -> Result<Vec<Vec<Arc<str>>>, Infallible> {
        let answers = words.iter().map(|word| {
            let symbols: Vec<Symbol> = word.iter().map(|&input| self.alphabet[input]).collect();
            drive(self.server.clone(), &symbols, self.driver.clone())
        });
        Ok(answers.collect())
    }
}

/// A server, a client's side, and wires between them that take no time. What the server leaves to a
/// delegate is served from memory.
#[derive(Debug)]
struct Lab<C> {
    now: Instant,
    server: Server,
    client: C,
    tree: Tree,
    names: BTreeMap<ConnectionId, String>,
    /// What waits for the player to read on.
    held: BTreeMap<String, Vec<server::Output>>,
    ids: BTreeMap<String, ConnectionId>,
    opened: u64,
    /// Whether the server is heard out before the client goes on.
    is_in_turn: bool,
}

impl<C: ClientSide> Lab<C> {
    fn new(server: server::Config, client: C) -> Self {
        let now = Instant::ZERO;
        Self {
            now,
            server: Server::new(server, now),
            client,
            tree: Tree::default(),
            names: BTreeMap::new(),
            held: BTreeMap::new(),
            ids: BTreeMap::new(),
            opened: 0,
            is_in_turn: false,
        }
    }

    fn run(&mut self) {
        loop {
            while self.exchange() {}
            if self.client.is_over() {
                return;
            }
            let deadlines = [self.client.deadline(), self.server.deadline()];
            let Some(next) = deadlines.into_iter().flatten().min() else {
                return;
            };
            self.now = self.now.max(next);
            self.server.handle(self.now, server::Input::Tick);
            while self.exchange() {}
            self.client.handle(self.now, player::Input::Tick);
        }
    }

    /// Carries what one side has to say to the other; whether there was anything.
    fn exchange(&mut self) -> bool {
        if self.is_in_turn && self.hear() {
            return true;
        }
        if let Some(output) = self.client.poll() {
            self.carry_out(output);
            return true;
        }
        self.hear()
    }

    /// Takes one thing that the server has to say; whether there was any.
    fn hear(&mut self) -> bool {
        match self.server.poll() {
            None => false,
            Some(output) => {
                self.tell(output);
                true
            }
        }
    }

    fn carry_out(&mut self, output: player::Output) {
        let player::Output {
            connection: name,
            order,
        } = output;
        if order == Order::Open {
            return self.open(name);
        }
        let Some(connection) = self.ids.get(&name).copied() else {
            return;
        };
        match order {
            Order::Pause => {
                self.held.entry(name).or_default();
                return;
            }
            Order::Resume => {
                for output in self.held.remove(&name).unwrap_or_default() {
                    self.tell(output);
                }
                return;
            }
            _ => {}
        }
        let input = match &order {
            Order::Write(bytes) => server::Input::Receive { connection, bytes },
            Order::Shut => server::Input::Eof { connection },
            Order::Close => {
                self.names.remove(&connection);
                self.tree.forget(connection);
                server::Input::Eof { connection }
            }
            Order::Open | Order::Reset | Order::Pause | Order::Resume => {
                self.names.remove(&connection);
                self.tree.forget(connection);
                server::Input::Lost { connection }
            }
        };
        self.server.handle(self.now, input);
    }

    fn open(&mut self, name: String) {
        self.opened += 1;
        let connection = ConnectionId(self.opened);
        self.ids.insert(name.clone(), connection);
        self.names.insert(connection, name.clone());
        let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
        self.server
            .handle(self.now, server::Input::Accept { connection, peer });
        self.client.handle(self.now, player::Input::Opened(&name));
    }

    fn tell(&mut self, output: server::Output) {
        let to = match &output {
            server::Output::Send { connection, .. } | server::Output::Close { connection } => {
                self.names.get(connection)
            }
            _ => None,
        };
        if let Some(held) = to.and_then(|name| self.held.get_mut(name)) {
            return held.push(output);
        }
        match output {
            server::Output::Send { connection, bytes } => {
                if let Some(name) = self.names.get(&connection) {
                    self.client
                        .handle(self.now, player::Input::Received(name, &bytes));
                }
            }
            server::Output::Close { connection } => {
                self.tree.forget(connection);
                if let Some(name) = self.names.remove(&connection) {
                    self.client
                        .handle(self.now, player::Input::Ended(&name, End::Fin));
                }
            }
            server::Output::Request {
                connection,
                session_id,
                header,
                frame,
            } => {
                let asker = Asker {
                    connection,
                    session_id,
                };
                let last_zxid = self.server.last_zxid();
                let served = self
                    .tree
                    .serve(asker, frame.payload(), header.op, last_zxid);
                self.push(served.events);
                let reply = served.reply;
                let input = server::Input::Reply { connection, reply };
                self.server.handle(self.now, input);
            }
            server::Output::Event(
                server::Event::Closed { session_id }
                | server::Event::Expired { session_id }
                | server::Event::Dropped { session_id },
            ) => {
                let events = self.tree.end_session(session_id, self.server.last_zxid());
                self.push(events);
            }
            _ => {}
        }
    }

    fn push(&mut self, events: Vec<Push>) {
        for (connection, payload) in events {
            let input = server::Input::Push {
                connection,
                payload,
            };
            self.server.handle(self.now, input);
        }
    }
}
