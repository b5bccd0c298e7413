//! What a capture held that was not read, counted by kind so that no file can flood it.

use std::collections::BTreeMap;
use std::fmt;

/// Something in the file that was not read.
///
/// Things of one kind share a note.
///
/// ```
/// use zk_conformance::capture;
///
/// let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
/// file.extend([0; 8]);
/// file.extend([0, 0, 4, 0, 1, 0, 0, 0]);
/// file.extend([7; 3]);
/// let notes = capture::read(&file).unwrap().notes;
/// assert_eq!(notes[0].to_string(), "file ends within a packet, at byte 24");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Note {
    /// Where in the file the first of them begins
    pub offset: u64,
    /// How many there were
    pub count: u64,
    /// What they are
    pub skipped: Skipped,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, offset, count) = (self.skipped, self.offset, self.count);
        match what {
            Skipped::FileCut | Skipped::BadBlockLength => write!(f, "{what}, at byte {offset}"),
            _ if count == 1 => write!(f, "1 packet not read: {what}, at byte {offset}"),
            _ => write!(
                f,
                "{count} packets not read: {what}, first at byte {offset}"
            ),
        }
    }
}

/// The kinds of things that are not read.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Skipped {
    /// The file ends within a packet or block; what came before was read.
    FileCut,
    /// A pcapng block is shorter than its own frame; what follows was not read.
    BadBlockLength,
    /// A pcapng packet or interface block contradicts itself, or is longer than 16 MiB.
    BadBlock,
    /// A pcapng packet block of the kind that version 1.0 of the format replaced
    ObsoleteBlock,
    /// A packet names an interface the section does not describe.
    UnknownInterface,
    /// A link-layer type this module does not read, by its number in the tcpdump.org registry
    LinkType(u16),
    /// Neither IPv4 nor IPv6
    NotIp,
    /// IP, but not TCP
    NotTcp,
    /// A fragment of an IP packet
    Fragment,
    /// The recording cut the packet off before the end of the TCP header.
    HeadersCut,
    /// The IP or TCP header contradicts itself.
    BadHeader,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FileCut => "file ends within a packet",
            Self::BadBlockLength => "block length makes no sense and the rest is not read",
            Self::BadBlock => "block is damaged",
            Self::ObsoleteBlock => "obsolete packet block (save the file again with editcap)",
            Self::UnknownInterface => "interface is not described",
            Self::LinkType(link) => return write!(f, "link type {link} is not supported"),
            Self::NotIp => "not ip",
            Self::NotTcp => "not tcp",
            Self::Fragment => "ip fragment",
            Self::HeadersCut => "headers cut off (record with a larger snapshot length)",
            Self::BadHeader => "header is malformed",
        })
    }
}

/// Collects notes, one for each kind.
#[derive(Debug, Default)]
pub(super) struct Notes(BTreeMap<Skipped, (u64, u64)>);

impl Notes {
    /// Counts one more thing, which begins at `offset`.
    pub(super) fn add(&mut self, offset: u64, skipped: Skipped) {
        let (_, count) = self.0.entry(skipped).or_insert((offset, 0));
        *count = count.saturating_add(1);
    }

    /// The notes in the order of the file.
    pub(super) fn into_notes(self) -> Vec<Note> {
        let mut notes: Vec<Note> = self
            .0
            .into_iter()
            .map(|(skipped, (offset, count))| Note {
                offset,
                count,
                skipped,
            })
            .collect();
        notes.sort_by_key(|note| note.offset);
        notes
    }
}
