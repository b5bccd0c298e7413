//! Which knobs there are at what a client does, and where it may matter to turn them to.

use crate::driver::Act;
use crate::driver::Knob;

/// The knobs of an act.
pub(super) const fn knobs(act: Act) -> &'static [Knob] {
    match act {
        Act::Open | Act::Cut | Act::Half | Act::Linger | Act::Expire | Act::Wait => &[],
        Act::New | Act::Renew | Act::Wrong | Act::First | Act::Plain | Act::Null | Act::Ahead => {
            CONNECT
        }
        Act::Word | Act::Partial | Act::Negative | Act::Empty => RAW,
        _ => REQUEST,
    }
}

/// The values of a knob at which something may change.
pub(super) const fn values(knob: Knob) -> &'static [i64] {
    match knob {
        // What any other means depends on what the server has seen before.
        Knob::Zxid => &[0, -1, 1 << 60, i64::MAX, i64::MIN],
        Knob::More => &[1, 4, 8, 100, 5_000, 70_000],
        Knob::Password => &[0, 1, 8, 15, 17, 32, 100, 70_000],
        Knob::ReadOnly => &[0, 1, 2, 127, 255],
        Knob::Pieces => &[1, 2, 5, 8],
        Knob::Keep | Knob::Cut | Knob::Half | Knob::Reset => &[0, 3, 4, 8, 12, 20, 43, 44, 45],
        _ => NUMBERS,
    }
}

/// Knobs of any bytes.
const RAW: &[Knob] = &[Knob::Flip, Knob::Cut, Knob::Pieces, Knob::Half, Knob::Reset];
/// Knobs of a request.
const REQUEST: &[Knob] = &[
    Knob::Xid,
    Knob::Op,
    Knob::More,
    Knob::Keep,
    Knob::Length,
    Knob::Flip,
    Knob::Cut,
    Knob::Pieces,
    Knob::Half,
    Knob::Reset,
];
/// Knobs of a ConnectRequest.
const CONNECT: &[Knob] = &[
    Knob::Timeout,
    Knob::Zxid,
    Knob::Version,
    Knob::Id,
    Knob::Password,
    Knob::Claim,
    Knob::ReadOnly,
    Knob::More,
    Knob::Keep,
    Knob::Length,
    Knob::Flip,
    Knob::Cut,
    Knob::Pieces,
    Knob::Half,
    Knob::Reset,
];
/// Numbers at which something may change.
const NUMBERS: &[i64] = &[
    0,
    1,
    -1,
    2,
    -2,
    -4,
    -8,
    3,
    4,
    7,
    8,
    15,
    16,
    17,
    100,
    101,
    -11,
    1_000,
    3_999,
    4_001,
    40_001,
    1 << 20,
    0x7fff_ffff,
    -0x8000_0000,
    1 << 32,
    i64::MAX,
    i64::MIN,
];
