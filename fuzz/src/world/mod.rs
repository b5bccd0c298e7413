//! Clients, a server and a network that fails, against the claims of the world.

mod operation;

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
use zk_conformance::world::Fault;
use zk_conformance::world::Violation;
use zk_conformance::world::Wire;
use zk_conformance::world::World;

use crate::steps::Steps;

pub(crate) use crate::world::operation::Operation;
pub(crate) use crate::world::operation::Wish;

/// Whatever becomes of the connections between clients and a server, every
/// [`Claim`](zk_conformance::world::Claim) of the world holds at every step: they are cut,
/// half-closed, delayed, in pieces, refused and ignored, those of one client overtake those of
/// another, the server restarts or is lost. Once all is calm, every client that can be served is.
///
/// Version 1: three bytes of settings, three of a client (its timeout, settings and seed), then
/// operations: a number, and what each needs.
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

/// The same input without what has no meaning.
pub(crate) fn plain(data: &[u8]) -> Option<Vec<u8>> {
    let mut steps = Steps::of_version(1, data)?;
    let mut input = vec![1];
    input.extend([(); 3].map(|()| steps.byte()));
    input.extend([steps.byte(), steps.byte() & SETTINGS, steps.byte()]);
    while !steps.is_empty() {
        let mut operation = Operation::read(&mut steps);
        if let Some(Operation::Join { settings, .. }) = &mut operation {
            *settings &= SETTINGS;
        }
        if let Some(operation) = operation {
            operation.write(&mut input);
        }
    }
    Some(input)
}

fn play(flaws: Flaws, late: Duration, steps: &mut Steps<'_>) -> Result<(), Violation> {
    let config = server_config(flaws, steps.byte());
    let mut world = World::new(config, u64::from(steps.byte()));
    world.set_late(late);
    world.set_think(Duration::from_millis(u64::from(steps.byte())));
    world.join(client_config([steps.byte(), steps.byte(), steps.byte()]))?;
    for _ in 0..MANY_STEPS {
        if steps.is_empty() {
            break;
        }
        if let Some(operation) = Operation::read(steps) {
            step(&mut world, operation)?;
        }
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

fn client_config([timeout, settings, seed]: [u8; 3]) -> client::Config {
    let timeout = Duration::from_millis(u64::from(timeout) * 100);
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
    config.seed = u64::from(seed);
    config
}

fn step(world: &mut World, operation: Operation<'_>) -> Result<(), Violation> {
    let id = |client: u8| ClientId(usize::from(client) % world.clients().count().max(1));
    match operation {
        Operation::Next { more } => {
            for _ in 0..=more {
                world.step()?;
            }
            Ok(())
        }
        Operation::Wait { by } => world.run_for(Duration::from_millis(u64::from(by) * 20)),
        Operation::WaitMillis { by } => world.run_for(Duration::from_millis(u64::from(by))),
        Operation::Cut { client, told } => {
            let client = id(client);
            world.inject(Fault::Cut { client, told })
        }
        Operation::HalfClose { client, way } => {
            let client = id(client);
            world.inject(Fault::HalfClose { client, way })
        }
        Operation::Slow {
            client,
            up,
            down,
            jitter,
            pieces,
        } => {
            let client = id(client);
            let wire = Wire {
                up: delay(up),
                down: delay(down),
                jitter: Duration::from_millis(u64::from(jitter >> 1)),
                pieces,
            };
            world.inject(Fault::Wire { client, wire })
        }
        Operation::Stand { door } => world.inject(Fault::Door(door)),
        Operation::Restart { away } => {
            let away = delay(away);
            world.inject(Fault::Restart { away })
        }
        Operation::Kill { away } => {
            let away = delay(away);
            world.inject(Fault::Kill { away })
        }
        Operation::Request { client, wish, body } => {
            let client = id(client);
            let op = match wish {
                Wish::GetData => OpCode::GET_DATA,
                Wish::Create => OpCode::CREATE2,
                Wish::SetData => OpCode::SET_DATA,
                Wish::Exists => OpCode::EXISTS,
                Wish::Sync => OpCode::SYNC,
            };
            world.request(client, op, body).map(drop)
        }
        Operation::Close { client } => {
            let client = id(client);
            world.close(client)
        }
        Operation::Join {
            timeout,
            settings,
            seed,
        } => {
            if world.clients().count() < MANY_CLIENTS {
                world.join(client_config([timeout, settings, seed]))?;
            }
            Ok(())
        }
        Operation::Reseed { seed } => {
            world.reseed(u64::from(seed));
            Ok(())
        }
        Operation::Settle => world.settle(),
    }
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

/// The settings of a client that there are.
const SETTINGS: u8 = 0b0111_1111;

/// Clients that are enough.
const MANY_CLIENTS: usize = 6;

/// Steps that are enough; each may take seconds of the world's time.
const MANY_STEPS: usize = 128;
