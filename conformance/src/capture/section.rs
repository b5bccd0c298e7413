//! From the bytes of a pcapng file to packets: blocks, sections and interfaces.

use pcap_parser::Block;
use pcap_parser::EPB_MAGIC;
use pcap_parser::IDB_MAGIC;
use pcap_parser::InterfaceDescriptionBlock;
use pcap_parser::OptionCode;
use pcap_parser::SHB_MAGIC;
use pcap_parser::SPB_MAGIC;
use pcap_parser::parse_block_be;
use pcap_parser::parse_block_le;

use crate::capture::CaptureError;
use crate::capture::Skipped;
use crate::capture::file;
use crate::capture::file::NANOSECONDS_IN_SECOND;
use crate::capture::file::Record;
use crate::capture::note::Notes;

/// The sections of a pcapng file, read one after another.
#[derive(Debug)]
pub(super) struct Sections<'a> {
    rest: &'a [u8],
    offset: u64,
    /// Byte order of the section being read
    big_endian: bool,
    /// Interfaces of the section being read; `None` for a damaged description, which counts too
    interfaces: Vec<Option<Interface>>,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: u16,
    snap_length: u32,
    /// As in the option `if_tsresol`
    resolution: u8,
    offset_seconds: i64,
}

impl<'a> Sections<'a> {
    /// Begins to read a file.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, CaptureError> {
        match byte_order(bytes) {
            Some(big_endian) => Ok(Self {
                rest: bytes,
                offset: 0,
                big_endian,
                interfaces: Vec::new(),
            }),
            None if bytes.len() < SMALLEST_BLOCK => Err(CaptureError::HeaderCut {
                offset: file::length(bytes),
            }),
            None => Err(CaptureError::BadSectionHeader { offset: 0 }),
        }
    }

    /// The next packet, or why it is not read and where it begins.
    pub(super) fn next(&mut self, notes: &mut Notes) -> Option<Result<Record<'a>, (u64, Skipped)>> {
        while !self.rest.is_empty() {
            let offset = self.offset;
            let (kind, block) = match self.take_block() {
                Ok(taken) => taken,
                Err(skipped) => {
                    notes.add(offset, skipped);
                    self.rest = &[];
                    break;
                }
            };
            match kind {
                SHB_MAGIC => self.interfaces.clear(),
                IDB_MAGIC => {
                    let interface = self.interface(block);
                    if interface.is_none() {
                        notes.add(offset, Skipped::BadBlock);
                    }
                    self.interfaces.push(interface);
                }
                EPB_MAGIC | SPB_MAGIC => {
                    let packet = self.packet(offset, block);
                    return Some(packet.map_err(|skipped| (offset, skipped)));
                }
                OBSOLETE_PACKET => return Some(Err((offset, Skipped::ObsoleteBlock))),
                _ => {}
            }
        }
        None
    }

    /// Takes the next block off the file, whole, and gives its kind with it.
    fn take_block(&mut self) -> Result<(u32, &'a [u8]), Skipped> {
        if self.rest.starts_with(&MAGIC) && self.rest.len() >= SMALLEST_BLOCK {
            self.big_endian = byte_order(self.rest).ok_or(Skipped::BadBlockLength)?;
        }
        let kind = self.number(0).ok_or(Skipped::FileCut)?;
        let length = self.number(4).map(file::count).ok_or(Skipped::FileCut)?;
        if length < SMALLEST_BLOCK {
            return Err(Skipped::BadBlockLength);
        }
        let taken = self.rest.split_at_checked(length);
        let (block, rest) = taken.ok_or(Skipped::FileCut)?;
        self.offset += file::length(block);
        self.rest = rest;
        Ok((kind, block))
    }

    /// The integer `offset` bytes from here.
    fn number(&self, offset: usize) -> Option<u32> {
        let bytes = *self.rest.get(offset..)?.first_chunk()?;
        Some(match self.big_endian {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        })
    }

    /// The interface that `block` describes.
    fn interface(&self, block: &[u8]) -> Option<Interface> {
        let Some(Block::InterfaceDescription(description)) = self.parse(block) else {
            return None;
        };
        Some(Interface {
            link: file::low_half(description.linktype.0),
            snap_length: description.snaplen,
            resolution: description.if_tsresol,
            offset_seconds: self.offset_seconds(&description).unwrap_or(0),
        })
    }

    /// The option `if_tsoffset`, which `pcap-parser` takes for little-endian in any section.
    fn offset_seconds(&self, description: &InterfaceDescriptionBlock<'_>) -> Option<i64> {
        let mut options = description.options.iter();
        let option = options.find(|option| option.code == OptionCode::IfTsoffset)?;
        let bytes = *option.as_bytes().ok()?.first_chunk()?;
        Some(match self.big_endian {
            true => i64::from_be_bytes(bytes),
            false => i64::from_le_bytes(bytes),
        })
    }

    /// The packet in `block`, which begins at `offset`.
    fn packet(&self, offset: u64, block: &'a [u8]) -> Result<Record<'a>, Skipped> {
        let (id, ticks, limit, sent_length, data) = match self.parse(block) {
            Some(Block::EnhancedPacket(packet)) => {
                let ticks = (u64::from(packet.ts_high) << 32) | u64::from(packet.ts_low);
                let limit = file::count(packet.caplen);
                (
                    packet.if_id,
                    Some(ticks),
                    limit,
                    packet.origlen,
                    packet.data,
                )
            }
            // A simple packet is padded, and only the lengths say how far it goes.
            Some(Block::SimplePacket(packet)) => {
                let limit = match self.described(0)?.snap_length {
                    0 => packet.origlen,
                    snap_length => packet.origlen.min(snap_length),
                };
                (0, None, file::count(limit), packet.origlen, packet.data)
            }
            _ => return Err(Skipped::BadBlock),
        };
        let interface = self.described(id)?;
        Ok(Record {
            offset,
            nanoseconds: ticks.map(|ticks| interface.nanoseconds(ticks)),
            link: interface.link,
            bytes: data.get(..limit).unwrap_or(data),
            sent_length: file::count(sent_length),
        })
    }

    fn described(&self, id: u32) -> Result<Interface, Skipped> {
        let interface = self.interfaces.get(file::count(id)).copied().flatten();
        interface.ok_or(Skipped::UnknownInterface)
    }

    fn parse<'b>(&self, block: &'b [u8]) -> Option<Block<'b>> {
        if block.len() > BLOCK_LIMIT {
            return None;
        }
        let parsed = match self.big_endian {
            true => parse_block_be(block),
            false => parse_block_le(block),
        };
        parsed.ok().map(|(_, block)| block)
    }
}

