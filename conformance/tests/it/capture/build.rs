//! Builds packets and capture files for the tests, and prints what was read as one line.

use std::net::SocketAddr;

use etherparse::PacketBuilder;
use zk_conformance::capture::Conversation;
use zk_conformance::capture::Side;
use zk_conformance::capture::What;
use zk_conformance::capture::read;

pub(crate) const CLIENT: ([u8; 4], u16) = ([10, 0, 0, 1], 40_000);
pub(crate) const SERVER: ([u8; 4], u16) = ([10, 0, 0, 2], 2181);

/// A TCP segment, to be put into a packet.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) from: Side,
    pub(crate) sequence: u32,
    pub(crate) acknowledged: Option<u32>,
    /// Any of `S`, `F` and `R`
    pub(crate) flags: &'static str,
    pub(crate) payload: Vec<u8>,
}

impl Segment {
    /// The segment as an IPv4 packet.
    pub(crate) fn to_ipv4(&self) -> Vec<u8> {
        self.to_ipv4_between(CLIENT, SERVER)
    }

    pub(crate) fn to_ipv4_between(
        &self,
        client: ([u8; 4], u16),
        server: ([u8; 4], u16),
    ) -> Vec<u8> {
        let (source, target) = match self.from {
            Side::Client => (client, server),
            Side::Server => (server, client),
        };
        let mut builder = PacketBuilder::ipv4(source.0, target.0, 64).tcp(
            source.1,
            target.1,
            self.sequence,
            29_200,
        );
        if let Some(acknowledged) = self.acknowledged {
            builder = builder.ack(acknowledged);
        }
        for flag in self.flags.chars() {
            builder = match flag {
                'S' => builder.syn(),
                'F' => builder.fin(),
                _ => builder.rst(),
            };
        }
        let mut packet = Vec::new();
        builder.write(&mut packet, &self.payload).unwrap();
        packet
    }
}

/// Writes segments as two honest ends would send them.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    pub(crate) segments: Vec<Segment>,
    client_next: u32,
    server_next: u32,
}

impl Talk {
    /// A conversation without its handshake.
    pub(crate) fn in_the_middle() -> Self {
        Self::from_numbers(1_000, 500_000)
    }

    pub(crate) fn from_numbers(client_next: u32, server_next: u32) -> Self {
        Self {
            segments: Vec::new(),
            client_next,
            server_next,
        }
    }

    /// A conversation with its handshake.
    pub(crate) fn opened() -> Self {
        Self::in_the_middle().open()
    }

    pub(crate) fn open(self) -> Self {
        self.ask()
            .send(Side::Server, "S", b"")
            .acknowledge(Side::Client)
    }

    /// The client's SYN alone.
    pub(crate) fn ask(self) -> Self {
        let mut talk = self.send(Side::Client, "S", b"");
        talk.segments.last_mut().unwrap().acknowledged = None;
        talk
    }

    pub(crate) fn client(self, payload: &[u8]) -> Self {
        self.send(Side::Client, "", payload)
    }

    pub(crate) fn server(self, payload: &[u8]) -> Self {
        self.send(Side::Server, "", payload)
    }

    pub(crate) fn acknowledge(self, from: Side) -> Self {
        self.send(from, "", b"")
    }

    pub(crate) fn finish(self, from: Side) -> Self {
        self.send(from, "F", b"")
    }

    pub(crate) fn reset(self, from: Side) -> Self {
        self.send(from, "R", b"")
    }

    pub(crate) fn send(mut self, from: Side, flags: &'static str, payload: &[u8]) -> Self {
        let (own, peer) = match from {
            Side::Client => (&mut self.client_next, self.server_next),
            Side::Server => (&mut self.server_next, self.client_next),
        };
        let takes_number = flags.contains(['S', 'F']);
        self.segments.push(Segment {
            from,
            sequence: *own,
            acknowledged: Some(peer),
            flags,
            payload: payload.to_vec(),
        });
        let length = u32::try_from(payload.len()).unwrap() + u32::from(takes_number);
        *own = own.wrapping_add(length);
        self
    }

    /// Repeats the segment with the number `index`.
    pub(crate) fn again(mut self, index: usize) -> Self {
        self.segments.push(self.segments[index].clone());
        self
    }

    /// Changes the last segment.
    pub(crate) fn but(mut self, change: impl FnOnce(&mut Segment)) -> Self {
        change(self.segments.last_mut().unwrap());
        self
    }

    /// Loses the segment with the number `index`.
    pub(crate) fn lose(mut self, index: usize) -> Self {
        self.segments.remove(index);
        self
    }

    pub(crate) fn swap(mut self, one: usize, other: usize) -> Self {
        self.segments.swap(one, other);
        self
    }

    /// A pcap file with the segments.
    pub(crate) fn to_pcap(&self) -> Vec<u8> {
        self.to_pcap_cut_at(usize::MAX)
    }

    /// A pcap file with the first `snap_length` bytes of each packet.
    pub(crate) fn to_pcap_cut_at(&self, snap_length: usize) -> Vec<u8> {
        let mut file = Pcap::new(101);
        for segment in &self.segments {
            let packet = segment.to_ipv4();
            let kept = &packet[..packet.len().min(snap_length)];
            file.packet_of_length(kept, packet.len());
        }
        file.bytes
    }

