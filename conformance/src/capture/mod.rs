//! Reads packet captures and gives back TCP conversations as the applications saw them.
//!
//! A capture file of tcpdump, dumpcap or Wireshark goes in as bytes; out come
//! [`Conversation`]s: who opened it, which bytes each side sent in order and once, where the
//! capture misses some, and how it ended. Nothing here does I/O, and nothing here knows
//! ZooKeeper but for its port.
//!
//! ```
//! use zk_conformance::capture;
//! use zk_conformance::capture::CaptureError;
//!
//! // The header of a little-endian microsecond pcap file that holds no packets.
//! let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
//! file.extend([0; 8]);
//! file.extend([0, 0, 4, 0, 1, 0, 0, 0]);
//! assert!(capture::is_capture(&file));
//! assert!(capture::read(&file)?.conversations.is_empty());
//!
//! assert_eq!(capture::read(b"GET / HTTP/1.1"), Err(CaptureError::NotACapture));
//! # Ok::<(), CaptureError>(())
//! ```
//!
//! # What is read
//!
//! - **Files:** pcap (both byte orders, micro- and nanoseconds) and pcapng (any number of
//!   sections and interfaces, their clocks; blocks that hold no packet are skipped).
//! - **Links:** Ethernet with VLAN tags, BSD loopback (`NULL`, `LOOP`), Linux cooked capture
//!   (`SLL`, `SLL2`), raw IP.
//! - **Internet:** IPv4 and IPv6 with extension headers. Fragments are not put together.
//! - **TCP:** retransmitted, overlapping, duplicated and reordered segments; keep-alives and
//!   window probes; sequence numbers that wrap; captures that begin in the middle.
//!
//! Whatever is not read leaves a [`Note`]. Checksums are not verified: on the machine that
//! sends, the network card fills them in after the capture was taken.
//!
//! # How a hole becomes a gap
//!
//! Bytes behind a hole wait until the hole is filled. When the peer acknowledges the missing
//! bytes, and no segment soon after holds them, then the capture lost what the application
//! got: [`What::Gap`] says how many bytes, and what waited follows. Holes which nobody
//! acknowledged become gaps at a reset or at the end of the conversation, so no captured byte
//! is dropped. A lost segment which was nothing but the end of a stream cannot be told from a
//! lost byte and shows as a gap of one.
//!
//! # Bounds
//!
//! A file is untrusted. Memory grows with the file's own length, never with a number written
//! in it; what waits behind a hole is limited to [`HELD_BYTES_LIMIT`] and
//! [`HELD_SEGMENTS_LIMIT`], and whatever goes over turns the hole into a gap.

mod file;
mod flow;
mod half;
mod note;
mod packet;
mod section;
mod stream;

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use thiserror::Error;

use crate::capture::file::Packets;
use crate::capture::flow::Flows;
pub use crate::capture::half::HELD_BYTES_LIMIT;
pub use crate::capture::half::HELD_SEGMENTS_LIMIT;
pub use crate::capture::note::Note;
use crate::capture::note::Notes;
pub use crate::capture::note::Skipped;

/// Whether `bytes` begin like a capture file, so that [`read`] is worth calling.
///
/// ```
/// use zk_conformance::capture::is_capture;
///
/// assert!(is_capture(&[0x0a, 0x0d, 0x0d, 0x0a]));
/// assert!(!is_capture(&[0, 0, 0, 44]));
/// ```
#[must_use]
pub fn is_capture(bytes: &[u8]) -> bool {
    file::is_capture(bytes)
}

/// Reads a capture file; [`read_with`] with no server ports.
///
/// # Errors
///
/// See [`CaptureError`]. Damage behind the file's header is a [`Note`], not an error.
pub fn read(bytes: &[u8]) -> Result<Capture, CaptureError> {
    read_with(bytes, &[])
}

/// Reads a capture file, telling servers from clients by `server_ports` where need be.
///
/// Who sent the SYN is the client. Where the capture holds no handshake, the first of these
/// that tells the two ends apart decides: one port is among `server_ports`; one port is
/// ZooKeeper's 2181; the lower port is the server's; who was sent the first packet is the
/// server.
///
/// # Errors
///
/// See [`CaptureError`]. Damage behind the file's header is a [`Note`], not an error.
pub fn read_with(bytes: &[u8], server_ports: &[u16]) -> Result<Capture, CaptureError> {
    let mut notes = Notes::default();
    let mut packets = Packets::open(bytes)?;
    let mut flows = Flows::new(server_ports);
    while let Some(packet) = packets.next(&mut notes) {
        match packet::slice(&packet) {
            Ok(tcp) => flows.add(tcp),
            Err(skipped) => notes.add(packet.record.offset, skipped),
        }
    }
    let conversations = flows.into_flows().map(|flow| Conversation {
        client: flow.client,
        server: flow.server,
        complete_start: flow.complete_start,
        events: stream::reassemble(&flow),
    });
    Ok(Capture {
        conversations: conversations.collect(),
        notes: notes.into_notes(),
    })
}

/// What a capture file holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Capture {
    /// In the order of their first packets
    pub conversations: Vec<Conversation>,
    /// What was not read, in the order of the file
    pub notes: Vec<Note>,
}

/// One TCP connection, or one attempt at it.
///
/// Ports get reused: two conversations of one capture may have the same addresses.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Conversation {
    /// The end that asked for the connection
    pub client: SocketAddr,
    /// The end that was asked
    pub server: SocketAddr,
    /// Whether the handshake, or a part of it, was seen; if not, the capture began later
    pub complete_start: bool,
    /// In the order of the file
    pub events: Vec<Event>,
}

/// One thing that happened in a conversation.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// Time since the first packet of the capture, by the capture's own clock.
    ///
    /// Zero for packets stamped earlier than the first one. A file merged from several
    /// interfaces may go back in time.
    pub at: Duration,
    /// The packet that brought it, counted from one as Wireshark's `frame.number` does
    pub packet: u64,
    /// Who sent it
    pub from: Side,
    /// What was sent
    pub what: What,
}

/// One of the two ends of a conversation.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a connection has two ends and no third"
)]
pub enum Side {
    /// The end that asked for the connection
    Client,
    /// The end that was asked
    Server,
}

impl Side {
    /// The other end.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "client",
            Self::Server => "server",
        })
    }
}

/// What one side did, as the other side's application could see it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum What {
    /// From the client: asks for a connection. From the server: accepts.
    Open,
    /// The next bytes of the stream, never empty
    Data(Bytes),
    /// The next bytes of the stream are not in the capture.
    Gap {
        /// How many, at least one
        bytes: u64,
    },
    /// Sends no more; the peer still may.
    Fin,
    /// Tore the conversation down; nothing follows.
    Rst,
    /// The server's answer to a SYN was a reset; nothing follows.
    Refused,
}

/// Why a file could not be read at all.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum CaptureError {
    /// The first bytes are not those of a capture file.
    #[error("not a packet capture at byte 0: needs pcap or pcapng, as tcpdump -w writes it")]
    NotACapture,
    /// The file is compressed.
    #[error("compressed file at byte 0: decompress it with {with} first")]
    Compressed {
        /// The program that undoes it
        with: &'static str,
    },
    /// The file ends within its own header.
    #[error("file header cut off at byte {offset}: copy or record it again")]
    HeaderCut {
        /// Where the header should go on
        offset: u64,
    },
    /// The first section header of a pcapng file makes no sense.
    #[error("damaged section header at byte {offset}: copy or record it again")]
    BadSectionHeader {
        /// Where the section begins
        offset: u64,
    },
}
