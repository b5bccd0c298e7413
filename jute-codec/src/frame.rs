//! Packet framing: an int length and that many bytes.

use bytes::Buf;
use bytes::Bytes;
use bytes::BytesMut;

use crate::Decode;
use crate::DecodeError;
use crate::Encode;
use crate::FrameError;
use crate::Reader;
use crate::Sink;
use crate::codec::length;
use crate::error::FrameErrorKind;
use crate::sink::Apart;

/// The payload of one packet, owned.
///
/// Records borrow from it; [`share`](Self::share) turns what they borrowed into something owned
/// without copying. Cloning counts a reference.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Frame(Bytes);

impl Frame {
    /// The bytes after the length.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.0
    }

    /// Reads the payload strictly, as one value and nothing else.
    ///
    /// # Errors
    /// As [`Decode::from_payload`].
    pub fn decode<'a, T: Decode<'a>>(&'a self) -> Result<T, DecodeError> {
        T::from_payload(&self.0)
    }

    /// A strict reader at the start of the payload.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(&self.0)
    }

    /// An owner of `part`, sharing the frame's memory if `part` was borrowed from it, which is
    /// the point; a copy if not.
    ///
    /// What is shared keeps all the memory alive that the frame came in, its neighbours in the
    /// stream included. Copy what is small and kept for long.
    ///
    /// ```
    /// use jute_codec::{ConnectResponse, Frame};
    ///
    /// let frame = Frame::from(vec![0; 21]);
    /// let response: ConnectResponse<'_> = frame.decode()?;
    /// let passwd = response.passwd.map(|passwd| frame.share(passwd));
    /// assert_eq!(passwd.as_deref(), Some(&[][..]));
    /// # Ok::<(), jute_codec::DecodeError>(())
    /// ```
    #[must_use]
    pub fn share(&self, part: &[u8]) -> Bytes {
        let frame = self.0.as_ptr_range();
        let range = part.as_ptr_range();
        if part.is_empty() || range.start < frame.start || range.end > frame.end {
            return Bytes::copy_from_slice(part);
        }
        self.0.slice_ref(part)
    }

    /// The payload as `Bytes`.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl<T: Into<Bytes>> From<T> for Frame {
    fn from(payload: T) -> Self {
        Self(payload.into())
    }
}

/// What a peer may demand of memory.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest payload of a frame, in bytes: Apache's `jute.maxbuffer`.
    pub frame: u32,
}

impl Limits {
    /// Payloads up to and including `frame` bytes.
    #[must_use]
    pub const fn frame(frame: u32) -> Self {
        Self { frame }
    }
}

impl Default for Limits {
    /// `jute.maxbuffer` as Apache ships it: 0xfffff, 1 048 575 bytes.
    fn default() -> Self {
        Self { frame: 0xf_ffff }
    }
}

/// Cuts a stream of bytes into frames.
///
/// However the stream is split, the same frames come out at the same place. Memory follows the
/// bytes that came in, never a length that was only promised. A bad length is final.
///
/// ```
/// use jute_codec::Framer;
///
/// let mut framer = Framer::default();
/// framer.push(&[0, 0, 0, 2, 7]);
/// assert_eq!(framer.next_frame()?, None); // not yet
/// framer.push(&[9]);
/// assert_eq!(framer.next_frame()?.unwrap().payload(), [7, 9]);
/// # Ok::<(), jute_codec::FrameError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Framer {
    buffered: BytesMut,
    taken: u64,
    limits: Limits,
    failed: Option<FrameError>,
}

