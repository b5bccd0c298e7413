//! Serves the in-memory server over TCP: a thin shell, all connections on one thread.

mod listener;
mod shell;
mod wire;

use std::io;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::thread::JoinHandle;

use crate::Instant;
use crate::net::Clock;
use crate::server::Config;
use crate::server::Server;

pub use self::listener::Control;
pub use self::listener::Listener;

/// An in-memory ZooKeeper server on a loopback port of the system's choice, on a thread of its
/// own; it stops when it is dropped.
///
/// ```
/// use zk_conformance::net::InMemoryServer;
/// use zk_conformance::server::Config;
///
/// let server = InMemoryServer::start(Config::default())?;
/// let client = std::net::TcpStream::connect(server.address())?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct InMemoryServer {
    address: SocketAddr,
    control: Control,
    thread: Option<JoinHandle<()>>,
}

impl InMemoryServer {
    /// Starts a server on a free port of 127.0.0.1; it accepts connections when this returns.
    ///
    /// # Errors
    /// If no port or thread can be had.
    pub fn start(config: Config) -> io::Result<Self> {
        Self::start_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), config)
    }

    /// Starts a server at `address`.
    ///
    /// # Errors
    /// If the port is taken, or no thread can be had.
    pub fn start_at(address: SocketAddr, config: Config) -> io::Result<Self> {
        let listener = Listener::bind(address)?;
        let address = listener.address();
        let control = listener.control();
        let thread = std::thread::Builder::new()
            .name(format!("zk {address}"))
            .spawn(move || {
                let server = Server::new(config, Instant::ZERO);
                // There is nobody to tell of an error: clients see a closed port.
                let _ = listener.serve(server, Clock::start(), |_| {});
            })?;
        Ok(Self {
            address,
            control,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has it start again over the same data, as [`Control::restart`] says; clients see it by
    /// their connection.
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use zk_conformance::net::InMemoryServer;
    /// use zk_conformance::server::Config;
    ///
    /// let server = InMemoryServer::start(Config::default())?;
    /// let mut client = std::net::TcpStream::connect(server.address())?;
    /// client.write_all(&[&[0, 0, 0, 44][..], &[0; 24], &[0, 0, 0, 16], &[0; 16]].concat())?;
    /// client.read_exact(&mut [0; 40])?; // a session, which will outlive
    /// server.restart();
    /// assert_eq!(client.read(&mut [0; 1])?, 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn restart(&self) {
        self.control.restart();
    }
}

impl Drop for InMemoryServer {
    /// Closes every connection and the port before it returns.
    fn drop(&mut self) {
        self.control.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
