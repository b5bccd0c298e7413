//! Where the server is that is judged.

use std::net::SocketAddr;
use std::net::TcpStream;
use std::net::ToSocketAddrs;
use std::time::Duration;

use crate::cli::Exit;
use crate::cli::Trouble;

/// A server, as the command line names it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Target {
    /// The name before the port.
    pub(super) host: String,
    /// What that name stands for.
    pub(super) address: SocketAddr,
}

impl Target {
    /// Whether a word of the command line is an address: it ends in a port.
    pub(super) fn is_meant(word: &str) -> bool {
        word.rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok())
    }

    /// Looks up `HOST:PORT`.
    pub(super) fn find(word: &str) -> Result<Self, Trouble> {
        let unresolved = |reason: String| Trouble {
            exit: Exit::Untested,
            message: format!("cannot find {word}: {reason}"),
            hint: None,
        };
        let found = word
            .to_socket_addrs()
            .map_err(|error| unresolved(error.to_string()))?;
        let all: Vec<_> = found.collect();
        let address = best(&all).ok_or_else(|| unresolved("it has no address".to_owned()))?;
        let host = word.rsplit_once(':').map_or(word, |(host, _)| host);
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            address,
        })
    }

    /// Splits the words of a command line into the server, if they begin with one, and the rest.
    pub(super) fn split(words: &[String]) -> Result<(Option<Self>, Vec<String>), Trouble> {
        match words.split_first() {
            Some((first, rest)) if Self::is_meant(first) => {
                Ok((Some(Self::find(first)?), rest.to_vec()))
            }
            _ => Ok((None, words.to_vec())),
        }
    }
}

/// Of the addresses of a name, the first on which somebody listens. If nobody does yet, the first of
/// IPv4: on many machines localhost is ::1 first, and many servers listen on 127.0.0.1 alone.
fn best(addresses: &[SocketAddr]) -> Option<SocketAddr> {
    if let [] | [_] = addresses {
        return addresses.first().copied();
    }
    let listens = |address: &&SocketAddr| TcpStream::connect_timeout(address, PATIENCE).is_ok();
    let plain = || addresses.iter().find(|address| address.is_ipv4());
    let found = addresses.iter().find(listens).or_else(plain);
    found.or(addresses.first()).copied()
}

/// How long an address may take to show that somebody listens.
const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::best;
    use std::net::Ipv4Addr;
    use std::net::SocketAddr;
    use std::net::TcpListener;

    #[test]
    fn of_several_addresses_one_that_is_listened_on_is_best() {
        let listening = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("bound");
        let there = listening.local_addr().expect("an address");
        let gone = |ip: &str| format!("{ip}:1").parse::<SocketAddr>().expect("an address");
        assert_eq!(best(&[gone("127.0.0.1"), there]), Some(there));
        let (new, old) = (gone("[::1]"), gone("127.0.0.1"));
        assert_eq!(best(&[new, old]), Some(old), "if nobody listens");
        assert_eq!(best(&[new]), Some(new));
        assert_eq!(best(&[]), None);
    }
}
