//! The limits: what one would write by hand, in safe Rust, for one piece of work alone.
//!
//! Results borrow, every length is checked, nulls and the missing `readOnly` are told apart, text
//! is checked to be UTF-8. A run of fields of fixed length is checked once.

use std::hint::black_box;

use bytes::BytesMut;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Stat;

use crate::digest::Digest;
use crate::input::Creation;
use crate::input::Session;
use crate::input::kind;

pub fn connect_request(payload: &[u8]) -> Option<ConnectRequest<'_>> {
    let (head, rest) = payload.split_first_chunk::<28>()?;
    let (passwd, rest) = bytes(int(head, 24), rest)?;
    Some(ConnectRequest {
        protocol_version: int(head, 0),
        last_zxid_seen: long(head, 4),
        time_out: int(head, 12),
        session_id: long(head, 16),
        passwd,
        read_only: read_only(rest)?,
    })
}

pub fn connect_response(payload: &[u8]) -> Option<ConnectResponse<'_>> {
    let (head, rest) = payload.split_first_chunk::<20>()?;
    let (passwd, rest) = bytes(int(head, 16), rest)?;
    Some(ConnectResponse {
        protocol_version: int(head, 0),
        time_out: int(head, 4),
        session_id: long(head, 8),
        passwd,
        read_only: read_only(rest)?,
    })
}

pub fn put_connect_request(session: &Session, out: &mut BytesMut) {
    let mut frame = [0; 49];
    put(&mut frame, 0, 45_i32.to_be_bytes());
    put(&mut frame, 8, 0x1_0000_0042_i64.to_be_bytes());
    put(&mut frame, 16, session.timeout.to_be_bytes());
    put(&mut frame, 20, session.id.to_be_bytes());
    put(&mut frame, 28, 16_i32.to_be_bytes());
    put(&mut frame, 32, session.password);
    put(&mut frame, 48, [u8::from(session.read_only)]);
    out.extend_from_slice(&frame);
}

pub fn put_connect_response(session: &Session, out: &mut BytesMut) {
    let mut frame = [0; 41];
    put(&mut frame, 0, 37_i32.to_be_bytes());
    put(&mut frame, 8, session.timeout.to_be_bytes());
    put(&mut frame, 12, session.id.to_be_bytes());
    put(&mut frame, 20, 16_i32.to_be_bytes());
    put(&mut frame, 24, session.password);
    put(&mut frame, 40, [u8::from(session.read_only)]);
    out.extend_from_slice(&frame);
}

