//! Who a client says it is.

use crate::seeds::Seed;
use crate::seeds::server::words::ACCEPT;
use crate::seeds::server::words::OPEN;
use crate::seeds::server::words::PING;
use crate::seeds::server::words::auth;
use crate::seeds::server::words::auth_of;
use crate::seeds::server::words::frame;
use crate::seeds::server::words::request;
use crate::seeds::server::words::script;

pub(super) fn seeds() -> Vec<Seed> {
    vec![
        script("auth-of-no-scheme-closes", 0, &[ACCEPT, OPEN, auth(1)]),
        script(
            "auth-with-a-number-of-its-own",
            0,
            &[
                ACCEPT,
                OPEN,
                request(5, 100, &[0, 0, 0, 0, 0, 0, 0, 2, b'i', b'p', 0, 0, 0, 0]),
                PING,
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
    ]
}

fn identity(name: &str, body: &[u8]) -> Seed {
    script(name, 0, &[ACCEPT, OPEN, frame(0, &auth_of(body)), PING])
}
