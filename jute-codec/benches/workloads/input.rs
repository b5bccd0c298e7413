//! The bytes that all implementations work on, written without the codec under test.

use bytes::BufMut;

/// What a session's connect pair says, as the owner of the session has it.
pub struct Session {
    pub timeout: i32,
    pub id: i64,
    pub password: [u8; 16],
    pub read_only: bool,
}

/// The session of W1, W2 and W3.
pub const SESSION: Session = Session {
    timeout: 30_000,
    id: 0x0100_5f3e_9a72_0001,
    password: *b"\x8f\x02sixteen bytes\xff",
    read_only: false,
};

/// W1: the payload of a `ConnectRequest`, 45 bytes.
pub fn connect_request() -> &'static [u8] {
    let mut out = Vec::new();
    out.put_i32(0);
    out.put_i64(0x1_0000_0042);
    out.put_i32(SESSION.timeout);
    out.put_i64(SESSION.id);
    out.put_i32(16);
    out.put_slice(&SESSION.password);
    out.put_u8(u8::from(SESSION.read_only));
    out.leak()
}

/// W2: the payload of a `ConnectResponse`, 37 bytes.
pub fn connect_response() -> &'static [u8] {
    let mut out = Vec::new();
    out.put_i32(0);
    out.put_i32(SESSION.timeout);
    out.put_i64(SESSION.id);
    out.put_i32(16);
    out.put_slice(&SESSION.password);
    out.put_u8(u8::from(SESSION.read_only));
    out.leak()
}

/// What a frame of W4 is the answer to, in the low bits of its xid: it stands in for a client's
/// table of pending requests, which is no part of a codec.
pub mod kind {
    pub const GET_DATA: i32 = 0;
    pub const EXISTS: i32 = 1;
    pub const ERROR: i32 = 2;
    pub const CREATE: i32 = 3;
    pub const PING: i32 = 4;
    pub const WATCH: i32 = 5;

    pub const fn of(xid: i32) -> i32 {
        xid & 7
    }
}

/// Frames in a stream of W4.
pub const FRAMES: i32 = 10_000;

/// W4: what a client reads in a busy hour, 6.9 MB in 10,000 frames.
///
/// 60 % carry data of 1 KiB and a `Stat`, 15 % a `Stat` alone, 5 % an error, 5 % a path, 5 % a watch
/// event, and 10 % answer a ping.
pub fn stream() -> &'static [u8] {
    let mut out = Vec::with_capacity(7 << 20);
    let mut frame = Vec::new();
    for n in 0..FRAMES {
        // 7919 is prime to 20: the kinds are mixed, and each comes exactly as often as it should.
        let kind = match n * 7919 % 20 {
            0..12 => kind::GET_DATA,
            12..15 => kind::EXISTS,
            15 => kind::ERROR,
            16 => kind::CREATE,
            17 => kind::WATCH,
            _ => kind::PING,
        };
        frame.clear();
        frame.put_i32(n << 3 | kind);
        frame.put_i64(0x2_0000_0000 + i64::from(n));
        frame.put_i32(if kind == kind::ERROR { -101 } else { 0 });
        match kind {
            kind::GET_DATA => {
                put_bytes(&mut frame, &[n.to_be_bytes()[3]; 1024]);
                put_stat(&mut frame, n);
            }
            kind::EXISTS => put_stat(&mut frame, n),
            kind::CREATE => put_bytes(&mut frame, path(n).as_bytes()),
            kind::WATCH => {
                frame.put_i32(3);
                frame.put_i32(3);
                put_bytes(&mut frame, path(n).as_bytes());
            }
            _ => {}
        }
        put_bytes(&mut out, &frame);
    }
    out.leak()
}

/// Names in the list of W5.
pub const NAMES: i32 = 10_000;

/// W5: the payload of a `GetChildren2Response` of 10,000 names of 15 bytes, 190 KB.
pub fn children() -> &'static [u8] {
    children_of(|n| format!("member-{n:08}").into_bytes())
}

