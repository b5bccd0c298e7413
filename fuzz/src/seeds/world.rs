//! What can go wrong between clients and a server.

use zk_conformance::world::Door;
use zk_conformance::world::Told;
use zk_conformance::world::Way;

use crate::seeds::Seed;
use crate::world::Operation;
use crate::world::Wish;

pub(super) fn seeds() -> Vec<Seed> {
    // A server with a tick of 100 ms, a seed, a thought of 3 ms, and a client that asks for 4 s.
    let script =
        |name: &str, operations: &[Operation<'_>]| with(name, [1, 7, 3], [40, 0, 5], operations);
    let next_16 = Operation::Next { more: 15 };
    let wait_50_ms = Operation::WaitMillis { by: 50 };
    let wait_1_s = Operation::Wait { by: 50 };
    let wait_5_s = Operation::Wait { by: 250 };
    let cut_of = |client, told| Operation::Cut { client, told };
    let cut = cut_of(0, Told::Both);
    let cut_for_client = cut_of(0, Told::Client);
    let cut_for_server = cut_of(0, Told::Server);
    let cut_for_nobody = cut_of(0, Told::Nobody);
    let half = |way| Operation::HalfClose { client: 0, way };
    let (half_up, half_down) = (half(Way::Up), half(Way::Down));
    let delayed = |up, down, jitter, pieces| Operation::Slow {
        client: 0,
        up,
        down,
        jitter,
        pieces,
    };
    let slow = delayed(120, 120, 5, true);
    let very_slow = delayed(200, 200, 0, true);
    let slow_up = delayed(160, 1, 0, false);
    let slow_down = delayed(1, 160, 0, false);
    let fast_in_pieces = delayed(1, 1, 0, true);
    let stand = |door| Operation::Stand { door };
    let (open, refuse, ignore) = (stand(Door::Open), stand(Door::Refuse), stand(Door::Ignore));
    let restart = Operation::Restart { away: 110 };
    let kill = Operation::Kill { away: 110 };
    let request = |client, wish, body| Operation::Request { client, wish, body };
    let read = request(0, Wish::GetData, b"/a");
    let write = request(0, Wish::SetData, &[7]);
    let close_of = |client| Operation::Close { client };
    let close = close_of(0);
    let another = Operation::Join {
        timeout: 40,
        settings: 0,
        seed: 9,
    };
    let chance = Operation::Reseed { seed: 3 };
    let calm = Operation::Settle;
    vec![
        script(
            "session-held-and-closed",
            &[wait_1_s, read, wait_50_ms, close],
        ),
        script("cut-and-renewed", &[wait_1_s, cut, wait_1_s, read]),
        script("client-is-told-of-the-cut", &[wait_1_s, cut_for_client]),
        script("server-is-told-of-the-cut", &[wait_1_s, cut_for_server]),
        script("nobody-is-told-of-the-cut", &[wait_1_s, cut_for_nobody]),
        script(
            "cut-under-a-request",
            &[wait_1_s, read, write, cut, wait_5_s],
        ),
        script(
            "half-closed-upwards",
            &[wait_1_s, read, half_up, read, wait_1_s],
        ),
        script(
            "half-closed-downwards",
            &[wait_1_s, read, half_down, write, wait_1_s],
        ),
        script(
            "half-closed-both-ways",
            &[wait_1_s, half_up, half_down, wait_5_s],
        ),
        script("half-closed-and-cut", &[wait_1_s, half_up, cut, wait_5_s]),
        script("close-under-a-cut", &[wait_1_s, close, cut_for_nobody]),
        script(
            "expired-on-both-sides",
            &[wait_1_s, cut_for_nobody, ignore, wait_5_s, wait_5_s, open],
        ),
        script(
            "refused-until-it-expires",
            &[
                wait_1_s, cut, refuse, wait_1_s, wait_1_s, wait_1_s, open, wait_5_s,
            ],
        ),
        script(
            "slow-wire-and-requests",
            &[slow, read, write, read, wait_1_s, calm, read],
        ),
        script("wire-too-slow-for-the-session", &[very_slow, wait_5_s]),
        script(
            "old-request-for-a-session-arrives-last",
            &[
                wait_1_s,
                slow_up,
                cut,
                wait_1_s,
                cut,
                fast_in_pieces,
                wait_5_s,
            ],
        ),
        script(
            "replies-slower-than-requests",
            &[slow_down, wait_5_s, read, read, cut, wait_1_s],
        ),
        script(
            "restart-keeps-sessions",
            &[wait_1_s, read, restart, wait_5_s],
        ),
        script("lost-server", &[wait_1_s, kill, wait_5_s]),
        script(
            "lost-server-and-what-it-told",
            &[wait_1_s, write, wait_50_ms, kill, wait_5_s],
        ),
        script(
            "two-clients",
            &[
                another,
                next_16,
                read,
                request(1, Wish::Create, &[8]),
                wait_1_s,
                cut,
            ],
        ),
        script(
            "two-clients-overtake-each-other",
            &[
                another,
                wait_1_s,
                slow,
                read,
                request(1, Wish::GetData, &[]),
                cut,
                chance,
                wait_1_s,
                cut_of(1, Told::Nobody),
                wait_5_s,
            ],
        ),
        script(
            "six-clients",
            &[
                another,
                another,
                another,
                another,
                another,
                another,
                wait_1_s,
                cut_of(3, Told::Nobody),
                close_of(4),
                restart,
                wait_1_s,
            ],
        ),
        script(
            "thirty-things-at-once",
            &[
                another,
                read,
                read,
                write,
                request(1, Wish::Sync, &[]),
                next_16,
                chance,
                next_16,
            ],
        ),
        with(
            "unknown-operations",
            [5, 1, 0],
            [40, 0, 0],
            &[wait_1_s, read, wait_1_s, read, close],
        ),
        with(
            "read-only-server-and-a-willing-client",
            [33, 1, 0],
            [40, 8, 0],
            &[wait_1_s, read, wait_1_s, cut, wait_1_s],
        ),
        with(
            "read-only-server-and-an-unwilling-client",
            [33, 1, 0],
            [40, 0, 0],
            &[wait_5_s],
        ),
        with(
            "netty-server-and-netty-client",
            [17, 1, 0],
            [40, 33, 0],
            &[wait_1_s, half_up, wait_1_s, half_down, wait_1_s],
        ),
        with(
            "two-connections-of-an-address",
            [0x81, 1, 0],
            [40, 0, 0],
            &[wait_1_s, cut_for_nobody, wait_5_s, cut_for_nobody],
        ),
        with(
            "clock-of-the-server-only",
            [1, 1, 0],
            [40, 16, 0],
            &[wait_1_s, cut_for_client, refuse, wait_5_s, wait_5_s],
        ),
        with(
            "numbers-at-their-end",
            [1, 1, 0],
            [40, 64, 0],
            &[read, read, read, read, wait_1_s, read],
        ),
        with(
            "four-servers-that-are-one",
            [1, 1, 0],
            [40, 3, 1],
            &[wait_1_s, cut, refuse, wait_1_s, open, wait_1_s],
        ),
        with(
            "shortest-timeout-of-a-slow-server",
            [0, 1, 255],
            [0, 0, 0],
            &[read, write, wait_5_s, cut_for_nobody],
        ),
        with(
            "timeout-below-the-limit",
            [0, 1, 0],
            [30, 0, 0],
            &[wait_5_s, read, wait_5_s, cut],
        ),
        with(
            "longest-timeout",
            [2, 1, 0],
            [255, 0, 0],
            &[wait_5_s, cut_for_nobody, wait_5_s],
        ),
    ]
}

/// A world with a server, a client and what happens to them.
fn with(name: &str, world: [u8; 3], client: [u8; 3], operations: &[Operation<'_>]) -> Seed {
    let mut input = [&[1][..], &world, &client].concat();
    operations.iter().for_each(|it| it.write(&mut input));
    Seed::new("world", name, input)
}
