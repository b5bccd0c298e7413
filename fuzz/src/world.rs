//! Clients, a server and a network that fails, against the claims of the world.

use std::time::Duration;

use jute_codec::OpCode;
use zk_conformance::client;
use zk_conformance::client::OwnClock;
use zk_conformance::server;
use zk_conformance::server::Flaws;
use zk_conformance::server::Mode;
use zk_conformance::server::Requests;
use zk_conformance::server::Transport;
use zk_conformance::world::ClientId;
use zk_conformance::world::Door;
use zk_conformance::world::Fault;
use zk_conformance::world::Told;
use zk_conformance::world::Violation;
use zk_conformance::world::Way;
use zk_conformance::world::Wire;
use zk_conformance::world::World;

use crate::steps::Steps;

/// Whatever becomes of the connections between clients and a server, every
/// [`Claim`](zk_conformance::world::Claim) of the world holds at every step: they are cut,
/// half-closed, delayed, in pieces, refused and ignored, those of one client overtake those of
/// another, the server restarts or is lost. Once all is calm, every client that can be served is.
///
/// Version 1: three bytes of settings, a client, then steps of an operation and what it needs.
pub fn world(data: &[u8]) {
    if let Some(violation) = violation(Flaws::NONE, data) {
        panic!("{violation}");
    }
}

/// What an input shows to be wrong in a world whose server has these flaws.
#[must_use]
pub fn violation(flaws: Flaws, data: &[u8]) -> Option<Violation> {
    let mut steps = Steps::of_version(1, data)?;
    play(flaws, Duration::ZERO, &mut steps).err()
}

/// What an input shows to be wrong in a world whose server has a clock that is late by a millisecond
/// when it ticks: something, as soon as anything is due.
#[must_use]
pub fn late_violation(data: &[u8]) -> Option<Violation> {
    let mut steps = Steps::of_version(1, data)?;
    play(Flaws::NONE, Duration::from_millis(1), &mut steps).err()
}

fn play(flaws: Flaws, late: Duration, steps: &mut Steps<'_>) -> Result<(), Violation> {
    let config = server_config(flaws, steps.byte());
    let mut world = World::new(config, u64::from(steps.byte()));
    world.set_late(late);
    world.set_think(Duration::from_millis(u64::from(steps.byte())));
    world.join(client_config(steps))?;
    for _ in 0..MANY_STEPS {
        if steps.is_empty() {
            break;
        }
        step(&mut world, steps)?;
    }
    world.settle()?;
    assert!(!format!("{:?}", world.server()).is_empty());
    Ok(())
}

fn server_config(flaws: Flaws, byte: u8) -> server::Config {
    server::Config {
        tick_time: Duration::from_millis([2_000, 100, 500, 200][usize::from(byte & 3)]),
        requests: if byte & 4 == 0 {
            Requests::Delegate
        } else {
            Requests::Unimplemented
        },
        sessionless_timeout: (byte & 8 == 0).then_some(Duration::from_millis(1_000)),
        transport: if byte & 16 == 0 {
            Transport::Nio
        } else {
            Transport::Netty
        },
        mode: if byte & 32 == 0 {
            Mode::ReadWrite
        } else {
            Mode::ReadOnly
        },
        max_client_connections: [60, 0, 2, 3][usize::from(byte >> 6)],
        flaws,
        ..server::Config::default()
    }
}

/// Three bytes: the timeout, the settings, the seed.
fn client_config(steps: &mut Steps<'_>) -> client::Config {
    let timeout = Duration::from_millis(u64::from(steps.byte()) * 100);
    let settings = steps.byte();
    let mut config = client::Config::new("a:2181", timeout);
    for host in ["b:2181", "c:2181", "d:2181"]
        .iter()
        .take(usize::from(settings & 3))
    {
        config = config.host(*host);
    }
    config.read_only = [Some(false), None, Some(true), Some(true)][usize::from(settings >> 2 & 3)];
    if settings & 16 != 0 {
        config.own_clock = OwnClock::Never;
    }
    if settings & 32 != 0 {
        // As Apache's Netty client.
        config.rest = Duration::ZERO;
    }
    if settings & 64 != 0 {
        config.first_xid = i32::MAX - 2;
    }
    config.seed = u64::from(steps.byte());
    config
}

fn step(world: &mut World, steps: &mut Steps<'_>) -> Result<(), Violation> {
    match steps.byte() % OPERATIONS {
        0 => {
            for _ in 0..=steps.byte() {
                world.step()?;
            }
            Ok(())
        }
        1 => world.run_for(Duration::from_millis(u64::from(steps.byte()) * 20)),
        2 => world.run_for(Duration::from_millis(u64::from(steps.byte()))),
        3 => {
            let client = client(world, steps);
            let all = [Told::Both, Told::Client, Told::Server, Told::Nobody];
            let told = all[usize::from(steps.byte() % 4)];
            world.inject(Fault::Cut { client, told })
        }
        4 => {
            let client = client(world, steps);
            let way = [Way::Up, Way::Down][usize::from(steps.byte() % 2)];
            world.inject(Fault::HalfClose { client, way })
        }
        5 => {
            let client = client(world, steps);
            let wire = Wire {
                up: delay(steps.byte()),
                down: delay(steps.byte()),
                jitter: Duration::from_millis(u64::from(steps.byte() >> 1)),
                pieces: steps.byte() & 1 != 0,
            };
            world.inject(Fault::Wire { client, wire })
        }
        6 => {
            let door = [Door::Open, Door::Refuse, Door::Ignore][usize::from(steps.byte() % 3)];
            world.inject(Fault::Door(door))
        }
        7 => {
            let away = delay(steps.byte());
            world.inject(Fault::Restart { away })
        }
        8 => {
            let away = delay(steps.byte());
            world.inject(Fault::Kill { away })
        }
        9 => {
            let client = client(world, steps);
            let op = OPS[usize::from(steps.byte()) % OPS.len()];
            world.request(client, op, steps.bytes()).map(drop)
        }
        10 => {
            let client = client(world, steps);
            world.close(client)
        }
        11 => {
            let config = client_config(steps);
            if world.clients().count() < MANY_CLIENTS {
                world.join(config)?;
            }
            Ok(())
        }
        12 => {
            world.reseed(u64::from(steps.byte()));
            Ok(())
        }
        _ => world.settle(),
    }
}

fn client(world: &World, steps: &mut Steps<'_>) -> ClientId {
    ClientId(usize::from(steps.byte()) % world.clients().count().max(1))
}

/// Up to a tenth of a second to the millisecond, then up to seven seconds.
fn delay(byte: u8) -> Duration {
    let byte = u64::from(byte);
    Duration::from_millis(if byte <= 100 {
        byte
    } else {
        (byte - 100) * 45 + 100
    })
}

/// How many operations there are. Seeds use bytes below it, so that a new one changes none.
const OPERATIONS: u8 = 14;

/// What clients ask for, reads and writes.
const OPS: [OpCode; 5] = [
    OpCode::GET_DATA,
    OpCode::CREATE2,
    OpCode::SET_DATA,
    OpCode::EXISTS,
    OpCode::SYNC,
];

/// Clients that are enough.
const MANY_CLIENTS: usize = 6;

/// Steps that are enough; each may take seconds of the world's time.
const MANY_STEPS: usize = 128;
