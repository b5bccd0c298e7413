//! Plays a script against the crate's own server under virtual time: nothing is waited for, and
//! the same script comes out the same way every time.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::sync::Arc;

use crate::Instant;
use crate::net::Played;
use crate::player;
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
    let mut lab = Lab {
        now: start,
        server: Server::new(server, start),
        player: Player::new(script, bindings, player, start),
        tree: Tree::default(),
        names: BTreeMap::new(),
        held: BTreeMap::new(),
        ids: BTreeMap::new(),
        opened: 0,
    };
    lab.run();
    let verdict = lab.player.verdict().cloned();
    Played {
        verdict: verdict.unwrap_or(player::Verdict::Passed {
            tolerated: Vec::new(),
        }),
        log: lab.player.log().to_vec(),
        bindings: lab.player.bindings().clone(),
        elapsed: lab.now - start,
        seen: lab.player.seen(),
    }
}

/// A server, a player, and wires between them that take no time. What the server leaves to a
/// delegate is served from memory.
struct Lab {
    now: Instant,
    server: Server,
    player: Player,
    tree: Tree,
    names: BTreeMap<ConnectionId, String>,
    /// What waits for the player to read on.
    held: BTreeMap<String, Vec<server::Output>>,
    ids: BTreeMap<String, ConnectionId>,
    opened: u64,
}

impl Lab {
    fn run(&mut self) {
        loop {
            while self.exchange() {}
            if self.player.verdict().is_some() {
                return;
            }
            let deadlines = [self.player.deadline(), self.server.deadline()];
            let Some(next) = deadlines.into_iter().flatten().min() else {
                return;
            };
            self.now = self.now.max(next);
            self.server.handle(self.now, server::Input::Tick);
            while self.exchange() {}
            self.player.handle(self.now, player::Input::Tick);
        }
    }

    /// Carries what one side has to say to the other; whether there was anything.
    fn exchange(&mut self) -> bool {
        if let Some(output) = self.player.poll() {
            self.carry_out(output);
            return true;
        }
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
            Order::Open | Order::Close | Order::Reset | Order::Pause | Order::Resume => {
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
        self.player.handle(self.now, player::Input::Opened(&name));
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
                    self.player
                        .handle(self.now, player::Input::Received(name, &bytes));
                }
            }
            server::Output::Close { connection } => {
                self.ids.retain(|_, id| *id != connection);
                self.tree.forget(connection);
                if let Some(name) = self.names.remove(&connection) {
                    self.player
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
