//! From the bytes of a capture file to packets, one after another.
//!
//! `pcap-parser` takes records and blocks apart. The walk from one to the next is done here and
//! in `section`, so that a damaged block costs that block and not the rest of the file.

use std::time::Duration;

use pcap_parser::parse_pcap_frame;
use pcap_parser::parse_pcap_frame_be;
use pcap_parser::parse_pcap_frame_modified;
use pcap_parser::parse_pcap_header;

use crate::capture::CaptureError;
use crate::capture::Skipped;
use crate::capture::note::Notes;
use crate::capture::section;
use crate::capture::section::Sections;

/// Whether `bytes` begin with the magic number of a capture file.
pub(super) fn is_capture(bytes: &[u8]) -> bool {
    bytes
        .first_chunk()
        .is_some_and(|magic| *magic == section::MAGIC || MAGICS.contains(magic))
}

/// One recorded packet.
#[derive(Debug)]
pub(super) struct Packet<'a> {
    /// Counted from one
    pub(super) number: u64,
    /// Time since the first packet
    pub(super) at: Duration,
    /// What the file has of it
    pub(super) record: Record<'a>,
}

/// A packet as the file has it.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// Where it begins in the file
    pub(super) offset: u64,
    /// When it was recorded; simple packet blocks do not say
    pub(super) nanoseconds: Option<i128>,
    /// Link-layer type
    pub(super) link: u16,
    /// What was recorded
    pub(super) bytes: &'a [u8],
    /// Length of the packet when it was sent
    pub(super) sent_length: usize,
}

/// The packets of a file.
#[derive(Debug)]
pub(super) struct Packets<'a> {
    source: Source<'a>,
    count: u64,
    clock: Clock,
}

#[derive(Debug)]
enum Source<'a> {
    Records(Records<'a>),
    Sections(Sections<'a>),
}

impl<'a> Packets<'a> {
    /// Reads the header of a file.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, CaptureError> {
        let source = match bytes.first_chunk::<4>() {
            Some(magic) if *magic == section::MAGIC => Source::Sections(Sections::open(bytes)?),
            Some(magic) if MAGICS.contains(magic) => Source::Records(Records::open(bytes)?),
            Some([0x1f, 0x8b, ..]) => return Err(CaptureError::Compressed { with: "gunzip" }),
            Some(b"\x28\xb5\x2f\xfd") => return Err(CaptureError::Compressed { with: "unzstd" }),
            Some(b"\x04\x22\x4d\x18") => return Err(CaptureError::Compressed { with: "unlz4" }),
            Some(b"\xfd7zX") => return Err(CaptureError::Compressed { with: "unxz" }),
            _ => return Err(CaptureError::NotACapture),
        };
        Ok(Self {
            source,
            count: 0,
            clock: Clock::default(),
        })
    }

    /// The next packet, if there is one.
    pub(super) fn next(&mut self, notes: &mut Notes) -> Option<Packet<'a>> {
        loop {
            let result = match &mut self.source {
                Source::Records(records) => Ok(records.next(notes)?),
                Source::Sections(sections) => sections.next(notes)?,
            };
            self.count += 1;
            match result {
                Ok(record) => {
                    return Some(Packet {
                        number: self.count,
                        at: self.clock.at(record.nanoseconds),
                        record,
                    });
                }
                Err((offset, skipped)) => notes.add(offset, skipped),
            }
        }
    }
}

/// Turns points in time into time since the first of them.
#[derive(Debug, Default)]
struct Clock {
    first: Option<i128>,
    last: Duration,
}

impl Clock {
    /// The time of a packet; one that has none is taken to follow the last one at once.
    fn at(&mut self, nanoseconds: Option<i128>) -> Duration {
        let Some(nanoseconds) = nanoseconds else {
            return self.last;
        };
        let first = *self.first.get_or_insert(nanoseconds);
        let since = nanoseconds.saturating_sub(first).max(0);
        let seconds = u64::try_from(since / NANOSECONDS_IN_SECOND).unwrap_or(u64::MAX);
        let fraction = u32::try_from(since % NANOSECONDS_IN_SECOND).unwrap_or(0);
        self.last = Duration::new(seconds, fraction);
        self.last
    }
}

/// The records of a pcap file.
#[derive(Debug)]
struct Records<'a> {
    rest: &'a [u8],
    offset: u64,
    order: Order,
    link: u16,
    nanoseconds_in_unit: i128,
}

#[derive(Clone, Copy, Debug)]
enum Order {
    Little,
    Big,
    /// Little-endian with eight more bytes before each packet, as some old Linux kernels had it
    Modified,
}

impl<'a> Records<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, CaptureError> {
        let (rest, header) = parse_pcap_header(bytes).map_err(|_| CaptureError::HeaderCut {
            offset: length(bytes),
        })?;
        Ok(Self {
            rest,
            offset: length(bytes) - length(rest),
            order: match (header.is_modified_format(), header.is_bigendian()) {
                (true, _) => Order::Modified,
                (_, true) => Order::Big,
                _ => Order::Little,
            },
            link: low_half(header.network.0),
            nanoseconds_in_unit: match header.is_nanosecond_precision() {
                true => 1,
                false => 1_000,
            },
        })
    }

    fn next(&mut self, notes: &mut Notes) -> Option<Record<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let parsed = match self.order {
            Order::Little => parse_pcap_frame(self.rest),
            Order::Big => parse_pcap_frame_be(self.rest),
            Order::Modified => parse_pcap_frame_modified(self.rest),
        };
        let Ok((rest, record)) = parsed else {
            notes.add(self.offset, Skipped::FileCut);
            self.rest = &[];
            return None;
        };
        let offset = self.offset;
        self.offset += length(self.rest) - length(rest);
        self.rest = rest;
        let fraction = i128::from(record.ts_usec) * self.nanoseconds_in_unit;
        Some(Record {
            offset,
            nanoseconds: Some(i128::from(record.ts_sec) * NANOSECONDS_IN_SECOND + fraction),
            link: self.link,
            bytes: record.data,
            sent_length: count(record.origlen),
        })
    }
}

/// The link type, without the bits some writers keep the frame check sequence's length in.
pub(super) fn low_half(link: i32) -> u16 {
    u16::try_from(link & 0xffff).unwrap_or(u16::MAX)
}

/// A number from the file, as a length in memory.
pub(super) fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The length of `bytes`, as a distance in the file.
pub(super) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

pub(super) const NANOSECONDS_IN_SECOND: i128 = 1_000_000_000;

/// Microseconds and nanoseconds in either byte order, and Kuznetzov's modified format
const MAGICS: [[u8; 4]; 5] = [
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xc3, 0xd4],
    [0x4d, 0x3c, 0xb2, 0xa1],
    [0xa1, 0xb2, 0x3c, 0x4d],
    [0x34, 0xcd, 0xb2, 0xa1],
];
