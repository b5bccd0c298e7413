//! Peers that keep to nothing: the server goes on, and so does everybody else.

use std::net::Ipv4Addr;

use fastrand::Rng;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::server::Mode;
use zk_conformance::server::Requests;
use zk_conformance::server::Transport;
use zk_conformance::server::Words;

use crate::server::world::FIRST;
use crate::server::world::World;
use crate::server::world::close_session;
use crate::server::world::new;
use crate::server::world::ping;
use crate::server::world::renew;
use crate::server::world::renew_with;
use crate::server::world::reply;
use crate::server::world::request;
use crate::server::world::tick;

/// The connection whose session nothing may disturb.
const CANARY: u64 = 0;

fn any_config(rng: &mut Rng) -> Config {
    Config {
        transport: rng
            .choice([Transport::Nio, Transport::Netty])
            .unwrap_or_default(),
        requests: rng
            .choice([Requests::Unimplemented, Requests::Delegate])
            .unwrap_or_default(),
        words: Words::ALL,
        max_client_connections: rng.u32(3..20),
        ..tick(200)
    }
}

/// Something to send: well-formed, nearly so, or not at all.
fn any_bytes(rng: &mut Rng) -> Vec<u8> {
    let id = FIRST + rng.i64(1..40);
    let mut bytes = match rng.u8(0..10) {
        0 => new(rng.i32(..)),
        1 => renew(id, rng.i32(0..5_000)),
        2 => renew_with(id, rng.i32(0..5_000), &[0; 16]),
        3 => ping(),
        4 => close_session(rng.i32(..)),
        5 => request(rng.i32(..), rng.i32(-12..110), &[0; 24]),
        6 => b"srvr".to_vec(),
        7 => vec![0; rng.usize(1..9)],
        8 => (0..rng.usize(1..80)).map(|_| rng.u8(..)).collect(),
        _ => [new(4_000), ping(), ping()].concat(),
    };
    if rng.u8(0..4) == 0 {
        let at = rng.usize(0..bytes.len());
        bytes[at] = rng.u8(..);
    }
    if rng.u8(0..6) == 0 {
        bytes.truncate(rng.usize(0..bytes.len()));
    }
    bytes
}

/// One step of somebody other than the canary.
fn step(world: &mut World, rng: &mut Rng, next: &mut u64) {
    let id = rng.u64(1..*next + 1);
    match rng.u8(0..12) {
        0..3 => {
            *next += 1;
            world.accept(*next);
        }
        3..9 => {
            let bytes = any_bytes(rng);
            // No one guesses the canary's id; everybody knows how ids are made.
            if !bytes.windows(8).any(|window| window == FIRST.to_be_bytes()) {
                world.send(id, &bytes);
            }
        }
        9 => world.eof(id),
        10 => world.lose(id),
        _ => {
            let later = world.now.as_millis() + rng.u64(0..150);
            world.at(later);
        }
    }
}

#[test]
fn whatever_comes_nothing_panics_and_the_canary_lives() {
    for seed in 0..200 {
        let mut rng = Rng::with_seed(seed);
        let mut world = World::new(any_config(&mut rng));
        world.accept_from(CANARY, Ipv4Addr::new(10, 0, 0, 1).into());
        world.send(CANARY, &new(400));
        let mut next = 1;
        for _ in 0..400 {
            step(&mut world, &mut rng, &mut next);
            let expected = reply(-2, world.server.last_zxid(), 0);
            assert_eq!(world.send(CANARY, &ping()), expected, "seed {seed}");
        }
        assert!(world.has_session(FIRST), "seed {seed}");
        world.at(world.now.as_millis() + 100_000);
        assert_eq!(world.server.sessions().count(), 0, "seed {seed}");
    }
}

#[test]
fn the_same_inputs_give_the_same_outputs_and_a_clone_goes_on_alike() {
    for seed in 0..50 {
        let run = |clone_at: usize| {
            let mut rng = Rng::with_seed(seed);
            let mut world = World::new(any_config(&mut rng));
            let mut next = 1;
            for count in 0..200 {
                if count == clone_at {
                    let clone = world.server.clone();
                    assert_eq!(clone, world.server);
                    world.server = clone;
                }
                step(&mut world, &mut rng, &mut next);
            }
            world.log + &format!("{:?}", world.server)
        };
        assert_eq!(run(usize::MAX), run(100), "seed {seed}");
    }
}

#[test]
fn no_flaw_and_no_mode_makes_it_panic() {
    for seed in 0..200 {
        let mut rng = Rng::with_seed(seed);
        let all = Flaw::ALL.iter().copied();
        let flaws: Flaws = all.filter(|_| rng.u8(0..8) == 0).collect();
        let modes = [Mode::ReadWrite, Mode::ReadOnly, Mode::ReadOnlyNoNew];
        let mut world = World::new(Config {
            flaws,
            mode: rng.choice(modes).unwrap_or_default(),
            ..any_config(&mut rng)
        });
        let mut next = 1;
        for _ in 0..400 {
            step(&mut world, &mut rng, &mut next);
        }
        if rng.bool() {
            world.restart();
        }
        world.at(world.now.as_millis() + 100_000);
    }
}

#[test]
fn promised_bytes_take_no_memory() {
    let mut world = World::default();
    world.session(1, 4_000);
    // Ten connections promise a megabyte each, and send a byte of it.
    for id in 2..12 {
        world.open(id, &[0, 0x0f, 0xff, 0xff, 1]);
    }
    let state = format!("{:?}", world.server);
    assert!(state.len() < 10_000, "{state}");
}
