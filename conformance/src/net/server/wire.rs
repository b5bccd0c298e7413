//! The socket of one connection.

use std::collections::VecDeque;
use std::io;
use std::io::Write;

use mio::net::TcpStream;

/// A connection's socket, and what it would not take yet.
pub(super) struct Wire {
    pub(super) stream: TcpStream,
    pub(super) unsent: VecDeque<u8>,
    /// Waits for the peer to take what is unsent, and reads nothing before.
    pub(super) is_blocked: bool,
    /// The server is done with it.
    pub(super) is_closing: bool,
}

impl Wire {
    pub(super) const fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            unsent: VecDeque::new(),
            is_blocked: false,
            is_closing: false,
        }
    }

    /// Sends what the peer takes.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        while !self.unsent.is_empty() {
            match self.stream.write(self.unsent.as_slices().0) {
                Ok(count) => drop(self.unsent.drain(..count)),
                Err(error) if is_temporary(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        // An idle connection has no buffer.
        self.unsent = VecDeque::new();
        Ok(())
    }
}

/// Whether it may go better another time.
pub(super) fn is_temporary(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