impl Interface {
    /// The time that `ticks` of this interface's clock stand for.
    fn nanoseconds(&self, ticks: u64) -> i128 {
        let scaled = i128::from(ticks) * NANOSECONDS_IN_SECOND;
        let power = u32::from(self.resolution & 0x7f);
        let nanoseconds = match self.resolution & 0x80 {
            0 => 10_i128
                .checked_pow(power)
                .map_or(0, |in_second| scaled / in_second),
            _ => scaled >> power,
        };
        nanoseconds + i128::from(self.offset_seconds) * NANOSECONDS_IN_SECOND
    }
}

/// Whether a section is big-endian, by the magic number in its header.
fn byte_order(section: &[u8]) -> Option<bool> {
    match section.get(8..)?.first_chunk()? {
        [0x1a, 0x2b, 0x3c, 0x4d] => Some(true),
        [0x4d, 0x3c, 0x2b, 0x1a] => Some(false),
        _ => None,
    }
}

/// The first bytes of a section header block, the same in either byte order
pub(super) const MAGIC: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// The longest block taken apart: its options, empty ones too, are all in memory at once
const BLOCK_LIMIT: usize = 16 << 20;

const OBSOLETE_PACKET: u32 = 2;

/// Kind, length, and length again
const SMALLEST_BLOCK: usize = 12;