pub fn stream(mut rest: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    while let Some((prefix, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(int(prefix, 0)).ok()?;
        let (frame, after) = after.split_at_checked(length)?;
        rest = after;
        let (head, body) = frame.split_first_chunk::<16>()?;
        let xid = int(head, 0);
        digest.int(xid);
        digest.long(long(head, 4));
        digest.int(int(head, 12));
        let body = match kind::of(xid) {
            kind::GET_DATA => {
                let (data, body) = buffer(body)?;
                digest.bytes(data);
                stat(body, &mut digest)?
            }
            kind::EXISTS => stat(body, &mut digest)?,
            kind::CREATE => {
                let (path, body) = text(body)?;
                digest.bytes(path.map(str::as_bytes));
                body
            }
            kind::WATCH => {
                let (head, body) = body.split_first_chunk::<12>()?;
                digest.int(int(head, 0));
                digest.int(int(head, 4));
                let (path, body) = bytes(int(head, 8), body)?;
                digest.bytes(utf8(path)?.map(str::as_bytes));
                body
            }
            _ => body,
        };
        if !body.is_empty() {
            return None;
        }
    }
    rest.is_empty().then_some(digest)
}

pub fn stream_headers(mut rest: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    while let Some((prefix, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(int(prefix, 0)).ok()?;
        let (frame, after) = after.split_at_checked(length)?;
        rest = after;
        let (head, _) = frame.split_first_chunk::<16>()?;
        digest.int(int(head, 0));
        digest.long(long(head, 4));
        digest.int(int(head, 12));
    }
    rest.is_empty().then_some(digest)
}

/// One check of the text for all names, which takes knowing where the last one ends.
pub fn children(payload: &[u8]) -> Option<Vec<&str>> {
    let (names, _) = payload.split_last_chunk::<68>()?;
    let (head, names) = names.split_first_chunk::<4>()?;
    let names = str::from_utf8(names).ok()?;
    let count = usize::try_from(int(head, 0)).ok()?;
    if count > names.len() / 4 {
        return None;
    }
    let mut list = Vec::with_capacity(count);
    let mut at = 0;
    for _ in 0..count {
        let start = at + 4;
        let prefix = names.as_bytes().get(at..start)?.first_chunk::<4>()?;
        at = start.checked_add(usize::try_from(int(prefix, 0)).ok()?)?;
        list.push(names.get(start..at)?);
    }
    (at == names.len()).then_some(list)
}

/// Each name by itself.
pub fn long_children(payload: &[u8]) -> Option<Vec<&str>> {
    let names = each_child(payload)?;
    names
        .into_iter()
        .map(|name| str::from_utf8(name).ok())
        .collect()
}

/// Names of which nothing is asked but that they end.
pub fn any_children(payload: &[u8]) -> Option<Vec<&[u8]>> {
    each_child(payload)
}

fn each_child(payload: &[u8]) -> Option<Vec<&[u8]>> {
    let (names, _) = payload.split_last_chunk::<68>()?;
    let (head, mut rest) = names.split_first_chunk::<4>()?;
    let count = usize::try_from(int(head, 0)).ok()?;
    if count > rest.len() / 4 {
        return None;
    }
    let mut list = Vec::with_capacity(count);
    for _ in 0..count {
        let (name, after) = buffer(rest)?;
        list.push(name?);
        rest = after;
    }
    rest.is_empty().then_some(list)
}

pub fn multi_request(mut rest: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    loop {
        let (head, body) = rest.split_first_chunk::<9>()?;
        let op = multi_header(head, &mut digest)?;
        let Some(op) = op else {
            return body.is_empty().then_some(digest);
        };
        let (path, body) = text(body)?;
        digest.bytes(path.map(str::as_bytes));
        let body = match op {
            1 => {
                let (data, body) = buffer(body)?;
                digest.bytes(data);
                let (count, mut body) = body.split_first_chunk::<4>()?;
                for _ in 0..usize::try_from(int(count, 0)).ok()? {
                    let (head, after) = body.split_first_chunk::<8>()?;
                    digest.int(int(head, 0));
                    let (scheme, after) = bytes(int(head, 4), after)?;
                    digest.bytes(utf8(scheme)?.map(str::as_bytes));
                    let (id, after) = text(after)?;
                    digest.bytes(id.map(str::as_bytes));
                    body = after;
                }
                body
            }
            5 => {
                let (data, body) = buffer(body)?;
                digest.bytes(data);
                body
            }
            2 | 13 => body,
            _ => return None,
        };
        let (tail, body) = body.split_first_chunk::<4>()?;
        digest.int(int(tail, 0));
        rest = body;
    }
}

pub fn multi_response(mut rest: &[u8]) -> Option<Digest> {
    let mut digest = Digest::default();
    loop {
        let (head, body) = rest.split_first_chunk::<9>()?;
        let op = multi_header(head, &mut digest)?;
        rest = match op {
            Some(1) => {
                let (path, body) = text(body)?;
                digest.bytes(path.map(str::as_bytes));
                body
            }
            Some(5) => stat(body, &mut digest)?,
            Some(2 | 13) => body,
            Some(_) => return None,
            None => return body.is_empty().then_some(digest),
        };
    }
}

pub fn put_create(creation: &Creation, out: &mut BytesMut) {
    let (path, data) = (creation.path, creation.data);
    let length = 8 + 4 + path.len() + 4 + data.len() + 4 + 23 + 4;
    out.reserve(4 + length);
    put_head(creation, length, out);
    out.extend_from_slice(data);
    put_tail(out);
}

#[inline(always)]
fn put_head(creation: &Creation, length: usize, out: &mut BytesMut) {
    let (path, data) = (creation.path, creation.data);
    let mut head = [0; 16];
    put(&mut head, 0, (length as i32).to_be_bytes());
    put(&mut head, 4, creation.xid.to_be_bytes());
    put(&mut head, 8, 1_i32.to_be_bytes());
    put(&mut head, 12, (path.len() as i32).to_be_bytes());
    out.extend_from_slice(&head);
    out.extend_from_slice(path.as_bytes());
    out.extend_from_slice(&(data.len() as i32).to_be_bytes());
}

#[inline(always)]
fn put_tail(out: &mut BytesMut) {
    let mut tail = [0; 31];
    put(&mut tail, 0, 1_i32.to_be_bytes());
    put(&mut tail, 4, 31_i32.to_be_bytes());
    put(&mut tail, 8, 5_i32.to_be_bytes());
    put(&mut tail, 12, *b"world");
    put(&mut tail, 17, 6_i32.to_be_bytes());
    put(&mut tail, 21, *b"anyone");
    put(&mut tail, 27, 0_i32.to_be_bytes());
    out.extend_from_slice(&tail);
}

/// What comes before the data and behind it, and not the data.
pub fn put_create_apart(creation: &Creation, out: &mut BytesMut) {
    let (path, data) = (creation.path, creation.data);
    let length = 8 + 4 + path.len() + 4 + data.len() + 4 + 23 + 4;
    out.reserve(16 + path.len() + 4 + 31);
    put_head(creation, length, out);
    black_box(out.len());
    put_tail(out);
}

/// `None` within means that this is the end.
fn multi_header(head: &[u8; 9], digest: &mut Digest) -> Option<Option<i32>> {
    let [_, _, _, _, done @ (0 | 1), _, _, _, _] = *head else {
        return None;
    };
    digest.int(int(head, 0));
    digest.int(i32::from_be_bytes([head[5], head[6], head[7], head[8]]));
    Some((done == 0).then_some(int(head, 0)))
}

fn stat<'a>(bytes: &'a [u8], digest: &mut Digest) -> Option<&'a [u8]> {
    let (stat, rest) = bytes.split_first_chunk::<68>()?;
    digest.stat(&Stat {
        czxid: long(stat, 0),
        mzxid: long(stat, 8),
        ctime: long(stat, 16),
        mtime: long(stat, 24),
        version: int(stat, 32),
        cversion: int(stat, 36),
        aversion: int(stat, 40),
        ephemeral_owner: long(stat, 44),
        data_length: int(stat, 52),
        num_children: int(stat, 56),
        pzxid: long(stat, 60),
    });
    Some(rest)
}