/// W5, names of which every tenth has 150 bytes, a length that is not ASCII.
pub fn long_children() -> &'static [u8] {
    children_of(|n| match n % 10 {
        9 => format!("member-{n:0143}").into_bytes(),
        _ => format!("member-{n:08}").into_bytes(),
    })
}

/// W5, names of which every tenth is not UTF-8, as a Java peer writes an emoji.
pub fn strange_children() -> &'static [u8] {
    children_of(|n| match n % 10 {
        9 => b"id-\xed\xa0\xbd\xed\xb8\x80-00000".to_vec(),
        _ => format!("member-{n:08}").into_bytes(),
    })
}

fn children_of(name: impl Fn(i32) -> Vec<u8>) -> &'static [u8] {
    let mut out = Vec::new();
    out.put_i32(NAMES);
    for n in 0..NAMES {
        put_bytes(&mut out, &name(n));
    }
    put_stat(&mut out, NAMES);
    out.leak()
}

/// What the 100 operations of W6 are: 40 creates, 30 writes, 20 deletions, 10 checks, mixed.
fn operations() -> impl Iterator<Item = (i32, i32)> {
    (0..100).map(|n| {
        let op = match n * 7 % 10 {
            0..4 => 1,
            4..7 => 5,
            7..9 => 2,
            _ => 13,
        };
        (n, op)
    })
}

/// W6: the body of a multi of 100 operations, 10 KB.
pub fn multi_request() -> &'static [u8] {
    let mut out = Vec::new();
    for (n, op) in operations() {
        put_multi_header(&mut out, op, false, -1);
        put_bytes(&mut out, path(n).as_bytes());
        match op {
            1 => {
                put_bytes(&mut out, &[7; 64]);
                put_open_acl(&mut out);
                out.put_i32(0);
            }
            5 => {
                put_bytes(&mut out, &[7; 64]);
                out.put_i32(n);
            }
            _ => out.put_i32(n),
        }
    }
    put_multi_header(&mut out, -1, true, -1);
    out.leak()
}

/// W6: the body of its answer, 4 KB.
pub fn multi_response() -> &'static [u8] {
    let mut out = Vec::new();
    for (n, op) in operations() {
        put_multi_header(&mut out, op, false, 0);
        match op {
            1 => put_bytes(&mut out, path(n).as_bytes()),
            5 => put_stat(&mut out, n),
            _ => {}
        }
    }
    put_multi_header(&mut out, -1, true, -1);
    out.leak()
}

/// W7: what a create says, 1 KiB of it data.
pub struct Creation {
    pub xid: i32,
    pub path: &'static str,
    pub data: &'static [u8],
}

/// W7: the creation to send, a frame of 1102 bytes.
pub const CREATION: Creation = Creation {
    xid: 7,
    path: "/services/search/member-001",
    data: &[7; 1024],
};

fn path(n: i32) -> String {
    format!("/services/search/id-{n:06}")
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.put_i32(i32::try_from(bytes.len()).expect("inputs are short"));
    out.put_slice(bytes);
}

fn put_stat(out: &mut Vec<u8>, n: i32) {
    let n_long = i64::from(n);
    out.put_i64(0x1_0000_0000 + n_long);
    out.put_i64(0x2_0000_0000 + n_long);
    out.put_i64(1_700_000_000_000 + n_long);
    out.put_i64(1_700_000_100_000 + n_long);
    out.put_i32(n);
    out.put_i32(1);
    out.put_i32(0);
    out.put_i64(SESSION.id);
    out.put_i32(1024);
    out.put_i32(0);
    out.put_i64(0x1_0000_0000 + n_long);
}

fn put_open_acl(out: &mut Vec<u8>) {
    out.put_i32(1);
    out.put_i32(31);
    put_bytes(out, b"world");
    put_bytes(out, b"anyone");
}

fn put_multi_header(out: &mut Vec<u8>, op: i32, done: bool, err: i32) {
    out.put_i32(op);
    out.put_u8(u8::from(done));
    out.put_i32(err);
}
