//! What tells one state of a server from another, whatever time it is.

use std::hash::DefaultHasher;
use std::hash::Hasher;

use crate::server::world::World;
use crate::server::world::ping;
use crate::server::world::tick;

/// What the server will do from now on, as a number.
fn fingerprint(world: &World) -> u64 {
    let mut state = DefaultHasher::new();
    world.server.fingerprint(world.now, &mut state);
    state.finish()
}

/// A server with a session of 4 s, opened at that time.
fn at(millis: u64) -> World {
    let mut world = World::new(tick(200));
    world.at(millis);
    world.session(1, 4_000);
    world
}

#[test]
fn where_in_a_tick_it_is_is_part_of_the_state() {
    assert_ne!(fingerprint(&at(1_000)), fingerprint(&at(1_001)));
}

#[test]
fn when_a_session_ends_is_part_of_the_state() {
    let mut world = at(1_000);
    world.at(2_000);
    let mut pinged = world.clone();
    pinged.send(1, &ping());
    assert_ne!(fingerprint(&world), fingerprint(&pinged));
    // Later in the same tick a ping changes nothing any more.
    let before = fingerprint(&pinged);
    pinged.send(1, &ping());
    assert_eq!(fingerprint(&pinged), before);
}

#[test]
fn half_a_request_is_part_of_the_state() {
    let mut world = at(1_000);
    let before = fingerprint(&world);
    let ping = ping();
    let (half, rest) = ping.split_at(5);
    world.send(1, half);
    assert_ne!(fingerprint(&world), before);
    world.send(1, rest);
    assert_eq!(fingerprint(&world), before);
}
