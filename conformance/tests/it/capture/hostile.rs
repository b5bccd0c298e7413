//! Any segmentation gives the same bytes; any file at all does no harm.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use zk_conformance::capture::Side;
use zk_conformance::capture::What;
use zk_conformance::capture::read;

use crate::capture::build::Pcapng;
use crate::capture::build::Talk;
use crate::capture::build::sent;

/// Something a side sends, and how often the packet shows up more than once.
#[derive(Clone, Debug)]
struct Step {
    from: Side,
    payload: Vec<u8>,
    /// How many bytes before its own the segment repeats
    overlap: Index,
    copies: usize,
    /// How far it is moved back
    delay: usize,
}

fn step() -> impl Strategy<Value = Step> {
    let side = prop_oneof![Just(Side::Client), Just(Side::Server)];
    let overlap = any::<Index>();
    let parts = (
        side,
        vec(any::<u8>(), 0..20),
        overlap,
        1..3_usize,
        0..8_usize,
    );
    parts.prop_map(|(from, payload, overlap, copies, delay)| Step {
        from,
        payload,
        overlap,
        copies,
        delay,
    })
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_bytes(
        steps in vec(step(), 0..60),
        numbers in any::<(u32, u32)>(),
        overlapping: bool,
    ) {
        let mut talk = Talk::from_numbers(numbers.0, numbers.1).open();
        let (mut client, mut server) = (Vec::<u8>::new(), Vec::<u8>::new());
        for step in &steps {
            let stream = match step.from {
                Side::Client => &mut client,
                Side::Server => &mut server,
            };
            talk = talk.send(step.from, "", &step.payload);
            if overlapping {
                let overlap = step.overlap.index(stream.len().min(30) + 1);
                let distance = u32::try_from(overlap).unwrap();
                talk = talk.but(|segment| {
                    let repeated = &stream[stream.len() - overlap..];
                    segment.payload = [repeated, &step.payload].concat();
                    segment.sequence = segment.sequence.wrapping_sub(distance);
                });
            }
            stream.extend(&step.payload);
        }
        talk = talk.finish(Side::Client).finish(Side::Server);
        let tail = talk.segments.split_off(3);
        let mut places = Vec::new();
        for (place, segment) in tail.iter().enumerate() {
            let step = steps.get(place);
            for copy in 0..step.map_or(2, |step| step.copies) {
                places.push((place + copy * 3 + step.map_or(0, |step| step.delay), segment));
            }
        }
        places.sort_by_key(|(place, _)| *place);
        talk.segments.extend(places.into_iter().map(|(_, segment)| segment.clone()));

        let capture = read(&talk.to_pcap()).unwrap();
        prop_assert_eq!(&capture.notes, &[]);
        prop_assert_eq!(capture.conversations.len(), 1);
        let conversation = &capture.conversations[0];
        prop_assert_eq!(sent(conversation, Side::Client), client);
        prop_assert_eq!(sent(conversation, Side::Server), server);
        let gaps = conversation.events.iter().any(|e| matches!(e.what, What::Gap { .. }));
        prop_assert!(!gaps);
        let fins = conversation.events.iter().filter(|e| e.what == What::Fin);
        prop_assert_eq!(fins.count(), 2);
    }

    #[test]
    fn lost_packets_never_change_what_is_left(
        steps in vec(step(), 1..40),
        lost in vec(any::<Index>(), 0..10),
    ) {
        let mut talk = Talk::opened();
        let (mut client, mut server) = (Vec::<u8>::new(), Vec::<u8>::new());
        for step in &steps {
            match step.from {
                Side::Client => client.extend(&step.payload),
                Side::Server => server.extend(&step.payload),
            }
            talk = talk.send(step.from, "", &step.payload);
        }
        talk = talk.finish(Side::Client).finish(Side::Server);
        for index in lost {
            // The handshake and the two ends stay, so that every hole can be seen.
            let count = talk.segments.len() - 5;
            if count > 0 {
                talk = talk.lose(3 + index.index(count));
            }
        }
        let capture = read(&talk.to_pcap()).unwrap();
        for (side, stream) in [(Side::Client, &client), (Side::Server, &server)] {
            let mut offset = 0;
            for event in capture.conversations[0].events.iter().filter(|e| e.from == side) {
                match &event.what {
                    What::Data(bytes) => {
                        prop_assert_eq!(&stream[offset..offset + bytes.len()], &bytes[..]);
                        offset += bytes.len();
                    }
                    What::Gap { bytes } => offset += usize::try_from(*bytes).unwrap(),
                    _ => {}
                }
            }
            prop_assert_eq!(offset, stream.len());
        }
    }

    #[test]
    fn segments_of_any_kind_do_no_harm(
        segments in vec((any::<bool>(), any::<u32>(), any::<Option<u32>>(), 0..8_usize), 0..60),
    ) {
        let mut talk = Talk::in_the_middle();
        for (from_client, sequence, acknowledged, flags) in segments {
            let side = if from_client { Side::Client } else { Side::Server };
            let flags = ["", "", "S", "F", "R", "SF", "SR", "FR"][flags];
            talk = talk.send(side, flags, b"data").but(|segment| {
                segment.sequence = sequence;
                segment.acknowledged = acknowledged;
            });
        }
        let file = talk.to_pcap();
        let capture = read(&file).unwrap();
        let told = capture.conversations.iter().flat_map(|conversation| &conversation.events);
        let told: usize = told.map(|event| match &event.what {
            What::Data(bytes) => bytes.len(),
            _ => 0,
        }).sum();
        prop_assert!(told <= file.len());
    }

    #[test]
    fn random_bytes_do_no_harm(
        magic in 0..5_usize,
        bytes in vec(any::<u8>(), 0..400),
    ) {
        let talk = Talk::opened().to_pcap();
        let header: &[u8] = match magic {
            0 => &[],
            1 => &[0x0a, 0x0d, 0x0d, 0x0a],
            2 => &Pcapng::new(true).bytes,
            3 => &talk[..24],
            _ => &talk,
        };
        let _ = read(&[header, &bytes].concat());
    }
}

fn files() -> [Vec<u8>; 2] {
    let talk = Talk::opened()
        .client(b"ping")
        .server(b"pong")
        .finish(Side::Client);
    let mut pcapng = Pcapng::new(false).interface(101, 0, &[(9, &[9]), (14, &[0; 8])]);
    for segment in &talk.segments {
        pcapng = pcapng.packet(0, 5, &segment.to_ipv4()).unknown();
    }
    pcapng = pcapng.simple(&talk.segments[0].to_ipv4(), 40);
    [talk.to_pcap(), pcapng.bytes]
}

#[test]
fn every_truncation_does_no_harm() {
    for file in files() {
        for length in 0..file.len() {
            if let Ok(capture) = read(&file[..length]) {
                assert!(capture.conversations.len() <= 1);
            }
        }
    }
}

#[test]
fn every_flipped_bit_does_no_harm() {
    for mut file in files() {
        for index in 0..file.len() {
            for bit in 0..8 {
                file[index] ^= 1 << bit;
                let _ = read(&file);
                file[index] ^= 1 << bit;
            }
        }
    }
}
