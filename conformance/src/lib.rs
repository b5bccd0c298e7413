//! Judges ZooKeeper servers and clients by their session handshake.
//!
//! The crate has ZooKeeper's sessions as machines without sockets or clocks, a language for what
//! two peers do to each other, and a catalogue of cases in that language. `zkspec` is its command
//! line.
//!
//! ```
//! use zk_conformance::net::InMemoryServer;
//! use zk_conformance::server::Config;
//!
//! // An in-memory ZooKeeper for a test, on a port of the system's choice.
//! let server = InMemoryServer::start(Config::default())?;
//! let client = std::net::TcpStream::connect(server.address())?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # What is here
//!
//! | module | what it is |
//! |---|---|
//! | [`server`] | the server's side of a session: accept, handshake, renewal, expiry, close |
//! | [`client`] | the client's side: which server next, connecting, priming, pings, the event queue |
//! | [`expiry`] | the queue of tick buckets that ends sessions and silent connections |
//! | [`transcript`] | the language: every packet by its meaning, anything as bytes |
//! | [`player`] | plays the client side of a script and judges what comes back |
//! | [`driver`] | drives a server by symbols, ids and passwords left out |
//! | [`hunt`] | makes up sequences, runs and compares them, makes what it finds small |
//! | [`learn`] | learns the machine behind any server by asking it |
//! | [`fuzz`] | fuzzes any server by what the server engine would do |
//! | [`judge`] | the catalogue, and runs of it against a server |
//! | `report` | runs as JUnit, TAP, SARIF, Markdown, a page; merged, and held against others |
//! | [`profile`] | kinds of servers, found by a probe, and what each does in its own way |
//! | [`capture`] | TCP conversations out of pcap and pcapng files |
//! | [`recording`] | captures as transcripts, and judged by the server engine |
//! | [`lab`] | a player and a server on virtual time |
//! | [`world`] | clients, a server and a network that fails, on virtual time, and what has to hold |
//! | [`idl`], [`oracle`] | schema files, and a slow decoder driven by them to hold the codec to |
//! | [`net`] | the network shell: TCP and the machine's clock |
//!
//! # How a machine is driven
//!
//! [`server::Server`], [`client::Client`] and [`player::Player`] have the same four kinds of
//! method. `handle` takes what happened outside, and when. `poll` says what has to be done outside,
//! until there is nothing left. `deadline` says when to come back if nothing else happens. Getters
//! look. There is no order to keep: outputs queue up.
//!
//! Time is [`Instant`], whole milliseconds from an origin that the driver picks. Under virtual time
//! it jumps from one deadline to the next; over TCP it is the machine's.
//!
//! # What is judged, and what is not
//!
//! Framing, the connect records, renewal, expiry, pings, the end of a session, headers, auth,
//! four-letter words, read-only members, limits; and as much of data as shows what sessions are for:
//! ephemeral nodes and watches. Not yet: other operations on data (`zkspec serve` answers
//! `UNIMPLEMENTED`; in captures their headers, xids and order are held to the rules), SASL
//! exchanges, ensembles. A server behind TLS is judged by what it says within.

pub mod capture;
pub mod checker;
#[cfg(feature = "cli")]
pub mod cli;
pub mod client;
pub mod driver;
pub mod expiry;
pub mod fuzz;
pub mod hunt;
pub mod idl;
pub mod judge;
pub mod lab;
pub mod learn;
pub mod net;
pub mod oracle;
mod phases;
pub mod player;
pub mod profile;
pub mod recording;
#[cfg(feature = "report")]
pub mod report;
pub mod server;
pub mod time;
pub mod transcript;
pub mod tree;
pub mod world;

pub use crate::expiry::ExpiryQueue;
pub use crate::time::Instant;

/// The examples of the README files.
#[cfg(doctest)]
mod readme {
    #[doc = include_str!("../README.md")]
    struct OfTheCrate;

    #[doc = include_str!("../../README.md")]
    struct OfTheWorkspace;
}
