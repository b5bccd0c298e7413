//! What can happen to a server.

mod delegates;
mod handshakes;
mod identities;
mod lifetimes;
mod renewals;
mod requests;
mod streams;
mod words;

use crate::seeds::Seed;

pub(super) fn seeds() -> Vec<Seed> {
    let groups = [
        handshakes::seeds(),
        renewals::seeds(),
        requests::seeds(),
        identities::seeds(),
        streams::seeds(),
        lifetimes::seeds(),
        delegates::seeds(),
    ];
    groups.concat()
}
