//! Connections to a server, plain or behind TLS, in two halves.

use std::io;
use std::net::SocketAddr;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::tcp::OwnedWriteHalf;

use crate::judge::Subject;
#[cfg(feature = "tls")]
use crate::net::Tls;
#[cfg(feature = "tls")]
use crate::net::tls::Secret;

/// How a server is reached.
#[derive(Clone, Debug)]
pub(super) struct Dial {
    pub(super) address: SocketAddr,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Tls>,
}

/// The half that reads.
pub(super) enum Receiving {
    Plain(OwnedReadHalf),
    #[cfg(feature = "tls")]
    Secret(tokio::io::ReadHalf<Secret>),
}

/// The half that writes.
pub(super) enum Sending {
    Plain(OwnedWriteHalf),
    /// With the socket below, which resets know how to handle.
    #[cfg(feature = "tls")]
    Secret(tokio::io::WriteHalf<Secret>, std::net::TcpStream),
}

impl Dial {
    pub(super) const fn plain(address: SocketAddr) -> Self {
        Self {
            address,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    #[cfg(feature = "tls")]
    pub(super) const fn behind(address: SocketAddr, tls: Tls) -> Self {
        Self {
            address,
            tls: Some(tls),
        }
    }

    /// How a server is reached that is somewhere.
    pub(super) fn to(subject: &Subject) -> Option<Self> {
        match subject {
            Subject::Embedded(_) => None,
            Subject::Tcp(address) => Some(Self::plain(*address)),
            #[cfg(feature = "tls")]
            Subject::Tls(address, tls) => Some(Self::behind(*address, tls.clone())),
        }
    }

    /// Opens a connection.
    pub(super) async fn open(&self) -> io::Result<(Receiving, Sending)> {
        let stream = TcpStream::connect(self.address).await?;
        let _ = stream.set_nodelay(true);
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            let below = stream.into_std()?;
            let stream = TcpStream::from_std(below.try_clone()?)?;
            let (read, write) = tokio::io::split(tls.connect(stream).await?);
            return Ok((Receiving::Secret(read), Sending::Secret(write, below)));
        }
        let (read, write) = stream.into_split();
        Ok((Receiving::Plain(read), Sending::Plain(write)))
    }
}

impl Receiving {
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(read) => read.read(buffer).await,
            #[cfg(feature = "tls")]
            Self::Secret(read) => read.read(buffer).await,
        }
    }
}

impl Sending {
    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(write) => write.write_all(bytes).await,
            #[cfg(feature = "tls")]
            Self::Secret(write, _) => {
                write.write_all(bytes).await?;
                write.flush().await
            }
        }
    }

    /// Writes as much as can be written without waiting, and tells how much.
    pub(super) fn write_now(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(write) => match write.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
                written => written,
            },
            // There may be more to it than to write.
            #[cfg(feature = "tls")]
            Self::Secret(..) => Ok(0),
        }
    }

    /// Says that no more is written, and goes on reading.
    pub(super) async fn shut(&mut self) {
        let _ = match self {
            Self::Plain(write) => write.shutdown().await,
            #[cfg(feature = "tls")]
            Self::Secret(write, _) => write.shutdown().await,
        };
    }

    /// Closes the connection, once the other half is gone, too.
    pub(super) async fn close(self) {
        match self {
            // The socket closes without a FIN of this half before.
            Self::Plain(write) => write.forget(),
            #[cfg(feature = "tls")]
            Self::Secret(mut write, _) => {
                let _ = write.shutdown().await;
            }
        }
    }

    /// Resets the connection, once the other half is gone, too.
    pub(super) fn reset(self) {
        match self {
            Self::Plain(write) => {
                let _ = write.as_ref().set_zero_linger();
                write.forget();
            }
            #[cfg(feature = "tls")]
            Self::Secret(_, below) => {
                let _ = socket2::SockRef::from(&below).set_linger(Some(std::time::Duration::ZERO));
            }
        }
    }
}
