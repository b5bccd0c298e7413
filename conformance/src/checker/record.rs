//! A way through the states, as a recording of what the server saw.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use crate::Instant;
use crate::capture::Side;
use crate::checker::Move;
use crate::checker::State;
use crate::checker::Step;
use crate::checker::state::Arrived;
use crate::checker::state::Link;
use crate::checker::state::Outcome;
use crate::checker::state::Piece;
use crate::recording::Connection;
use crate::recording::Event;
use crate::recording::Recording;
use crate::recording::What;
use crate::recording::name;
use crate::server;
use crate::server::ConnectionId;

impl State {
    /// Goes a way from here, and records what goes over the wire at the server's end; and which
    /// moves of the tables are seen.
    ///
    /// The delegate answers before anything else comes to the server than more requests on the
    /// connection, since nobody can ask a server elsewhere to be slow. At the end of the way all
    /// arrives at the server that is still underway.
    pub(super) fn record(mut self, path: &[Move]) -> (Recording, BTreeSet<Step>) {
        let mut recorder = Recorder::default();
        for &next in path {
            let is_something_else = match next {
                Move::Answer | Move::Dismiss => continue,
                Move::Up(id) => {
                    let piece = self.links.get(&id).and_then(|link| link.up.front());
                    self.asked.front() != Some(&id) || !matches!(piece, Some(Piece::Bytes(_)))
                }
                Move::ServerTick(_) | Move::Restart(_) | Move::Probe(_) | Move::Wait => true,
                _ => false,
            };
            if is_something_else {
                self.answer_all(&mut recorder);
            }
            self.go(next, &mut recorder);
        }
        let is_underway =
            |(id, link): (&ConnectionId, &Arc<Link>)| (!link.up.is_empty()).then_some(*id);
        while let Some(id) = self.links.iter().find_map(is_underway) {
            self.go(Move::Up(id), &mut recorder);
        }
        self.answer_all(&mut recorder);
        (recorder.recording, recorder.steps)
    }

    fn go(&mut self, next: Move, recorder: &mut Recorder) {
        let before = self.clone();
        let outcome = self.take(next);
        recorder.note(self.now, &outcome);
        recorder.steps.extend(self.steps_from(&before, &outcome));
    }

    fn answer_all(&mut self, recorder: &mut Recorder) {
        while !self.asked.is_empty() {
            self.go(Move::Answer, recorder);
        }
    }
}

#[derive(Default)]
struct Recorder {
    recording: Recording,
    steps: BTreeSet<Step>,
    places: BTreeMap<ConnectionId, usize>,
}

impl Recorder {
    fn note(&mut self, now: Instant, outcome: &Outcome) {
        if let Some((connection, arrived)) = &outcome.arrived {
            if *arrived == Arrived::Open {
                // The number may have been another connection's.
                self.places.remove(connection);
            }
            let what = match arrived {
                Arrived::Open => What::Open,
                Arrived::Bytes(bytes) => What::Data(Side::Client, bytes.clone()),
                Arrived::Fin => What::Fin(Side::Client),
                Arrived::Lost => What::Rst(Side::Client),
            };
            self.push(now, *connection, what);
        }
        for output in &outcome.server {
            match output {
                server::Output::Send { connection, bytes } => {
                    self.push(now, *connection, What::Data(Side::Server, bytes.clone()));
                }
                server::Output::Close { connection } => {
                    self.push(now, *connection, What::Fin(Side::Server));
                }
                server::Output::Request { .. } | server::Output::Event(_) => {}
            }
        }
    }

    fn push(&mut self, now: Instant, connection: ConnectionId, what: What) {
        let connections = &mut self.recording.connections;
        let place = *self.places.entry(connection).or_insert_with(|| {
            let place = connections.len();
            let port = u16::try_from(place).unwrap_or(u16::MAX);
            connections.push(Connection {
                name: name(place),
                client: (Ipv4Addr::LOCALHOST, port).into(),
                server: (Ipv4Addr::LOCALHOST, 2181).into(),
                from_start: true,
            });
            place
        });
        let events = &mut self.recording.events;
        let packet = u64::try_from(events.len()).unwrap_or(u64::MAX);
        events.push(Event {
            at: Duration::from_millis(now.as_millis()),
            packet: packet.saturating_add(1),
            connection: place,
            what,
        });
    }
}
