//! Cutting a stream into frames, whatever pieces it comes in.

use bytes::BytesMut;
use jute_codec::ConnectRequest;
use jute_codec::Frame;
use jute_codec::FrameError;
use jute_codec::FrameErrorKind;
use jute_codec::Framer;
use jute_codec::Limits;
use jute_codec::Raw;
use jute_codec::SetDataRequest;
use jute_codec::put_frame;
use jute_codec::put_frame_apart;
use proptest::prelude::*;

use crate::readable::known_answers;

/// Everything that comes out of `pieces`, pulled after each of them.
fn frames<'a>(
    limits: Limits,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Frame>, Option<FrameError>) {
    let mut framer = Framer::new(limits);
    let mut frames = Vec::new();
    let mut failed = None;
    for piece in pieces {
        framer.push(piece);
        loop {
            match framer.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
    }
    (frames, failed)
}

fn stream_of_known_answers() -> Vec<u8> {
    let answers = known_answers().into_iter();
    answers.flat_map(|answer| answer.frame).collect()
}

#[test]
fn a_payload_of_any_kind_is_that_of_its_frame() {
    let kept = bytes::Bytes::from_static(&[1, 2, 3]);
    for frame in [
        Frame::from(vec![1, 2, 3]),
        Frame::from(&b"\x01\x02\x03"[..]),
        Frame::from(kept),
        BytesMut::from(&[1, 2, 3][..]).into(),
    ] {
        assert_eq!(frame.payload(), [1, 2, 3]);
        assert_eq!(frame.into_bytes(), [1, 2, 3][..]);
    }
}

#[test]
fn any_split_in_two_gives_the_same_frames() {
    let stream = stream_of_known_answers();
    let whole = frames(Limits::default(), [&stream[..]]);
    assert_eq!(whole.0.len(), known_answers().len());
    for at in 0..=stream.len() {
        let (head, tail) = stream.split_at(at);
        assert_eq!(
            frames(Limits::default(), [head, tail]),
            whole,
            "split at {at}"
        );
    }
}

#[test]
fn single_bytes_give_the_same_frames() {
    let stream = stream_of_known_answers();
    let whole = frames(Limits::default(), [&stream[..]]);
    assert_eq!(frames(Limits::default(), stream.chunks(1)), whole);
}

#[test]
fn frames_can_be_taken_late() {
    let stream = stream_of_known_answers();
    let mut framer = Framer::default();
    stream.chunks(3).for_each(|piece| framer.push(piece));
    for answer in known_answers() {
        let frame = framer.next_frame().unwrap().unwrap();
        assert_eq!(frame.payload(), answer.payload());
    }
    assert_eq!(framer.next_frame(), Ok(None));
    assert!(framer.buffered().is_empty());
}

proptest! {
    #[test]
    fn any_split_of_any_stream_gives_the_same_frames_and_error(
        stream in stream(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let limits = Limits::frame(64);
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.push(stream.len());
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut start = 0;
        for cut in cuts {
            pieces.push(&stream[start..cut]);
            start = cut;
        }
        let whole = frames(limits, [&stream[..]]);
        prop_assert_eq!(frames(limits, pieces), whole);
    }
}

/// Frames of 0 to 64 bytes, then perhaps something that is none.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop::collection::vec(any::<u8>(), 0..=64);
    let payloads = prop::collection::vec(payload, 0..6);
    let tail = prop::collection::vec(any::<u8>(), 0..12);
    (payloads, tail).prop_map(|(payloads, tail)| {
        let mut out = BytesMut::new();
        for payload in &payloads {
            put_frame(&mut out, &Raw(payload));
        }
        out.extend_from_slice(&tail);
        out.to_vec()
    })
}

#[test]
fn lengths_up_to_the_limit_are_waited_for_and_others_refused_at_once() {
    #[track_caller]
    fn check(length: i32, expected: Result<Option<Frame>, FrameErrorKind>) {
        let mut framer = Framer::default();
        framer.push(&length.to_be_bytes()[..3]);
        assert_eq!(framer.next_frame(), Ok(None));
        framer.push(&length.to_be_bytes()[3..]);
        let found = framer.next_frame();
        assert_eq!(found.map_err(|error| error.kind), expected);
    }
    let limit = 0xf_ffff;
    check(-1, Err(FrameErrorKind::NegativeLength(-1)));
    check(i32::MIN, Err(FrameErrorKind::NegativeLength(i32::MIN)));
    check(0, Ok(Some(Frame::default())));
    check(1, Ok(None));
    check(0xf_ffff, Ok(None));
    let length = 0x10_0000;
    check(
        0x10_0000,
        Err(FrameErrorKind::LengthOverLimit { length, limit }),
    );
    let length = i32::MAX.cast_unsigned();
    check(
        i32::MAX,
        Err(FrameErrorKind::LengthOverLimit { length, limit }),
    );
    // A four-letter word is a length to a framer.
    let length = u32::from_be_bytes(*b"ruok");
    check(
        length.cast_signed(),
        Err(FrameErrorKind::LengthOverLimit { length, limit }),
    );
}

#[test]
fn longest_frame_comes_out_whole() {
    let payload = vec![7; 0xf_ffff];
    let mut out = BytesMut::new();
    put_frame(&mut out, &Raw(&payload));
    let mut framer = Framer::default();
    framer.push(&out[..out.len() - 1]);
    assert_eq!(framer.next_frame(), Ok(None));
    framer.push(&[7]);
    assert_eq!(framer.next_frame().unwrap().unwrap().payload(), payload);
}

#[test]
fn limit_is_up_to_the_caller() {
    let mut framer = Framer::new(Limits::frame(0));
    framer.push(&[0; 8]);
    assert_eq!(framer.next_frame(), Ok(Some(Frame::default())));
    assert_eq!(framer.next_frame(), Ok(Some(Frame::default())));
    framer.push(&[0, 0, 0, 1]);
    let error = framer.next_frame().unwrap_err();
    let (length, limit) = (1, 0);
    assert_eq!(
        error.kind,
        FrameErrorKind::LengthOverLimit { length, limit }
    );
    assert_eq!(error.offset, 8);
}

#[test]
fn bad_length_is_final() {
    let mut framer = Framer::default();
    framer.push(&[0, 0, 0, 1, 9, 0xff, 0xff, 0xff, 0xff]);
    assert_eq!(framer.next_frame().unwrap().unwrap().payload(), [9]);
    let error = framer.next_frame().unwrap_err();
    assert_eq!(
        (error.kind, error.offset),
        (FrameErrorKind::NegativeLength(-1), 5)
    );
    let buffered = framer.buffered().to_vec();
    for _ in 0..3 {
        framer.push(&[0, 0, 0, 1, 9]);
        assert_eq!(framer.next_frame(), Err(error));
        assert_eq!(framer.buffered(), buffered, "nothing more is kept");
    }
}

#[test]
fn memory_follows_what_came_in_and_not_what_was_promised() {
    let info = allocation_counter::measure(|| {
        let mut framer = Framer::default();
        framer.push(&0xf_ffff_i32.to_be_bytes());
        assert_eq!(framer.next_frame(), Ok(None));
    });
    assert!(
        info.bytes_max <= 64,
        "{} bytes for a header",
        info.bytes_max
    );

    let info = allocation_counter::measure(|| {
        let mut framer = Framer::default();
        framer.push(&0xf_ffff_i32.to_be_bytes());
        for _ in 0..10_000 {
            framer.push(&[0]);
            assert_eq!(framer.next_frame(), Ok(None));
        }
    });
    assert!(
        info.bytes_max <= 3 * 10_004,
        "{} bytes for 10 004",
        info.bytes_max
    );
}

#[test]
fn frames_that_are_let_go_free_their_memory() {
    let mut frame = BytesMut::new();
    put_frame(&mut frame, &Raw(&[7; 996]));
    let info = allocation_counter::measure(|| {
        let mut framer = Framer::default();
        for _ in 0..1000 {
            framer.push(&frame);
            assert!(framer.next_frame().unwrap().is_some());
        }
    });
    assert!(
        info.bytes_max <= 8 * 1000,
        "{} bytes for frames of 1000",
        info.bytes_max
    );
}

#[test]
fn a_frame_around_a_buffer_is_the_frame_with_it() {
    for length in [1, 40, 1000, 100_000] {
        let data = vec![7; length];
        let set = SetDataRequest {
            path: "/a".into(),
            data: Some(&data),
            version: -1,
        };
        let mut whole = BytesMut::new();
        put_frame(&mut whole, &set);

        let mut out = BytesMut::from(&b"before"[..]);
        let at = put_frame_apart(&mut out, &set, &data).expect("the record has it");
        assert_eq!([&out[6..at], &data, &out[at..]].concat(), whole);

        for foreign in [&[][..], &data.clone(), &data[1..]] {
            let mut out = BytesMut::new();
            assert_eq!(put_frame_apart(&mut out, &set, foreign), None);
            assert_eq!(out, whole);
        }
    }
}

#[test]
fn numbers_around_a_buffer_are_those_of_the_frame_with_it() {
    let passwd = [7; 16];
    let request = ConnectRequest {
        last_zxid_seen: 1,
        time_out: 2,
        session_id: 3,
        passwd: Some(&passwd),
        ..ConnectRequest::default()
    };
    let mut whole = BytesMut::new();
    put_frame(&mut whole, &request);
    let mut out = BytesMut::new();
    let at = put_frame_apart(&mut out, &request, &passwd).expect("the record has it");
    assert_eq!([&out[..at], &passwd, &out[at..]].concat(), whole);
}

#[test]
fn a_frame_takes_no_more_memory_than_it_is_long() {
    let data = vec![7; 100_000];
    let set = SetDataRequest {
        path: "/a".into(),
        data: Some(&data),
        version: -1,
    };
    let whole = allocation_counter::measure(|| put_frame(&mut BytesMut::new(), &set));
    assert!(whole.bytes_max <= 100_100, "{} bytes", whole.bytes_max);
    let apart = allocation_counter::measure(|| {
        put_frame_apart(&mut BytesMut::new(), &set, &data).expect("the record has it");
    });
    assert!(apart.bytes_max <= 100, "{} bytes", apart.bytes_max);
}
