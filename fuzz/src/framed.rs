//! Frames around payloads.

use bytes::Bytes;
use bytes::BytesMut;
use jute_codec::Encode;
use jute_codec::put_frame;

/// A payload behind its length.
pub(crate) fn framed(payload: &impl Encode) -> Bytes {
    let mut out = BytesMut::new();
    put_frame(&mut out, payload);
    out.freeze()
}