    /// What the reader makes of it; there must be one conversation and no notes.
    #[track_caller]
    pub(crate) fn story(&self) -> String {
        let capture = read(&self.to_pcap()).unwrap();
        assert_eq!(capture.notes, []);
        assert_eq!(capture.conversations.len(), 1);
        story(&capture.conversations[0])
    }
}

/// A pcap file; its packets are a millisecond apart.
#[derive(Debug)]
pub(crate) struct Pcap {
    pub(crate) bytes: Vec<u8>,
    packets: u32,
}

impl Pcap {
    pub(crate) fn new(link: u32) -> Self {
        let mut bytes = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend(0x4_0000_u32.to_le_bytes());
        bytes.extend(link.to_le_bytes());
        Self { bytes, packets: 0 }
    }

    pub(crate) fn packet(&mut self, packet: &[u8]) {
        self.packet_of_length(packet, packet.len());
    }

    pub(crate) fn packet_of_length(&mut self, kept: &[u8], sent_length: usize) {
        let sent_length = u32::try_from(sent_length).unwrap();
        let kept_length = u32::try_from(kept.len()).unwrap();
        for number in [
            1_700_000_000,
            self.packets * 1_000,
            kept_length,
            sent_length,
        ] {
            self.bytes.extend(number.to_le_bytes());
        }
        self.bytes.extend(kept);
        self.packets += 1;
    }
}

/// A pcapng file.
#[derive(Clone, Debug)]
pub(crate) struct Pcapng {
    pub(crate) bytes: Vec<u8>,
    big_endian: bool,
}

impl Pcapng {
    /// A file with a section header.
    pub(crate) fn new(big_endian: bool) -> Self {
        let file = Self {
            bytes: Vec::new(),
            big_endian,
        };
        let version = [file.short(1), file.short(0)].concat();
        let body = [&file.number(0x1a2b_3c4d)[..], &version, &[0xff; 8]].concat();
        file.block(0x0a0d_0d0a, &body)
    }

    pub(crate) fn interface(self, link: u16, snap_length: u32, options: &[(u16, &[u8])]) -> Self {
        let mut body = [self.short(link), self.short(0)].concat();
        body.extend(self.number(snap_length));
        for (code, value) in options {
            body.extend(self.short(*code));
            body.extend(self.short(u16::try_from(value.len()).unwrap()));
            body.extend(padded(value));
        }
        self.block(1, &body)
    }

    pub(crate) fn packet(self, interface: u32, ticks: u64, packet: &[u8]) -> Self {
        let length = u32::try_from(packet.len()).unwrap();
        let high = u32::try_from(ticks >> 32).unwrap();
        let low = u32::try_from(ticks & 0xffff_ffff).unwrap();
        let mut body = Vec::new();
        for number in [interface, high, low, length, length] {
            body.extend(self.number(number));
        }
        body.extend(padded(packet));
        self.block(6, &body)
    }

    pub(crate) fn simple(self, kept: &[u8], sent_length: usize) -> Self {
        let mut body = self.number(u32::try_from(sent_length).unwrap()).to_vec();
        body.extend(padded(kept));
        self.block(3, &body)
    }

    /// A block of a kind nobody knows.
    pub(crate) fn unknown(self) -> Self {
        self.block(0x7777, b"whatever")
    }

    pub(crate) fn block(mut self, kind: u32, body: &[u8]) -> Self {
        let length = self.number(u32::try_from(body.len() + 12).unwrap());
        let block = [&self.number(kind)[..], &length, body, &length].concat();
        self.bytes.extend(block);
        self
    }

    fn number(&self, number: u32) -> [u8; 4] {
        match self.big_endian {
            true => number.to_be_bytes(),
            false => number.to_le_bytes(),
        }
    }

    fn short(&self, number: u16) -> [u8; 2] {
        match self.big_endian {
            true => number.to_be_bytes(),
            false => number.to_le_bytes(),
        }
    }
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// The events of a conversation in one line; neighbouring data of one side is put together.
pub(crate) fn story(conversation: &Conversation) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut speaking = None;
    for event in &conversation.events {
        let side = match event.from {
            Side::Client => "C",
            Side::Server => "S",
        };
        let word = match &event.what {
            What::Open => "open".to_owned(),
            What::Data(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                if speaking == Some(event.from) {
                    words.last_mut().unwrap().push_str(&text);
                    continue;
                }
                speaking = Some(event.from);
                words.push(format!("{side}:{text}"));
                continue;
            }
            What::Gap { bytes } => format!("gap {bytes}"),
            What::Fin => "fin".to_owned(),
            What::Rst => "rst".to_owned(),
            What::Refused => "refused".to_owned(),
            other => format!("{other:?}"),
        };
        speaking = None;
        words.push(format!("{side} {word}"));
    }
    words.join(", ")
}

/// All bytes one side sent.
pub(crate) fn sent(conversation: &Conversation, from: Side) -> Vec<u8> {
    let mut bytes = Vec::new();
    for event in conversation
        .events
        .iter()
        .filter(|event| event.from == from)
    {
        if let What::Data(data) = &event.what {
            bytes.extend_from_slice(data);
        }
    }
    bytes
}

pub(crate) fn address(end: ([u8; 4], u16)) -> SocketAddr {
    SocketAddr::from(end)
}
