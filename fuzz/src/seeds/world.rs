//! What can go wrong between clients and a server.

use crate::seeds::Seed;

pub(super) fn seeds() -> Vec<Seed> {
    // A server with a tick of 100 ms, a seed, a thought of 3 ms, and a client that asks for 4 s.
    let script = |name: &str, steps: &[&[u8]]| {
        let world = &[1, 1, 7, 3, 40, 0, 5][..];
        Seed::new("world", name, [world, &steps.concat()].concat())
    };
    let with = |name: &str, world: [u8; 3], client: [u8; 3], steps: &[&[u8]]| {
        let settings = [&[1][..], &world, &client].concat();
        Seed::new("world", name, [&settings[..], &steps.concat()].concat())
    };
    let next_16 = &[0, 15][..];
    let wait_50_ms = &[2, 50][..];
    let wait_1_s = &[1, 50][..];
    let wait_5_s = &[1, 250][..];
    let cut = &[3, 0, 0][..];
    let cut_for_client = &[3, 0, 1][..];
    let cut_for_server = &[3, 0, 2][..];
    let cut_for_nobody = &[3, 0, 3][..];
    let half_up = &[4, 0, 0][..];
    let half_down = &[4, 0, 1][..];
    let slow = &[5, 0, 120, 120, 5][..];
    let very_slow = &[5, 0, 200, 200, 1][..];
    let slow_up = &[5, 0, 160, 1, 0][..];
    let slow_down = &[5, 0, 1, 160, 0][..];
    let open = &[6, 0][..];
    let refuse = &[6, 1][..];
    let ignore = &[6, 2][..];
    let restart = &[7, 110][..];
    let kill = &[8, 110][..];
    let read = &[9, 0, 0, 2, b'/', b'a'][..];
    let write = &[9, 0, 2, 1, 7][..];
    let close = &[10, 0][..];
    let another = &[11, 40, 0, 9][..];
    let chance = &[12, 3][..];
    let calm = &[13][..];
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
                &[5, 0, 1, 1, 1],
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
            &[another, next_16, read, &[9, 1, 1, 1, 8], wait_1_s, cut],
        ),
        script(
            "two-clients-overtake-each-other",
            &[
                another,
                wait_1_s,
                slow,
                read,
                &[9, 1, 0, 0],
                cut,
                chance,
                wait_1_s,
                &[3, 1, 3],
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
                &[3, 3, 3],
                &[10, 4],
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
                &[9, 1, 4, 0],
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
