//! The port, and what steers the server behind it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use mio::Interest;
use mio::Poll;
use mio::Token;
use mio::Waker;
use mio::net::TcpListener;
use socket2::Domain;
use socket2::Socket;
use socket2::Type;

use crate::net::Clock;
use crate::net::server::shell::Shell;
use crate::server::Event;
use crate::server::Server;

/// A bound port that accepts connections, for a server to be served on.
#[derive(Debug)]
pub struct Listener {
    pub(super) poll: Poll,
    pub(super) socket: TcpListener,
    address: SocketAddr,
    pub(super) control: Control,
}

impl Listener {
    /// Listens at `address`; port 0 lets the system choose one.
    ///
    /// # Errors
    /// If the port is taken, or the system lacks what is needed to wait for connections.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let poll = Poll::new()?;
        let control = Control(Arc::new(Wish {
            waker: Waker::new(poll.registry(), WISH)?,
            stop: AtomicBool::new(false),
            restart: AtomicBool::new(false),
        }));
        let mut socket = TcpListener::from_std(listen(address)?);
        let address = socket.local_addr()?;
        poll.registry()
            .register(&mut socket, LISTENER, Interest::READABLE)?;
        Ok(Self {
            poll,
            socket,
            address,
            control,
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What ends [`serve`](Self::serve) or has the server start again, from any thread.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Serves `server` until it is stopped, and tells of events by `tell`. Then all connections are
    /// closed and the server comes back with its sessions, so that it can be served again.
    ///
    /// # Errors
    /// If the system fails to wait for connections. That it has no descriptor left for another one
    /// is not such an error: it is tried again.
    pub fn serve(
        self,
        server: Server,
        clock: Clock,
        tell: impl FnMut(&Event),
    ) -> io::Result<Server> {
        Shell::new(self, server, clock, tell).run()
    }
}

fn listen(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // Elsewhere it means that a port can be taken away from whoever has it.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    // What is accepted inherits it, which saves a call a connection.
    socket.set_tcp_nodelay(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Steers a server that is being served, or about to be.
#[derive(Clone, Debug)]
pub struct Control(Arc<Wish>);

#[derive(Debug)]
struct Wish {
    waker: Waker,
    stop: AtomicBool,
    restart: AtomicBool,
}

impl Control {
    /// Has [`Listener::serve`] return; it may do so later than this.
    pub fn stop(&self) {
        self.wish(&self.0.stop);
    }

    /// Has the server stop and start again over the same data, at once: [`Server::restart`].
    pub fn restart(&self) {
        self.wish(&self.0.restart);
    }

    /// Whether it is to stop.
    pub(super) fn is_stop(&self) -> bool {
        self.0.stop.load(Ordering::Acquire)
    }

    /// Whether it is to restart; it is told once.
    pub(super) fn takes_restart(&self) -> bool {
        self.0.restart.swap(false, Ordering::AcqRel)
    }

    fn wish(&self, what: &AtomicBool) {
        what.store(true, Ordering::Release);
        // It fails only if the one to be woken is gone.
        let _ = self.0.waker.wake();
    }
}

/// What the poll calls a wish.
pub(super) const WISH: Token = Token(usize::MAX);

/// What the poll calls the port.
pub(super) const LISTENER: Token = Token(usize::MAX - 1);

/// Connections that wait to be accepted; the usual 128 turns some of a thousand clients away for
/// a second.
const BACKLOG: i32 = 4_096;
