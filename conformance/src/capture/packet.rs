//! From a recorded packet to the TCP segment in it: link, IP and TCP headers.
//!
//! The few bytes of a link header are stepped over here; `etherparse` reads IP and TCP.

use std::net::SocketAddr;
use std::time::Duration;

use etherparse::IpNumber;
use etherparse::LaxIpSlice;
use etherparse::LenSource;
use etherparse::TcpSlice;
use etherparse::err::ip::LaxHeaderSliceError;
use etherparse::err::tcp;

use crate::capture::Skipped;
use crate::capture::file::Packet;

/// A segment with its addresses.
#[derive(Debug)]
pub(super) struct Tcp<'a> {
    pub(super) source: SocketAddr,
    pub(super) target: SocketAddr,
    pub(super) segment: Segment<'a>,
}

/// What one packet says about a TCP conversation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    /// Number of the packet
    pub(super) packet: u64,
    /// Time since the first packet
    pub(super) at: Duration,
    pub(super) sequence: u32,
    /// `None` if the flag is not set
    pub(super) acknowledged: Option<u32>,
    /// Never together with `rst`
    pub(super) syn: bool,
    pub(super) fin: bool,
    pub(super) rst: bool,
    pub(super) payload: &'a [u8],
    /// How many bytes of the payload were sent but not recorded
    pub(super) missing: u32,
}

impl Segment<'_> {
    /// Sequence number of the first byte of the payload.
    pub(super) fn first_byte(&self) -> u32 {
        self.sequence.wrapping_add(u32::from(self.syn))
    }

    /// Length of the payload as it was sent.
    pub(super) fn length(&self) -> u32 {
        let recorded = u32::try_from(self.payload.len()).unwrap_or(u32::MAX);
        recorded.saturating_add(self.missing)
    }
}

/// The segment in `packet`, or why there is none.
pub(super) fn slice<'a>(packet: &Packet<'a>) -> Result<Tcp<'a>, Skipped> {
    let record = &packet.record;
    let not_recorded = record.sent_length.saturating_sub(record.bytes.len());
    let datagram = strip_link(record.link, record.bytes)?;
    let header_error = match not_recorded {
        0 => Skipped::BadHeader,
        _ => Skipped::HeadersCut,
    };
    let (ip, stopped) = LaxIpSlice::from_slice(datagram).map_err(|error| match error {
        LaxHeaderSliceError::Len(_) => header_error,
        LaxHeaderSliceError::Content(_) => Skipped::NotIp,
    })?;
    let payload = ip.payload();
    if payload.fragmented {
        return Err(Skipped::Fragment);
    }
    if stopped.is_some() {
        return Err(header_error);
    }
    if payload.ip_number != IpNumber::TCP {
        return Err(Skipped::NotTcp);
    }
    let tcp = TcpSlice::from_slice(payload.payload).map_err(|error| match error {
        tcp::HeaderSliceError::Len(_) => header_error,
        tcp::HeaderSliceError::Content(_) => Skipped::BadHeader,
    })?;
    let missing = match (payload.incomplete, payload.len_source) {
        (true, _) => declared_length(&ip).saturating_sub(datagram.len()),
        // Lengths of zero: the packet was recorded before the network card split it up.
        (false, LenSource::Slice) => not_recorded,
        (false, _) => 0,
    };
    Ok(Tcp {
        source: SocketAddr::new(ip.source_addr(), tcp.source_port()),
        target: SocketAddr::new(ip.destination_addr(), tcp.destination_port()),
        segment: Segment {
            packet: packet.number,
            at: packet.at,
            sequence: tcp.sequence_number(),
            acknowledged: tcp.ack().then(|| tcp.acknowledgment_number()),
            syn: tcp.syn() && !tcp.rst(),
            fin: tcp.fin(),
            rst: tcp.rst(),
            payload: tcp.payload(),
            missing: u32::try_from(missing).unwrap_or(u32::MAX),
        },
    })
}

/// The IP packet in a frame.
fn strip_link(link: u16, frame: &[u8]) -> Result<&[u8], Skipped> {
    let (header, ether_type_offset) = match link {
        NULL | LOOP => return frame.get(4..).ok_or(Skipped::HeadersCut),
        RAW | RAW_BSD | RAW_OPENBSD | IPV4 | IPV6 => return Ok(frame),
        ETHERNET => (14, 12),
        LINUX_SLL => (16, 14),
        LINUX_SLL2 => (20, 0),
        other => return Err(Skipped::LinkType(other)),
    };
    let (mut ether_type, mut rest) = frame
        .split_at_checked(header)
        .and_then(|(header, rest)| Some((*header.get(ether_type_offset..)?.first_chunk()?, rest)))
        .ok_or(Skipped::HeadersCut)?;
    loop {
        match ether_type {
            ETHER_IPV4 | ETHER_IPV6 => return Ok(rest),
            ETHER_VLAN | ETHER_QINQ | ETHER_OLD_QINQ => {
                let ([_, _, high, low], after) =
                    rest.split_first_chunk().ok_or(Skipped::HeadersCut)?;
                ether_type = [*high, *low];
                rest = after;
            }
            _ => return Err(Skipped::NotIp),
        }
    }
}

/// The length of the packet by its IP header.
fn declared_length(ip: &LaxIpSlice<'_>) -> usize {
    match ip {
        LaxIpSlice::Ipv4(ip) => usize::from(ip.header().total_len()),
        LaxIpSlice::Ipv6(ip) => usize::from(ip.header().payload_length()).saturating_add(40),
    }
}

// Numbers of the tcpdump.org registry.
const NULL: u16 = 0;
const ETHERNET: u16 = 1;
const RAW_BSD: u16 = 12;
const RAW_OPENBSD: u16 = 14;
const RAW: u16 = 101;
const LOOP: u16 = 108;
const LINUX_SLL: u16 = 113;
const IPV4: u16 = 228;
const IPV6: u16 = 229;
const LINUX_SLL2: u16 = 276;

const ETHER_IPV4: [u8; 2] = [0x08, 0x00];
const ETHER_IPV6: [u8; 2] = [0x86, 0xdd];
const ETHER_VLAN: [u8; 2] = [0x81, 0x00];
const ETHER_QINQ: [u8; 2] = [0x88, 0xa8];
const ETHER_OLD_QINQ: [u8; 2] = [0x91, 0x00];
