//! What can happen to a server.

use zk_conformance::server::password;

use crate::seeds::Seed;

pub(super) fn seeds() -> Vec<Seed> {
    let script = |name: &str, settings: u8, steps: &[&[u8]]| {
        Seed::new(
            "server",
            name,
            [&[1, settings][..], &steps.concat()].concat(),
        )
    };
    // Operations, the connection being the first, second or third that is open.
    let accept = &[0, 0][..];
    let accept_other = &[0, 1][..];
    let wait_until_due = &[1, 0][..];
    let wait_100_ms = &[1, 10][..];
    let wait_400_ms = &[1, 40][..];
    let wait_2550_ms = &[1, 255][..];
    let restart = &[2, 0][..];
    // A form: the kind of readOnly, and the right password. 50 is 1000 ms, 20 is 400 ms.
    let open = &[5, 0, 0b0_1101, 50][..];
    let open_second = &[5, 1, 0b0_1101, 50][..];
    let open_short = &[5, 0, 0b0_1101, 20][..];
    let renew_first =
        |connection: u8, form: u8, time_out: u8| vec![6, connection, form, time_out, 0];
    let ping = &[7, 0][..];
    let close = &[8, 0][..];
    let auth = &[9, 0, 0][..];
    let ask_for_data = &[10, 0, 0, 5, 4, 6, 0, 0, 0, 1, b'/', 0][..];
    let eof = &[12, 0][..];
    let lost = &[13, 0][..];
    let answer = &[14, 0, 3, 1, 7][..];
    let push = &[15, 0][..];
    let frame = |connection: u8, payload: &[u8]| {
        let length = u8::try_from(payload.len()).expect("a short payload");
        [&[4, connection, length][..], payload].concat()
    };
    let bytes = |connection: u8, bytes: &[u8]| {
        let length = u8::try_from(bytes.len()).expect("few bytes");
        [&[3, connection, length][..], bytes].concat()
    };
    let ping_bytes = &[0, 0, 0, 8, 255, 255, 255, 254, 0, 0, 0, 11][..];
    // What nobody has, what the canary has, and what the first session of a seed has.
    let (nobody, canary, first) = (0x0123_4567_89ab_cdef, 1 << 56, 1 << 56 | 1);
    let own = password(first);
    let handshake = |session_id: i64, last_zxid: i64, passwd: &[u8], rest: &[u8]| {
        let length = u32::try_from(passwd.len()).expect("a short password");
        [
            &[0; 4][..],
            &last_zxid.to_be_bytes(),
            &[0, 0, 3, 232],
            &session_id.to_be_bytes(),
            &length.to_be_bytes(),
            passwd,
            rest,
        ]
        .concat()
    };
    let cut = |length: u32, rest: &[u8]| {
        let before = &handshake(0, 0, &[], &[])[..24];
        [before, &length.to_be_bytes(), rest].concat()
    };
    let auth_of = |body: &[u8]| [&[255, 255, 255, 252, 0, 0, 0, 100], body].concat();
    let in_one_read = |frames: &[&[u8]]| {
        let framed = frames.iter().map(|payload| {
            let length = u32::try_from(payload.len()).expect("a short frame");
            [&length.to_be_bytes(), *payload].concat()
        });
        bytes(0, &framed.collect::<Vec<_>>().concat())
    };
    let renewal = |name: &str, passwd: &[u8]| {
        let payload = handshake(first, 0, passwd, &[0]);
        script(
            name,
            0,
            &[accept, open, lost, accept, &frame(0, &payload), ping],
        )
    };
    let identity =
        |name: &str, body: &[u8]| script(name, 0, &[accept, open, &frame(0, &auth_of(body)), ping]);
    let more = vec![
        script(
            "requests-behind-the-handshake",
            0,
            &[
                accept,
                &in_one_read(&[
                    &handshake(0, 0, &[0; 16], &[0]),
                    &ping_bytes[4..],
                    &auth_of(b"\0\0\0\0\0\0\0\x02ip\0\0\0\0"),
                ]),
            ],
        ),
        script(
            "twenty-pings-in-a-read",
            0,
            &[accept, open, &bytes(0, &ping_bytes.repeat(20))],
        ),
        script(
            "half-a-request-behind-a-whole-one",
            0,
            &[
                accept,
                open,
                &bytes(0, &[ping_bytes, &ping_bytes[..6]].concat()),
                &bytes(0, &ping_bytes[6..]),
            ],
        ),
        script(
            "length-in-pieces",
            0,
            &[
                accept,
                open,
                &bytes(0, &ping_bytes[..2]),
                &bytes(0, &ping_bytes[2..]),
            ],
        ),
        script(
            "frame-of-nothing",
            0,
            &[accept, open, &bytes(0, &[0; 4]), accept, &bytes(0, &[0; 4])],
        ),
        script(
            "frame-of-the-longest-length",
            32,
            &[accept, open, &frame(0, &auth_of(&[0; 56]))],
        ),
        script(
            "gone-in-the-middle-of-a-frame",
            0,
            &[accept, open, &bytes(0, &[0, 0, 0, 8, 1]), lost],
        ),
        script("gone-without-a-byte", 0, &[accept, lost, accept, eof]),
        script(
            "operation-below-zero",
            0,
            &[accept, open, &frame(0, &[0, 0, 0, 1, 255, 255, 255, 200])],
        ),
        script(
            "new-session-with-a-null-password",
            0,
            &[accept, &[5, 0, 0b0_0001, 50], ping],
        ),
        script(
            "new-session-with-a-password",
            0,
            &[accept, &[5, 0, 0b0_1001, 50], ping],
        ),
        script(
            "read-only-of-two",
            0,
            &[accept, &frame(0, &handshake(0, 0, &[0; 16], &[2])), ping],
        ),
        script(
            "bytes-behind-a-handshake",
            0,
            &[
                accept,
                &frame(0, &handshake(0, 0, &[0; 16], &[0, 1, 2])),
                ping,
            ],
        ),
        script(
            "handshake-cut-short",
            0,
            &[
                accept,
                &frame(0, &[0; 20]),
                accept,
                &frame(0, &cut(16, &[0; 9])),
            ],
        ),
        script(
            "password-beyond-its-frame",
            0,
            &[accept, &frame(0, &cut(0x7fff_ffff, &[0; 17]))],
        ),
        script(
            "password-of-a-length-below-null",
            0,
            &[accept, &frame(0, &cut(0xffff_fffe, &[0; 17]))],
        ),
        script(
            "zxid-of-the-client-the-same",
            0,
            &[
                accept,
                &frame(0, &handshake(0, 1, &[0; 16], &[0])),
                lost,
                accept,
                &frame(0, &handshake(first, 2, &own, &[0])),
                ping,
            ],
        ),
        script(
            "zxid-of-the-client-a-little-ahead",
            0,
            &[accept, &frame(0, &handshake(0, 5, &[0; 16], &[0]))],
        ),
        script(
            "read-only-server-and-an-unwilling-owner",
            4,
            &[
                accept,
                &[5, 0, 14, 50],
                &[10, 0, 0, 5, 1, 0],
                accept_other,
                &renew_first(1, 13, 50),
                ping,
            ],
        ),
        script(
            "renewal-with-a-zxid-ahead",
            0,
            &[
                accept,
                open,
                accept_other,
                &renew_first(1, 0b10_1101, 50),
                ping,
            ],
        ),
        script(
            "timeout-of-no-whole-tick",
            0,
            &[accept, &[5, 0, 13, 43], ping, wait_until_due],
        ),
        renewal(
            "renewal-with-half-a-password",
            &[&own[..8], &[0; 8]].concat(),
        ),
        renewal("renewal-with-a-password-too-short", &own[..15]),
        renewal(
            "renewal-with-a-password-too-long",
            &[&own[..], &[0]].concat(),
        ),
        renewal("renewal-with-an-empty-password", &[]),
        renewal("renewal-with-a-blank-password", &[0; 16]),
        renewal("renewal-with-the-password-of-another", &password(canary)),
        script(
            "renewal-with-a-null-password",
            0,
            &[accept, open, lost, accept, &renew_first(0, 0b0_0001, 50)],
        ),
        script(
            "renewal-of-an-id-below-zero",
            0,
            &[accept, &frame(0, &handshake(-1, 0, &password(-1), &[0]))],
        ),
        script(
            "renewal-of-an-unknown-session-with-a-blank-password",
            0,
            &[accept, &frame(0, &handshake(nobody, 0, &[0; 16], &[0]))],
        ),
        script(
            "renewal-without-read-only",
            0,
            &[accept, open, lost, accept, &renew_first(0, 12, 50), ping],
        ),
        script(
            "renewal-of-another-version",
            0,
            &[accept, open, lost, accept, &renew_first(0, 0b1000_1101, 50)],
        ),
        script(
            "renewed-and-closed",
            0,
            &[accept, open, lost, accept, &renew_first(0, 13, 50), close],
        ),
        script(
            "wrong-password-does-not-put-expiry-off",
            0,
            &[
                accept,
                open_short,
                lost,
                wait_400_ms,
                accept,
                &renew_first(0, 0b0_1001, 50),
                wait_400_ms,
            ],
        ),
        script(
            "right-password-after-three-wrong-ones",
            0,
            &[
                accept,
                open,
                lost,
                accept,
                &renew_first(0, 0b0_1001, 50),
                accept,
                &renew_first(0, 0b0_1001, 50),
                accept,
                &renew_first(0, 0b0_1001, 50),
                accept,
                &renew_first(0, 13, 50),
                ping,
            ],
        ),
        script(
            "bytes-behind-a-ping",
            0,
            &[accept, open, &[10, 0, 0, 5, 11, 3, 1, 2, 3], ping],
        ),
        script(
            "handshake-after-the-handshake",
            0,
            &[accept, open, &frame(0, &handshake(0, 0, &[0; 16], &[0]))],
        ),
        script(
            "auth-with-a-number-of-its-own",
            0,
            &[
                accept,
                open,
                &[
                    10, 0, 0, 5, 100, 14, 0, 0, 0, 0, 0, 0, 0, 2, b'i', b'p', 0, 0, 0, 0,
                ],
                ping,
            ],
        ),
        identity("auth-of-a-type", b"\0\0\0\x07\0\0\0\x02ip\0\0\0\0"),
        identity(
            "auth-of-an-unknown-scheme",
            b"\0\0\0\0\0\0\0\x04none\0\0\0\0",
        ),
        identity("auth-as-world", b"\0\0\0\0\0\0\0\x05world\0\0\0\x06anyone"),
        identity("auth-as-super", b"\0\0\0\0\0\0\0\x05super\0\0\0\0"),
        identity("auth-of-an-empty-scheme", b"\0\0\0\0\0\0\0\0\0\0\0\0"),
        identity(
            "auth-of-a-scheme-below-null",
            b"\0\0\0\0\xff\xff\xff\xfe\0\0\0\0",
        ),
        identity(
            "auth-without-data",
            b"\0\0\0\0\0\0\0\x06digest\xff\xff\xff\xff",
        ),
        identity("auth-of-a-null-scheme", b"\0\0\0\0\xff\xff\xff\xff\0\0\0\0"),
        identity("auth-cut-short", b"\0\0\0\0\0\0\0\x06dig"),
        script(
            "reads-too-short-and-too-long",
            8,
            &[
                accept,
                open,
                &[10, 0, 0, 5, 4, 8, 0, 0, 0, 1, b'/', 0, 1, 2],
                &[10, 0, 0, 6, 4, 3, 0, 0, 0],
                answer,
                answer,
            ],
        ),
        script("word-in-capitals", 0, &[accept, &bytes(0, b"RUOK")]),
        script("word-on-a-session", 0, &[accept, open, &bytes(0, b"ruok")]),
    ];
    let mut seeds = vec![
        script("ping-and-close", 0, &[accept, open, ping, close]),
        script(
            "zxid-of-the-client-below-zero",
            0,
            &[accept, &[5, 0, 0b100_1101, 50], ping],
        ),
        script(
            "ping-with-a-number-of-its-own",
            0,
            &[accept, open, &[10, 0, 0, 5, 11, 0], ping],
        ),
        script(
            "silence-until-expiry",
            0,
            &[accept, open, wait_until_due, wait_until_due],
        ),
        script(
            "pings-put-expiry-off",
            0,
            &[
                accept,
                open_short,
                wait_400_ms,
                ping,
                wait_400_ms,
                ping,
                wait_400_ms,
                wait_400_ms,
            ],
        ),
        script(
            "auth-does-not-put-expiry-off",
            0,
            &[
                accept,
                open_short,
                wait_400_ms,
                auth,
                wait_400_ms,
                auth,
                wait_until_due,
            ],
        ),
        script(
            "unfinished-frame-does-not-put-expiry-off",
            0,
            &[
                accept,
                open_short,
                wait_400_ms,
                &[3, 0, 4, 0, 0, 0, 8],
                wait_100_ms,
                wait_100_ms,
            ],
        ),
        script(
            "new-session-without-read-only",
            0,
            &[accept, &[5, 0, 0b0_1100, 50], ping],
        ),
        script(
            "timeouts-at-and-over-the-limits",
            0,
            &[
                accept,
                accept,
                accept,
                &[5, 0, 13, 0],
                &[5, 1, 13, 2],
                &[5, 2, 13, 3],
                ping,
            ],
        ),
        script(
            "zxid-of-the-client-ahead",
            0,
            &[accept, &[5, 0, 0b10_1101, 50]],
        ),
        script(
            "protocol-version-of-the-client",
            0,
            &[accept, &[5, 0, 0b1000_1101, 50]],
        ),
        script(
            "renewal-evicts-the-old-connection",
            0,
            &[
                accept,
                open,
                accept_other,
                &renew_first(1, 13, 100),
                ping,
                close,
            ],
        ),
        script(
            "renewal-with-a-wrong-password",
            0,
            &[
                accept,
                open,
                accept_other,
                &renew_first(1, 0b0_1001, 50),
                accept,
                &renew_first(0, 13, 50),
            ],
        ),
        script(
            "renewal-after-the-connection-broke",
            0,
            &[
                accept,
                open,
                lost,
                wait_400_ms,
                accept,
                &renew_first(0, 13, 20),
                wait_until_due,
            ],
        ),
        script(
            "renewal-with-a-shorter-timeout",
            0,
            &[
                accept,
                &[5, 0, 13, 200],
                eof,
                accept,
                &renew_first(0, 13, 20),
                wait_400_ms,
                wait_400_ms,
            ],
        ),
        script(
            "renewal-of-a-closed-session",
            0,
            &[accept, open, close, accept, &renew_first(0, 13, 50)],
        ),
        script(
            "renewal-of-an-expired-session",
            0,
            &[
                accept,
                open,
                eof,
                wait_2550_ms,
                accept,
                &renew_first(0, 13, 50),
            ],
        ),
        script(
            "renewal-of-an-unknown-session",
            0,
            &[accept, &renew_first(0, 13, 50)],
        ),
        script(
            "restart-keeps-sessions",
            0,
            &[
                accept,
                open,
                restart,
                wait_400_ms,
                accept,
                &renew_first(0, 13, 20),
                restart,
                wait_2550_ms,
            ],
        ),
        script(
            "unknown-operation-closes",
            0,
            &[accept, open, &[10, 0, 0, 1, 99, 0]],
        ),
        script("auth-of-no-scheme-closes", 0, &[accept, open, &[9, 0, 1]]),
        script(
            "create-session-from-a-client",
            0,
            &[
                accept,
                open,
                &[11, 0, 4, 0, 0, 1, 0],
                ping,
                &[11, 0, 0],
                wait_2550_ms,
            ],
        ),
        script(
            "handshake-in-pieces",
            0,
            &[
                accept,
                &[3, 0, 7, 0, 0, 0, 28, 0, 0, 0],
                &[3, 0, 25],
                &[0; 25],
                ping,
            ],
        ),
        script(
            "frame-of-another-kind-first",
            0,
            &[accept, &[4, 0, 8, 255, 255, 255, 254, 0, 0, 0, 11]],
        ),
        script(
            "length-below-zero",
            0,
            &[accept, open, &[3, 0, 4, 255, 255, 255, 255]],
        ),
        script(
            "length-over-a-small-limit",
            32,
            &[accept, open, &[3, 0, 4, 0, 0, 0, 65]],
        ),
        script(
            "length-promised-and-no-more",
            0,
            &[accept, &[3, 0, 4, 0, 15, 255, 255], wait_2550_ms],
        ),
        script(
            "four-letter-words",
            0,
            &[
                accept,
                &[16, 0, 0],
                accept,
                &[16, 0, 4],
                accept,
                &[16, 0, 9],
            ],
        ),
        script(
            "silent-without-a-session",
            0,
            &[accept, wait_until_due, accept, &[3, 0, 1, 0], wait_2550_ms],
        ),
        script(
            "five-connections-from-one-address",
            0,
            &[accept, accept, accept, accept, accept, open],
        ),
        script(
            "answers-of-the-delegate-in-order",
            8,
            &[
                accept,
                open,
                ask_for_data,
                ask_for_data,
                ping,
                answer,
                answer,
                close,
            ],
        ),
        script(
            "close-waits-for-the-delegate",
            8,
            &[accept, open, ask_for_data, close, ping, answer],
        ),
        script(
            "delegate-closes",
            8,
            &[accept, open, ask_for_data, ping, &[14, 0, 0]],
        ),
        script(
            "delegate-knows-no-such-thing",
            8,
            &[accept, open, ask_for_data, &[14, 0, 1]],
        ),
        script(
            "eviction-of-what-waits-for-the-delegate",
            8,
            &[
                accept,
                open,
                ask_for_data,
                ping,
                accept_other,
                &renew_first(1, 13, 50),
                ping,
                answer,
            ],
        ),
        script(
            "push-to-a-session-and-to-none",
            8,
            &[accept, open, push, accept_other, &[15, 1]],
        ),
        script(
            "two-sessions-of-one-address",
            0,
            &[
                accept,
                open,
                accept,
                open_second,
                ping,
                &[7, 1],
                &[8, 1],
                close,
            ],
        ),
        script(
            "netty-and-a-frame-of-nothing",
            1,
            &[
                accept,
                open,
                &[3, 0, 4, 0, 0, 0, 0],
                wait_100_ms,
                &[3, 0, 1, 0],
            ],
        ),
        script(
            "read-only-server",
            4,
            &[
                accept,
                &[5, 0, 14, 50],
                accept,
                &[5, 1, 13, 50],
                ping,
                close,
            ],
        ),
        script(
            "read-only-server-without-new-sessions",
            6,
            &[
                accept,
                &[5, 0, 14, 50],
                accept,
                &renew_first(1, 14, 50),
                ping,
                wait_2550_ms,
            ],
        ),
    ];
    seeds.extend(more);
    seeds
}
