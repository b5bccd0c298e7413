//! Link, internet and TCP headers, and the packets that have none of them.

use etherparse::IpAuthHeader;
use etherparse::IpFragOffset;
use etherparse::IpHeaders;
use etherparse::IpNumber;
use etherparse::Ipv4Extensions;
use etherparse::Ipv4Header;
use etherparse::Ipv6Extensions;
use etherparse::Ipv6FragmentHeader;
use etherparse::Ipv6Header;
use etherparse::Ipv6RawExtHeader;
use etherparse::PacketBuilder;
use zk_conformance::capture::Capture;
use zk_conformance::capture::Skipped;
use zk_conformance::capture::read;

use crate::capture::build::Pcap;
use crate::capture::build::Talk;
use crate::capture::build::story;

/// What the reader makes of packets with this link type.
fn read_packets(link: u32, packets: &[Vec<u8>]) -> Capture {
    let mut file = Pcap::new(link);
    packets.iter().for_each(|packet| file.packet(packet));
    read(&file.bytes).unwrap()
}

/// The only note there must be for `packet`.
#[track_caller]
fn check_skipped(link: u32, packet: &[u8], skipped: Skipped) {
    let capture = read_packets(link, &[packet.to_vec()]);
    assert_eq!(capture.conversations, []);
    assert_eq!(capture.notes.len(), 1);
    assert_eq!(capture.notes[0].skipped, skipped);
    assert_eq!(capture.notes[0].offset, 24);
}

fn ping() -> Vec<u8> {
    Talk::in_the_middle().client(b"ping").segments[0].to_ipv4()
}

fn ping6(extensions: Ipv6Extensions, next_header: IpNumber) -> Vec<u8> {
    let header = Ipv6Header {
        source: [1; 16],
        destination: [2; 16],
        next_header,
        hop_limit: 64,
        ..Ipv6Header::default()
    };
    let mut packet = Vec::new();
    PacketBuilder::ip(IpHeaders::Ipv6(header, extensions))
        .tcp(40_000, 2181, 7, 1_000)
        .write(&mut packet, b"ping")
        .unwrap();
    packet
}

/// A frame of the link type with an IPv4 packet in it.
fn frame(link_header: &[u8], packet: &[u8]) -> Vec<u8> {
    [link_header, packet].concat()
}

const MACS: [u8; 12] = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2];

#[test]
fn every_link_type_carries_the_same() {
    let vlan = [&MACS[..], &[0x81, 0, 0, 5, 8, 0]].concat();
    let double_vlan = [&MACS[..], &[0x88, 0xa8, 0, 5, 0x81, 0, 0, 7, 8, 0]].concat();
    let cooked = [&[0, 0, 3, 4, 0, 6][..], &[0; 8], &[8, 0]].concat();
    let cooked2 = [&[8, 0, 0, 0, 0, 0, 0, 1, 3, 4, 0, 6][..], &[0; 8]].concat();
    for (link, header) in [
        (0, vec![2, 0, 0, 0]),
        (108, vec![0, 0, 0, 2]),
        (1, [&MACS[..], &[8, 0]].concat()),
        (1, vlan),
        (1, double_vlan),
        (113, cooked),
        (276, cooked2),
        (101, vec![]),
        (12, vec![]),
        (14, vec![]),
        (228, vec![]),
        (0xf400_0001, [&MACS[..], &[8, 0]].concat()),
    ] {
        let capture = read_packets(link, &[frame(&header, &ping())]);
        assert_eq!(capture.notes, [], "link type {link}");
        assert_eq!(
            story(&capture.conversations[0]),
            "C:ping",
            "link type {link}"
        );
    }
}

#[test]
fn ipv6_is_read_with_its_extension_headers() {
    let plain = ping6(Ipv6Extensions::default(), IpNumber::TCP);
    let options = Ipv6RawExtHeader::new_raw(IpNumber::TCP, &[0; 6]).unwrap();
    let mut extensions = Ipv6Extensions {
        hop_by_hop_options: Some(options.clone()),
        destination_options: Some(options),
        fragment: Some(Ipv6FragmentHeader::new(
            IpNumber::TCP,
            IpFragOffset::ZERO,
            false,
            9,
        )),
        ..Ipv6Extensions::default()
    };
    let first = extensions.set_next_headers(IpNumber::TCP);
    let extended = ping6(extensions, first);
    assert!(extended.len() > plain.len());
    for (link, header) in [(101, vec![]), (1, [&MACS[..], &[0x86, 0xdd]].concat())] {
        for packet in [&plain, &extended] {
            let capture = read_packets(link, &[frame(&header, packet)]);
            assert_eq!(capture.notes, []);
            assert_eq!(story(&capture.conversations[0]), "C:ping");
            assert_eq!(capture.conversations[0].server.port(), 2181);
            assert!(capture.conversations[0].server.is_ipv6());
        }
    }
}

