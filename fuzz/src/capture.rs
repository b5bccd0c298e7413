//! The reader of packet captures, on files that are anything and on files that are known.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use zk_conformance::capture::Capture;
use zk_conformance::capture::Conversation;
use zk_conformance::capture::Side;
use zk_conformance::capture::What;
use zk_conformance::capture::is_capture;
use zk_conformance::capture::read;

use crate::steps::Steps;

/// Whatever a file holds, what is read from it is sound: no byte that is not in the file, nothing
/// after an end, notes that count and point into the file, memory that follows the file. And a
/// conversation between two honest ends comes back whole, however its segments were repeated and
/// swapped on their way into the file, as long as none comes later than it is looked for.
///
/// Version 0: a file. Version 1: steps of segments.
pub fn capture(data: &[u8]) {
    if let Some(mut steps) = Steps::of_version(1, data) {
        let mut talk = Talk::open();
        while !steps.is_empty() && talk.packets.len() < LONGEST {
            talk.step(&mut steps);
        }
        talk.check();
    } else if let Some((0, file)) = data.split_first() {
        check(file);
    }
}

fn check(file: &[u8]) -> Option<Capture> {
    let mut result = None;
    let memory = allocation_counter::measure(|| result = Some(read(file)));
    let bound = 64 * 1024 + 64 * file.len() as u64;
    assert!(memory.bytes_max <= bound, "{memory:?} for {}", file.len());
    match result.expect("it was read") {
        Ok(capture) => {
            assert!(is_capture(file));
            sound(&capture, file);
            Some(capture)
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

fn sound(capture: &Capture, file: &[u8]) {
    let mut kinds = BTreeSet::new();
    for note in &capture.notes {
        assert!(kinds.insert(note.skipped), "one note for each kind");
        assert!(note.count > 0 && note.offset <= file.len() as u64);
        assert!(!note.to_string().is_empty());
    }
    assert!(capture.notes.is_sorted_by_key(|note| note.offset));
    let data = |conversation: &Conversation| -> usize {
        let events = conversation.events.iter();
        events
            .map(|event| {
                if let What::Data(bytes) = &event.what {
                    bytes.len()
                } else {
                    0
                }
            })
            .sum()
    };
    let total: usize = capture.conversations.iter().map(data).sum();
    assert!(
        total <= file.len(),
        "{total} bytes from a file of {}",
        file.len()
    );
    capture.conversations.iter().for_each(consistent);
}

/// Nothing comes after an end, and nothing is said twice.
fn consistent(conversation: &Conversation) {
    let mut opened = BTreeSet::new();
    let mut finished = BTreeSet::new();
    let mut is_over = false;
    let mut last = None;
    let mut packet = 0;
    for event in &conversation.events {
        assert!(!is_over, "{event:?} after the end");
        assert!(event.packet >= packet, "events in the order of the file");
        packet = event.packet;
        match &event.what {
            What::Open => assert!(opened.insert(event.from), "opened twice"),
            What::Data(bytes) => {
                assert!(!bytes.is_empty());
                assert!(!finished.contains(&event.from), "data after FIN");
            }
            What::Gap { bytes } => {
                assert!(*bytes > 0);
                assert_ne!(last, Some(event.from), "one gap in two pieces");
            }
            What::Fin => assert!(finished.insert(event.from), "finished twice"),
            What::Rst | What::Refused => is_over = true,
            _ => {}
        }
        last = matches!(event.what, What::Gap { .. }).then_some(event.from);
    }
}

/// Two honest ends, and a capture that has all they said.
struct Talk {
    packets: Vec<Packet>,
    ends: BTreeMap<Side, End>,
}

#[derive(Clone)]
struct Packet {
    from: Side,
    sequence: u32,
    acknowledged: u32,
    flags: u8,
    payload: Vec<u8>,
}

#[derive(Default)]
struct End {
    next: u32,
    sent: Vec<u8>,
}

impl Talk {
    fn open() -> Self {
        let end = |next| End {
            next,
            sent: Vec::new(),
        };
        let ends = [
            (Side::Client, end(u32::MAX - 8)),
            (Side::Server, end(1_000)),
        ];
        let mut talk = Self {
            packets: Vec::new(),
            ends: ends.into(),
        };
        talk.send(Side::Client, SYN, Vec::new());
        talk.send(Side::Server, SYN | ACK, Vec::new());
        talk.send(Side::Client, ACK, Vec::new());
        talk
    }

    fn step(&mut self, steps: &mut Steps<'_>) {
        let operation = steps.byte();
        let from = if operation & 1 == 0 {
            Side::Client
        } else {
            Side::Server
        };
        let choice = usize::from(steps.byte());
        let count = self.packets.len();
        match operation >> 1 & 3 {
            0 => self.send(from, ACK, (0..=u8::MAX).cycle().take(choice + 1).collect()),
            1 => self.send(from, ACK, Vec::new()),
            // Anything behind the handshake may come again, and two in a row the other way round.
            2 if count > HANDSHAKE => {
                let again = HANDSHAKE + choice % (count - HANDSHAKE);
                self.packets.push(self.packets[again].clone());
            }
            3 if count > HANDSHAKE + 1 => self.packets.swap(count - 2, count - 1),
            _ => {}
        }
    }

    fn send(&mut self, from: Side, flags: u8, payload: Vec<u8>) {
        let acknowledged = self.ends[&from.peer()].next;
        let end = self.ends.get_mut(&from).expect("two ends");
        let sequence = end.next;
        let length = u32::try_from(payload.len()).expect("a short payload");
        let extra = u32::from(flags & (SYN | FIN) != 0);
        end.next = sequence.wrapping_add(length + extra);
        end.sent.extend_from_slice(&payload);
        self.packets.push(Packet {
            from,
            sequence,
            acknowledged,
            flags,
            payload,
        });
    }

    fn check(mut self) {
        self.send(Side::Client, FIN | ACK, Vec::new());
        self.send(Side::Server, FIN | ACK, Vec::new());
        let capture = check(&self.file()).expect("a capture");
        assert_eq!(capture.notes, []);
        let [conversation] = &capture.conversations[..] else {
            panic!("{} conversations", capture.conversations.len());
        };
        assert!(conversation.complete_start);
        assert_eq!(conversation.client.port(), CLIENT_PORT);
        assert_eq!(conversation.server.port(), SERVER_PORT);
        for (side, end) in &self.ends {
            let mut came = Vec::new();
            let mut finished = false;
            for event in conversation
                .events
                .iter()
                .filter(|event| event.from == *side)
            {
                match &event.what {
                    What::Data(bytes) => came.extend_from_slice(bytes),
                    What::Fin => finished = true,
                    What::Open => {}
                    what => panic!("{what:?} from {side}"),
                }
            }
            assert_eq!(came, end.sent, "what {side} sent");
            assert!(finished, "{side} closed");
        }
    }

    /// A pcap file of raw IPv4 packets.
    fn file(&self) -> Vec<u8> {
        let mut file = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x65\0\0\0".to_vec();
        for packet in &self.packets {
            let bytes = packet.to_ipv4();
            let length = u32::try_from(bytes.len())
                .expect("a short packet")
                .to_le_bytes();
            file.extend([0; 8]);
            file.extend(length);
            file.extend(length);
            file.extend(bytes);
        }
        file
    }
}

impl Packet {
    fn to_ipv4(&self) -> Vec<u8> {
        let (source, target) = match self.from {
            Side::Client => ((1, CLIENT_PORT), (2, SERVER_PORT)),
            Side::Server => ((2, SERVER_PORT), (1, CLIENT_PORT)),
        };
        let length = u16::try_from(40 + self.payload.len()).expect("a short packet");
        let mut bytes = vec![0x45, 0];
        bytes.extend(length.to_be_bytes());
        bytes.extend([0, 0, 0, 0, 64, 6, 0, 0]);
        bytes.extend([10, 0, 0, source.0, 10, 0, 0, target.0]);
        bytes.extend(source.1.to_be_bytes());
        bytes.extend(target.1.to_be_bytes());
        bytes.extend(self.sequence.to_be_bytes());
        let acknowledged = if self.flags & ACK == 0 {
            0
        } else {
            self.acknowledged
        };
        bytes.extend(acknowledged.to_be_bytes());
        bytes.extend([0x50, self.flags, 0x72, 0x10, 0, 0, 0, 0]);
        bytes.extend(&self.payload);
        bytes
    }
}

const CLIENT_PORT: u16 = 40_000;
const SERVER_PORT: u16 = 2181;

const FIN: u8 = 1;
const SYN: u8 = 2;
const ACK: u8 = 16;

/// Packets of the handshake.
const HANDSHAKE: usize = 3;

/// Packets of the longest conversation: a segment that is recorded later than the reader looks
/// ahead for it, 256 of them, is missing for good.
const LONGEST: usize = 250;