impl Framer {
    /// An empty framer with these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Takes in bytes as the stream had them. Once [`next_frame`](Self::next_frame) has failed they
    /// can belong to no frame, and are dropped.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.buffered.extend_from_slice(bytes);
        }
    }

    /// The next whole frame; `None` if its end has not come in yet.
    ///
    /// # Errors
    /// On a length below zero or over [`Limits::frame`], as soon as its four bytes are there, and
    /// then every time.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        let Some(prefix) = self.buffered.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = match self.check(i32::from_be_bytes(*prefix)) {
            Ok(length) => length,
            Err(error) => {
                self.failed = Some(error);
                return Err(error);
            }
        };
        if self.buffered.len() - 4 < length {
            return Ok(None);
        }
        self.buffered.advance(4);
        let payload = self.buffered.split_to(length).freeze();
        self.taken += 4 + length as u64;
        Ok(Some(Frame(payload)))
    }

    /// Bytes that came in and are not part of a frame taken.
    #[must_use]
    pub fn buffered(&self) -> &[u8] {
        &self.buffered
    }

    fn check(&self, length: i32) -> Result<usize, FrameError> {
        let limit = self.limits.frame;
        let kind = match u32::try_from(length) {
            Ok(length) if length <= limit => return Ok(length as usize),
            Ok(length) => FrameErrorKind::LengthOverLimit { length, limit },
            Err(_) => FrameErrorKind::NegativeLength(length),
        };
        Err(FrameError {
            kind,
            offset: self.taken,
        })
    }
}

/// Appends one frame to `out`: the length of `payload`, then `payload`.
///
/// A packet of a header and a body is a pair of them.
///
/// ```
/// use jute_codec::{put_frame, OpCode, RequestHeader, Xid};
///
/// let mut out = bytes::BytesMut::new();
/// put_frame(&mut out, &RequestHeader { xid: Xid::PING.0, op: OpCode::PING });
/// assert_eq!(out[..], [0, 0, 0, 8, 255, 255, 255, 254, 0, 0, 0, 11]);
/// ```
#[inline]
pub fn put_frame(out: &mut BytesMut, payload: &impl Encode) {
    let count = payload.encoded_len();
    if count > SHORT_FRAME - 4 {
        out.reserve(4 + count);
        out.put_int(i32::try_from(count).unwrap_or(i32::MAX));
        payload.encode(out);
        return;
    }
    let mut short = [0; SHORT_FRAME];
    if let Some(frame) = short.get_mut(..4 + count) {
        let mut unwritten = &mut *frame;
        unwritten.put_int(length(count));
        payload.encode(&mut unwritten);
        out.extend_from_slice(frame);
    }
}

/// Appends one frame to `out`, but for the bytes of `apart`, and says where in `out` they belong:
/// so a large buffer can be sent as it is, uncopied, by a vectored write.
///
/// `apart` has to be the very slice that is in the payload. `None` if it is not, or empty; then the
/// frame is whole.
///
/// ```
/// use bytes::{Buf, Bytes, BytesMut};
/// use jute_codec::{put_frame_apart, OpCode, RequestHeader, SetDataRequest};
///
/// let data = Bytes::from(vec![7; 100_000]);
/// let header = RequestHeader { xid: 7, op: OpCode::SET_DATA };
/// let set = SetDataRequest { path: "/a".into(), data: Some(&data), version: -1 };
///
/// let mut out = BytesMut::new();
/// let at = put_frame_apart(&mut out, &(header, set), &data).expect("it is in the record");
/// let tail = out.split_off(at).freeze();
/// let packet = out.freeze().chain(data).chain(tail);
/// assert_eq!(packet.remaining(), 4 + 8 + (4 + 2) + (4 + 100_000) + 4);
/// ```
#[inline]
pub fn put_frame_apart(out: &mut BytesMut, payload: &impl Encode, apart: &[u8]) -> Option<usize> {
    let count = payload.encoded_len();
    out.reserve((4 + count).saturating_sub(apart.len()));
    let at = None;
    let mut sink = Apart { out, apart, at };
    sink.put_int(i32::try_from(count).unwrap_or(i32::MAX));
    payload.encode(&mut sink);
    sink.at
}

/// Frames up to this length are written on the stack and appended at once: a check of the buffer's
/// room for each field costs more than the whole frame (W3: 90 instructions to 26).
const SHORT_FRAME: usize = 64;
