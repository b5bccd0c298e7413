//! The framer, against a framer too plain to be wrong.

use jute_codec::FrameError;
use jute_codec::FrameErrorKind;
use jute_codec::Framer;
use jute_codec::Limits;

/// Any split of a stream gives the frames, and the error, that a plain loop over the whole stream
/// gives, and takes memory for what came in and not for what was promised.
///
/// Version 1: a byte for the limit, one for the pieces; the rest is the stream.
pub fn frame(data: &[u8]) {
    let [1, limit, split, stream @ ..] = data else {
        return;
    };
    let limits = match limit {
        0 => Limits::default(),
        limit => Limits::frame(u32::from(*limit)),
    };
    let expected = plainly(limits, stream);
    let at = usize::from(*split) % (stream.len() + 1);
    let (head, tail) = stream.split_at(at);
    check(limits, [stream], &expected);
    check(limits, [head, tail], &expected);
    check(limits, stream.chunks(1), &expected);
    check(limits, stream.chunks(usize::from(*split) + 2), &expected);
}

/// The same input, if it has a meaning.
pub(crate) fn plain(data: &[u8]) -> Option<Vec<u8>> {
    matches!(data, [1, _, _, ..]).then(|| data.to_vec())
}

/// Frames, the error that ended them, and the bytes that belong to no frame.
struct Outcome<'a> {
    frames: Vec<&'a [u8]>,
    error: Option<(FrameErrorKind, usize)>,
    left: &'a [u8],
}

fn plainly(limits: Limits, stream: &[u8]) -> Outcome<'_> {
    let mut frames = Vec::new();
    let mut left = stream;
    let error = loop {
        let [a, b, c, d, rest @ ..] = left else {
            break None;
        };
        let length = i32::from_be_bytes([*a, *b, *c, *d]);
        let offset = stream.len() - left.len();
        let Ok(length) = u32::try_from(length) else {
            break Some((FrameErrorKind::NegativeLength(length), offset));
        };
        let limit = limits.frame;
        if length > limit {
            break Some((FrameErrorKind::LengthOverLimit { length, limit }, offset));
        }
        let Some((frame, rest)) = rest.split_at_checked(length as usize) else {
            break None;
        };
        frames.push(frame);
        left = rest;
    };
    Outcome {
        frames,
        error,
        left,
    }
}

fn check<'a>(limits: Limits, pieces: impl IntoIterator<Item = &'a [u8]>, expected: &Outcome<'_>) {
    let mut framer = Framer::new(limits);
    let mut frames = expected.frames.iter();
    let mut error: Option<FrameError> = None;
    let mut came_in = 0;
    let memory = allocation_counter::measure(|| {
        for piece in pieces {
            came_in += piece.len();
            framer.push(piece);
            loop {
                match framer.next_frame() {
                    Ok(None) => break,
                    Ok(Some(frame)) => {
                        assert_eq!(error, None, "a frame after a bad length");
                        assert_eq!(Some(&frame.payload()), frames.next());
                    }
                    Err(found) => {
                        assert_eq!(error.unwrap_or(found), found, "an error is final");
                        error = Some(found);
                        break;
                    }
                }
            }
        }
    });
    // A buffer doubles as it grows, and for a moment the one before is there too.
    let bound = 3 * came_in + 256;
    assert!(memory.bytes_max <= bound as u64, "{memory:?} for {came_in}");
    assert_eq!(frames.next(), None, "a frame is missing");
    let found = error.map(|error| (error.kind, error.offset));
    let expected_error = expected.error.map(|(kind, offset)| (kind, offset as u64));
    assert_eq!(found, expected_error);
    match error {
        None => assert_eq!(framer.buffered(), expected.left),
        Some(error) => {
            assert!(expected.left.starts_with(framer.buffered()));
            assert!(!error.to_string().is_empty());
        }
    }
}
