//! How a server is set up, from a byte.

use std::time::Duration;

use jute_codec::Limits;
use zk_conformance::server::Config;
use zk_conformance::server::Flaws;
use zk_conformance::server::Mode;
use zk_conformance::server::Requests;
use zk_conformance::server::Transport;
use zk_conformance::server::Words;

use crate::server::model::TICK;

pub(super) fn settings(flaws: Flaws, byte: u8) -> Config {
    Config {
        tick_time: TICK,
        transport: if byte & 1 == 0 {
            Transport::Nio
        } else {
            Transport::Netty
        },
        mode: match byte >> 1 & 3 {
            0 | 1 => Mode::ReadWrite,
            2 => Mode::ReadOnly,
            _ => Mode::ReadOnlyNoNew,
        },
        requests: if byte & 8 == 0 {
            Requests::Unimplemented
        } else {
            Requests::Delegate
        },
        sessionless_timeout: (byte & 16 == 0).then_some(Duration::from_millis(1_000)),
        limits: Limits::frame(if byte & 32 == 0 { 0xf_ffff } else { 64 }),
        max_client_connections: 4,
        words: if byte & 64 == 0 {
            Words::DEFAULT
        } else {
            Words::ALL
        },
        flaws,
        ..Config::default()
    }
}
