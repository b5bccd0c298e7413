//! The file formats: pcap, pcapng, what is damaged in them, and what is no capture at all.

use std::time::Duration;

use zk_conformance::capture::CaptureError;
use zk_conformance::capture::Skipped;
use zk_conformance::capture::is_capture;
use zk_conformance::capture::read;

use crate::capture::build::Pcapng;
use crate::capture::build::Talk;
use crate::capture::build::story;

/// The pcap file of a short conversation, with every number turned over if `big_endian`.
fn pcap(magic: u32, big_endian: bool, extra: usize) -> Vec<u8> {
    let little = talk().to_pcap();
    let mut file = Vec::new();
    let number = |bytes: &[u8]| {
        let number = u32::from_le_bytes(bytes.try_into().unwrap());
        match big_endian {
            true => number.to_be_bytes(),
            false => number.to_le_bytes(),
        }
    };
    file.extend(number(&magic.to_le_bytes()));
    file.extend(match big_endian {
        true => [0, 2, 0, 4],
        false => [2, 0, 4, 0],
    });
    little[8..24]
        .chunks(4)
        .for_each(|chunk| file.extend(number(chunk)));
    let mut rest = &little[24..];
    while let Some((header, after)) = rest.split_first_chunk::<16>() {
        header
            .chunks(4)
            .for_each(|chunk| file.extend(number(chunk)));
        file.extend(vec![0xee; extra]);
        let length = u32::from_le_bytes(header[8..12].try_into().unwrap());
        let (packet, after) = after.split_at(length as usize);
        file.extend(packet);
        rest = after;
    }
    file
}

fn talk() -> Talk {
    Talk::opened()
        .client(b"ping")
        .server(b"pong")
        .finish(zk_conformance::capture::Side::Client)
}

const STORY: &str = "C open, S open, C:ping, S:pong, C fin";

#[test]
fn pcap_is_read_in_every_byte_order_and_resolution() {
    for (magic, big_endian, extra, fraction) in [
        (0xa1b2_c3d4, false, 0, Duration::from_millis(5)),
        (0xa1b2_c3d4, true, 0, Duration::from_millis(5)),
        (0xa1b2_3c4d, false, 0, Duration::from_micros(5)),
        (0xa1b2_3c4d, true, 0, Duration::from_micros(5)),
        (0xa1b2_cd34, false, 8, Duration::from_millis(5)),
    ] {
        let file = pcap(magic, big_endian, extra);
        assert!(is_capture(&file));
        let capture = read(&file).unwrap();
        assert_eq!(capture.notes, []);
        assert_eq!(story(&capture.conversations[0]), STORY);
        assert_eq!(capture.conversations[0].events[4].at, fraction);
    }
}

#[test]
fn pcapng_is_read_in_either_byte_order() {
    for big_endian in [false, true] {
        let mut file = Pcapng::new(big_endian).interface(101, 0, &[]);
        for (segment, tick) in talk().segments.iter().zip(0..) {
            file = file.unknown().packet(0, tick * 1_000, &segment.to_ipv4());
        }
        assert!(is_capture(&file.bytes));
        let capture = read(&file.bytes).unwrap();
        assert_eq!(capture.notes, []);
        assert_eq!(story(&capture.conversations[0]), STORY);
        assert_eq!(
            capture.conversations[0].events[4].at,
            Duration::from_millis(5)
        );
        assert_eq!(capture.conversations[0].events[4].packet, 6);
    }
}

#[test]
fn pcapng_interfaces_have_links_and_clocks_of_their_own() {
    for big_endian in [false, true] {
        let mut minus_two = vec![0; 8];
        let number = match big_endian {
            true => (-2_i64).to_be_bytes(),
            false => (-2_i64).to_le_bytes(),
        };
        minus_two.copy_from_slice(&number);
        let packets: Vec<_> = talk().segments.iter().map(|s| s.to_ipv4()).collect();
        let loopback = [&[2, 0, 0, 0], &packets[1][..]].concat();
        let file = Pcapng::new(big_endian)
            .interface(101, 0, &[])
            .interface(0, 0, &[(9, &[9])])
            .interface(101, 0, &[(9, &[0x8a])])
            .interface(101, 0, &[(9, &[3]), (14, &minus_two)])
            .packet(0, 1_000_000, &packets[0])
            .packet(1, 1_000_000_777, &loopback)
            .packet(2, 1_536, &packets[3])
            .packet(3, 4_250, &packets[4]);
        let capture = read(&file.bytes).unwrap();
        assert_eq!(
            story(&capture.conversations[0]),
            "C open, S open, C:ping, S:pong"
        );
        let times = capture.conversations[0]
            .events
            .iter()
            .map(|event| event.at.as_nanos());
        assert_eq!(
            times.collect::<Vec<_>>(),
            [0, 777, 500_000_000, 1_250_000_000]
        );
    }
}

#[test]
fn pcapng_sections_begin_anew() {
    let packets: Vec<_> = talk().segments.iter().map(|s| s.to_ipv4()).collect();
    let mut first = Pcapng::new(false)
        .interface(1, 0, &[])
        .interface(101, 0, &[]);
    for packet in &packets[..3] {
        first = first.packet(1, 0, packet);
    }
    let mut second = Pcapng::new(true).interface(101, 0, &[]);
    for packet in &packets[3..] {
        second = second.packet(0, 0, packet);
    }
    let unknown = second.clone().packet(1, 0, &packets[0]).bytes;
    let capture = read(&[first.bytes.clone(), second.bytes].concat()).unwrap();
    assert_eq!(story(&capture.conversations[0]), STORY);
    let capture = read(&[first.bytes, unknown].concat()).unwrap();
    assert_eq!(capture.notes[0].skipped, Skipped::UnknownInterface);
}