#[test]
fn fragments_are_noted() {
    let header = |offset: u16, more_fragments| Ipv4Header {
        fragment_offset: IpFragOffset::try_new(offset).unwrap(),
        more_fragments,
        source: [10, 0, 0, 1],
        destination: [10, 0, 0, 2],
        time_to_live: 64,
        ..Ipv4Header::default()
    };
    let packets = [(0, true), (10, true), (20, false)].map(|(offset, more)| {
        let mut packet = Vec::new();
        let ip = IpHeaders::Ipv4(header(offset, more), Ipv4Extensions::default());
        PacketBuilder::ip(ip)
            .tcp(1, 2, 3, 4)
            .write(&mut packet, b"ping")
            .unwrap();
        packet
    });
    let capture = read_packets(101, &packets);
    assert_eq!(capture.conversations, []);
    assert_eq!(capture.notes[0].skipped, Skipped::Fragment);
    assert_eq!(capture.notes[0].count, 3);
    let words = "3 packets not read: ip fragment, first at byte 24";
    assert_eq!(capture.notes[0].to_string(), words);

    let more = Ipv6FragmentHeader::new(IpNumber::TCP, IpFragOffset::ZERO, true, 9);
    let mut extensions = Ipv6Extensions {
        fragment: Some(more),
        ..Ipv6Extensions::default()
    };
    let first = extensions.set_next_headers(IpNumber::TCP);
    check_skipped(101, &ping6(extensions, first), Skipped::Fragment);
}

#[test]
fn authenticated_packets_are_read() {
    let header = Ipv4Header {
        source: [10, 0, 0, 1],
        destination: [10, 0, 0, 2],
        time_to_live: 64,
        ..Ipv4Header::default()
    };
    let auth = IpAuthHeader::new(IpNumber::TCP, 1, 2, &[0; 8]).unwrap();
    let mut packet = Vec::new();
    PacketBuilder::ip(IpHeaders::Ipv4(header, Ipv4Extensions { auth: Some(auth) }))
        .tcp(40_000, 2181, 7, 1_000)
        .write(&mut packet, b"ping")
        .unwrap();
    assert_eq!(
        story(&read_packets(101, &[packet]).conversations[0]),
        "C:ping"
    );
}

#[test]
fn other_packets_are_noted() {
    let mut udp = Vec::new();
    let builder = PacketBuilder::ipv4([1; 4], [2; 4], 64).udp(53, 53);
    builder.write(&mut udp, b"who").unwrap();
    check_skipped(101, &udp, Skipped::NotTcp);
    check_skipped(1, &frame(&MACS, &[8, 6, 0, 1]), Skipped::NotIp);
    check_skipped(101, &[0x50; 60], Skipped::NotIp);
    check_skipped(147, &ping(), Skipped::LinkType(147));
    check_skipped(1, &MACS, Skipped::HeadersCut);
    check_skipped(101, &ping()[..19], Skipped::BadHeader);
}

#[test]
fn packets_cut_within_their_headers_are_noted() {
    let packet = frame(&[&MACS[..], &[8, 0]].concat(), &ping());
    for kept in [0, 13, 14, 33, 34, 53] {
        let mut file = Pcap::new(1);
        file.packet_of_length(&packet[..kept], packet.len());
        let capture = read(&file.bytes).unwrap();
        assert_eq!(capture.conversations, []);
        assert_eq!(
            capture.notes[0].skipped,
            Skipped::HeadersCut,
            "{kept} bytes kept"
        );
    }
}

#[test]
fn malformed_tcp_header_is_noted() {
    let mut packet = ping();
    packet[20 + 12] = 0x40;
    check_skipped(101, &packet, Skipped::BadHeader);
}

#[test]
fn wrong_checksums_do_not_matter() {
    let mut packet = ping();
    packet[10] ^= 0xff;
    packet[20 + 16] ^= 0xff;
    assert_eq!(
        story(&read_packets(101, &[packet]).conversations[0]),
        "C:ping"
    );
}

#[test]
fn padding_behind_a_short_packet_is_not_data() {
    let packet = frame(&[&MACS[..], &[8, 0]].concat(), &ping());
    let padded = [&packet[..], &[0; 6]].concat();
    assert_eq!(
        story(&read_packets(1, &[padded]).conversations[0]),
        "C:ping"
    );
}

#[test]
fn packets_recorded_before_they_were_split_have_no_length() {
    let mut packet = ping();
    packet[2..4].fill(0);
    assert_eq!(
        story(&read_packets(101, &[packet.clone()]).conversations[0]),
        "C:ping"
    );
    let mut file = Pcap::new(101);
    file.packet_of_length(&packet[..42], packet.len());
    let capture = read(&file.bytes).unwrap();
    assert_eq!(story(&capture.conversations[0]), "C:pi, C gap 2");
}
