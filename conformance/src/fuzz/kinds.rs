//! Kinds of sound servers: what cannot be known of one from outside, and what its kind does by
//! nature.

use crate::judge::like;
use crate::server;
use crate::server::Flaw;
use crate::server::Flaws;
use crate::server::Requests;
use crate::server::Transport;
use crate::server::Words;
use crate::transcript::Bindings;

/// The kinds of servers that grant these bounds, as [`probe`](crate::judge::probe) finds them out.
/// Each of Apache's network layers is one, and so is whatever servers of the profile called
/// `profile` are known to do: see [`Flaw::seen_in`].
#[must_use]
pub fn kinds(bindings: &Bindings, profile: Option<&str>) -> Vec<server::Config> {
    let usual = server::Config {
        max_client_connections: 0,
        requests: Requests::Delegate,
        ..server::Config::default()
    };
    let sound = like(bindings, usual);
    let natures = profile.map_or_else(|| vec![Flaws::NONE], natures);
    let mut kinds = Vec::new();
    for transport in [Transport::Nio, Transport::Netty] {
        for words in [Words::DEFAULT, Words::ALL] {
            for flaws in &natures {
                kinds.push(server::Config {
                    transport,
                    words,
                    flaws: *flaws,
                    ..sound.clone()
                });
            }
        }
    }
    kinds
}

/// What servers of a profile may do: nothing but what all do, one thing more, or all of it.
fn natures(profile: &str) -> Vec<Flaws> {
    let name = match profile {
        "clickhouse-keeper" => "ClickHouse Keeper".to_owned(),
        "raftkeeper" => "RaftKeeper".to_owned(),
        other => other.replace("zk-", "Apache "),
    };
    let all = Flaw::ALL.iter().copied();
    let known: Vec<Flaw> = all.filter(|flaw| flaw.seen_in().contains(&name)).collect();
    let mut natures = vec![Flaws::NONE];
    natures.extend(known.iter().map(|flaw| Flaws::NONE.with(*flaw)));
    if known.len() > 1 {
        natures.push(known.into_iter().collect());
    }
    natures
}