fn buffer(rest: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    let (length, rest) = rest.split_first_chunk::<4>()?;
    bytes(int(length, 0), rest)
}

fn text(rest: &[u8]) -> Option<(Option<&str>, &[u8])> {
    let (bytes, rest) = buffer(rest)?;
    Some((utf8(bytes)?, rest))
}

fn utf8(bytes: Option<&[u8]>) -> Option<Option<&str>> {
    bytes.map(str::from_utf8).transpose().ok()
}

fn read_only(rest: &[u8]) -> Option<Option<bool>> {
    match rest {
        [] => Some(None),
        [0] => Some(Some(false)),
        [1] => Some(Some(true)),
        _ => None,
    }
}

fn bytes(length: i32, rest: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    match usize::try_from(length) {
        Ok(length) => {
            let (bytes, rest) = rest.split_at_checked(length)?;
            Some((Some(bytes), rest))
        }
        Err(_) if length == -1 => Some((None, rest)),
        Err(_) => None,
    }
}

fn int<const N: usize>(bytes: &[u8; N], at: usize) -> i32 {
    i32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn long<const N: usize>(bytes: &[u8; N], at: usize) -> i64 {
    i64::from_be_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

fn put<const N: usize, const M: usize>(frame: &mut [u8; N], at: usize, bytes: [u8; M]) {
    frame[at..at + M].copy_from_slice(&bytes);
}