#[test]
fn simple_packets_are_read() {
    let long = Talk::in_the_middle().client(b"0123456789").segments[0].to_ipv4();
    let file = Pcapng::new(false)
        .interface(101, 0, &[])
        .simple(&long, long.len());
    let capture = read(&file.bytes).unwrap();
    assert_eq!(story(&capture.conversations[0]), "C:0123456789");
    let file = Pcapng::new(true)
        .interface(101, 45, &[])
        .simple(&long[..45], long.len());
    let capture = read(&file.bytes).unwrap();
    assert_eq!(story(&capture.conversations[0]), "C:01234, C gap 5");
}

#[test]
fn cut_last_packet_is_a_note() {
    let file = talk().to_pcap();
    let last = file.len() as u64 - 56;
    for cut in [1, 50] {
        let capture = read(&file[..file.len() - cut]).unwrap();
        assert_eq!(
            story(&capture.conversations[0]),
            "C open, S open, C:ping, S:pong"
        );
        assert_eq!(capture.notes.len(), 1);
        assert_eq!(capture.notes[0].skipped, Skipped::FileCut);
        assert_eq!(capture.notes[0].offset, last);
    }
    let packet = talk().segments[0].to_ipv4();
    let file = Pcapng::new(false)
        .interface(101, 0, &[])
        .packet(0, 0, &packet);
    for cut in [1, 60, 70] {
        let capture = read(&file.bytes[..file.bytes.len() - cut]).unwrap();
        assert_eq!(capture.notes.len(), 1);
        assert_eq!(capture.notes[0].skipped, Skipped::FileCut);
    }
}

#[test]
fn damaged_block_costs_that_block() {
    let packet = talk().segments[0].to_ipv4();
    let good = Pcapng::new(false)
        .interface(101, 0, &[])
        .packet(0, 0, &packet);
    let mut file = good.clone();
    let captured_length = file.bytes.len() - 4 - packet.len() - 8;
    file.bytes[captured_length + 2] = 0xff;
    let capture = read(&file.packet(0, 0, &packet).bytes).unwrap();
    assert_eq!(capture.notes[0].skipped, Skipped::BadBlock);
    assert_eq!(capture.conversations[0].events[0].packet, 2);

    let capture = read(&good.clone().block(2, &[0; 20]).packet(0, 0, &packet).bytes).unwrap();
    assert_eq!(capture.notes[0].skipped, Skipped::ObsoleteBlock);

    let file = [&good.bytes[..], &[6, 0, 0, 0, 8, 0, 0, 0], &good.bytes].concat();
    let capture = read(&file).unwrap();
    assert_eq!(capture.notes[0].skipped, Skipped::BadBlockLength);
    assert_eq!(capture.notes[0].offset, good.bytes.len() as u64);
    assert_eq!(capture.conversations.len(), 1);
}

#[test]
fn damaged_interface_keeps_its_number() {
    let packet = talk().segments[0].to_ipv4();
    let file = Pcapng::new(false).block(1, &[]).interface(101, 0, &[]);
    let capture = read(&file.packet(0, 0, &packet).packet(1, 0, &packet).bytes).unwrap();
    assert_eq!(capture.conversations.len(), 1);
    let notes = capture.notes.iter().map(|note| (note.skipped, note.count));
    let expected = [(Skipped::BadBlock, 1), (Skipped::UnknownInterface, 1)];
    assert_eq!(notes.collect::<Vec<_>>(), expected);
}

#[test]
fn timestamps_out_of_any_range_do_no_harm() {
    let packet = talk().segments[0].to_ipv4();
    for resolution in [0, 38, 39, 0x7f, 0x80, 0xff] {
        let file = Pcapng::new(false)
            .interface(101, 0, &[(9, &[resolution]), (14, &[0x80; 8])])
            .interface(101, 0, &[(9, &[resolution]), (14, &[0x7f; 8])])
            .packet(0, 0, &packet)
            .packet(1, u64::MAX, &packet)
            .packet(0, 0, &packet);
        assert_eq!(read(&file.bytes).unwrap().conversations[0].events.len(), 1);
    }
}

#[test]
fn what_is_no_capture_says_what_to_do() {
    #[track_caller]
    fn check(bytes: &[u8], error: CaptureError, words: &str) {
        assert_eq!(read(bytes), Err(error));
        assert_eq!(error.to_string(), words);
    }
    let none = "not a packet capture at byte 0: needs pcap or pcapng, as tcpdump -w writes it";
    check(b"", CaptureError::NotACapture, none);
    check(&[0, 0, 0, 44, 0, 0, 0, 0], CaptureError::NotACapture, none);
    check(
        &[0x1f, 0x8b, 8, 0],
        CaptureError::Compressed { with: "gunzip" },
        "compressed file at byte 0: decompress it with gunzip first",
    );
    check(
        &talk().to_pcap()[..20],
        CaptureError::HeaderCut { offset: 20 },
        "file header cut off at byte 20: copy or record it again",
    );
    check(
        &Pcapng::new(false).bytes[..9],
        CaptureError::HeaderCut { offset: 9 },
        "file header cut off at byte 9: copy or record it again",
    );
    check(
        &[10, 13, 13, 10, 28, 0, 0, 0, 1, 2, 3, 4],
        CaptureError::BadSectionHeader { offset: 0 },
        "damaged section header at byte 0: copy or record it again",
    );
    for magic in [[0x28, 0xb5, 0x2f, 0xfd], [4, 0x22, 0x4d, 0x18], *b"\xfd7zX"] {
        assert!(matches!(read(&magic), Err(CaptureError::Compressed { .. })));
        assert!(!is_capture(&magic));
    }
}
