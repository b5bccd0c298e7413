//! Every case of the catalogue: as a text, as what its client side sends, and as a script for the
//! server's target.
//!
//! A case is played to the embedded server, so that what depends on answers is there too. The
//! target's own server has given a session to its canary before anything else: ids, and the
//! passwords that follow from them, are moved on by one.

use std::sync::LazyLock;

use zk_conformance::Instant;
use zk_conformance::judge::Case;
use zk_conformance::judge::Catalogue;
use zk_conformance::judge::Setting;
use zk_conformance::lab;
use zk_conformance::player;
use zk_conformance::player::Event;
use zk_conformance::player::Happening;
use zk_conformance::server::Config;
use zk_conformance::server::Mode;
use zk_conformance::server::Requests;
use zk_conformance::server::password;
use zk_conformance::transcript::Bindings;

use crate::seeds::Seed;
use crate::server::Operation;
use crate::server::TICK;

pub(super) fn seeds() -> Vec<Seed> {
    let catalogue = Catalogue::embedded().expect("the catalogue");
    let mut seeds = Vec::new();
    for case in catalogue.cases() {
        let name = format!("catalogue/{}", case.name.replace('/', "-"));
        let text = case.script.to_string();
        let (config, log) = play(case);
        let mut inputs = vec![
            ("transcript", [&[0], text.as_bytes()].concat()),
            ("frame", [&[1, 0, 7], &stream(&log)[..]].concat()),
        ];
        if log.iter().map(length).sum::<usize>() <= LONGEST {
            inputs.push(("server", Conversation::of(&log).script(&config)));
        }
        inputs.retain(|(_, input)| input.len() <= LONGEST);
        for (target, input) in inputs {
            seeds.push(Seed::new(target, &*name, input));
        }
    }
    // Cases differ in what they expect, too.
    seeds.sort_by(|a, b| (a.target, &a.input).cmp(&(b.target, &b.input)));
    seeds.dedup_by(|a, b| (a.target, &a.input) == (b.target, &b.input));
    seeds
}

/// What happens when a case is played, and to which server.
fn play(case: &Case) -> (Config, Vec<Event>) {
    let setting = Setting::of(&case.script).expect("a setting");
    let config = setting.apply(Config {
        tick_time: TICK,
        requests: Requests::Delegate,
        ..Config::default()
    });
    let mut known = Bindings::default();
    let tick = i64::try_from(config.tick_time.as_millis()).expect("a tick");
    for (name, value) in [
        ("min", config.min_timeout_ms().into()),
        ("max", config.max_timeout_ms().into()),
        ("tick", tick),
        ("sessionless", 10_000),
    ] {
        known.set_param(name, value);
    }
    let script = case.script.clone();
    let played = lab::play(config.clone(), script, known, player::Config::default());
    (config, played.log)
}

/// How many bytes a client sends.
fn length(event: &Event) -> usize {
    match &event.what {
        Happening::Sent(bytes) => bytes.len(),
        _ => 0,
    }
}

/// What goes up the first connection.
fn stream(log: &[Event]) -> Vec<u8> {
    let first = log.first().map(|event| &event.connection);
    let events = log.iter().filter(|event| Some(&event.connection) == first);
    let sent = events.filter_map(|event| match &event.what {
        Happening::Sent(bytes) => Some(&bytes[..]),
        _ => None,
    });
    sent.collect::<Vec<_>>().concat()
}

/// What clients do, in the target's terms.
struct Conversation<'l> {
    now: Instant,
    /// The connections that are open, in their order.
    open: Vec<&'l str>,
    opened: u8,
    steps: Vec<u8>,
}

impl<'l> Conversation<'l> {
    fn of(log: &'l [Event]) -> Self {
        let mut conversation = Self {
            now: Instant::ZERO,
            open: Vec::new(),
            opened: 0,
            steps: Vec::new(),
        };
        for event in log {
            conversation.tell(event);
        }
        conversation
    }

    fn script(self, config: &Config) -> Vec<u8> {
        let mode = match config.mode {
            Mode::ReadWrite => 0,
            Mode::ReadOnly => 0b0100,
            Mode::ReadOnlyNoNew => 0b0110,
        };
        let delegates = u8::from(config.requests == Requests::Delegate) << 3;
        [&[1, mode | delegates][..], &self.steps].concat()
    }

    fn tell(&mut self, event: &'l Event) {
        let mut wait = (event.at - self.now).as_millis() / 10;
        self.now = event.at;
        while wait > 0 {
            let part = u8::try_from(wait).unwrap_or(u8::MAX);
            Operation::Wait { hundredths: part }.write(&mut self.steps);
            wait -= u128::from(part);
        }
        let connection = &*event.connection;
        match &event.what {
            Happening::Opened => {
                // From one of three addresses, since each may have four connections.
                let peer = self.opened % 3;
                Operation::Accept { peer }.write(&mut self.steps);
                self.opened += 1;
                self.open.push(connection);
            }
            Happening::Sent(bytes) => {
                if let Some(connection) = self.place(connection) {
                    for bytes in moved_on(bytes).chunks(usize::from(u8::MAX)) {
                        Operation::Bytes { connection, bytes }.write(&mut self.steps);
                    }
                }
            }
            Happening::Shut | Happening::Closed => {
                self.leave(connection, |connection| Operation::Eof { connection });
            }
            Happening::Reset => {
                self.leave(connection, |connection| Operation::Lost { connection });
            }
            Happening::Ended(_) => self.open.retain(|open| *open != connection),
            Happening::Refused
            | Happening::Received(_)
            | Happening::Paused
            | Happening::Resumed
            | Happening::Quiet(_)
            | Happening::Waited(_) => {}
        }
    }

    fn leave(&mut self, connection: &str, how: impl Fn(u8) -> Operation<'static>) {
        if let Some(place) = self.place(connection) {
            how(place).write(&mut self.steps);
            self.open.retain(|open| *open != connection);
        }
    }

    fn place(&self, connection: &str) -> Option<u8> {
        let place = self.open.iter().position(|open| *open == connection)?;
        u8::try_from(place).ok()
    }
}

/// Bytes in which each session is the one after it.
fn moved_on(bytes: &[u8]) -> Vec<u8> {
    let mut moved = bytes.to_vec();
    let mut at = 0;
    while at < moved.len() {
        let rest = &mut moved[at..];
        let found = NEXT.iter().find(|(before, _)| rest.starts_with(before));
        if let Some((_, after)) = found {
            rest[..after.len()].copy_from_slice(after);
        }
        at += found.map_or(1, |(_, after)| after.len());
    }
    moved
}

/// Ids and passwords, and those of the session after it.
static NEXT: LazyLock<Vec<(Vec<u8>, Vec<u8>)>> = LazyLock::new(|| {
    let ids = FIRST..FIRST + MANY_SESSIONS;
    let id = |id: i64| id.to_be_bytes().to_vec();
    let ids_and_passwords = ids.flat_map(|before| {
        let passwords = (password(before).to_vec(), password(before + 1).to_vec());
        [(id(before), id(before + 1)), passwords]
    });
    ids_and_passwords.collect()
});

/// What a seed has at most.
const LONGEST: usize = 1_024;

/// The first session of a server.
const FIRST: i64 = 1 << 56;

/// More sessions than a case has.
const MANY_SESSIONS: i64 = 48;
