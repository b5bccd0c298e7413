//! The workloads, who does them, and what they are to cost.

use bytes::BytesMut;

use crate::input;
use crate::input::CREATION;
use crate::input::SESSION;
use crate::limit;
use crate::measure::Subject;
use crate::measure::decoder;
use crate::measure::encoder;
use crate::ours;

/// A piece of work.
pub struct Work {
    pub name: &'static str,
    pub what: &'static str,
    /// What costs are given for: so many of them are in one round.
    pub items: i32,
    /// Rounds that make a count of instructions exact.
    pub rounds: u64,
    /// The most instructions an item may cost.
    pub goal: f64,
    /// How many times fewer instructions than the C client's; 0 where it cannot do the work.
    pub fewer_than_c: f64,
    /// Others, and how many times fewer instructions than theirs.
    pub fewer_than: &'static [(&'static str, f64)],
    /// Implementations in this program: the first is ours, the second the limit.
    pub rows: &'static [Row],
    /// What the C client reads.
    pub input: fn() -> &'static [u8],
    /// Instructions an item of implementations that cannot be called from here.
    pub published: &'static [(&'static str, f64)],
}

/// An implementation in this program.
pub struct Row {
    pub name: &'static str,
    /// Whether it comes to the same result as ours.
    pub agrees: bool,
    pub subject: fn() -> Box<dyn Subject>,
}

const fn row(name: &'static str, subject: fn() -> Box<dyn Subject>) -> Row {
    let agrees = true;
    Row {
        name,
        agrees,
        subject,
    }
}

const fn memcpy(subject: fn() -> Box<dyn Subject>) -> Row {
    Row {
        name: "memcpy of the same bytes",
        agrees: false,
        subject,
    }
}

fn copier(input: &'static [u8]) -> Box<dyn Subject> {
    encoder(input, |input: &&[u8], out: &mut BytesMut| {
        out.extend_from_slice(input);
    })
}

pub const CLIENT: &str = "zookeeper-client 0.11.2";
pub const TOKIO: &str = "tokio-zookeeper 0.4.0";

/// All of it.
pub const WORKS: &[Work] = &[
    Work {
        name: "W1",
        what: "decode a ConnectRequest of 45 bytes",
        items: 1,
        rounds: 1000,
        goal: 55.0,
        fewer_than_c: 13.0,
        fewer_than: &[],
        rows: &[
            row("jute-codec", || {
                decoder(input::connect_request(), ours::connect_request)
            }),
            row("limit", || {
                decoder(input::connect_request(), limit::connect_request)
            }),
            memcpy(|| copier(input::connect_request())),
        ],
        input: input::connect_request,
        published: &[],
    },
    Work {
        name: "W2",
        what: "decode a ConnectResponse of 37 bytes",
        items: 1,
        rounds: 1000,
        goal: 50.0,
        fewer_than_c: 13.0,
        fewer_than: &[(CLIENT, 1.5)],
        rows: &[
            row("jute-codec", || {
                decoder(input::connect_response(), ours::connect_response)
            }),
            row("limit", || {
                decoder(input::connect_response(), limit::connect_response)
            }),
            memcpy(|| copier(input::connect_response())),
        ],
        input: input::connect_response,
        published: &[(CLIENT, 75.0), (TOKIO, 439.0)],
    },
    Work {
        name: "W3 request",
        what: "append a ConnectRequest's frame of 49 bytes",
        items: 1,
        rounds: 1000,
        goal: 45.0,
        fewer_than_c: 17.0,
        fewer_than: &[(TOKIO, 3.0)],
        rows: &[
            row("jute-codec", || encoder(SESSION, ours::put_connect_request)),
            row("limit", || encoder(SESSION, limit::put_connect_request)),
            memcpy(|| copier(input::connect_request())),
        ],
        input: input::connect_request,
        published: &[(CLIENT, 343.0), (TOKIO, 137.0)],
    },
    Work {
        name: "W3 response",
        what: "append a ConnectResponse's frame of 41 bytes",
        items: 1,
        rounds: 1000,
        goal: 42.0,
        fewer_than_c: 17.0,
        fewer_than: &[],
        rows: &[
            row("jute-codec", || {
                encoder(SESSION, ours::put_connect_response)
            }),
            row("limit", || encoder(SESSION, limit::put_connect_response)),
            memcpy(|| copier(input::connect_response())),
        ],
        input: input::connect_response,
        published: &[],
    },
    Work {
        name: "W4",
        what: "decode a stream of 10,000 replies, a frame",
        items: input::FRAMES,
        rounds: 1,
        goal: 127.0,
        fewer_than_c: 8.5,
        fewer_than: &[(CLIENT, 1.0)],
        rows: &[
            row("jute-codec", || decoder(input::stream(), ours::stream)),
            row("limit", || decoder(input::stream(), limit::stream)),
            memcpy(|| copier(input::stream())),
        ],
        input: input::stream,
        published: &[(CLIENT, 129.3), (TOKIO, 617.3)],
    },
    Work {
        name: "W4 headers",
        what: "read the headers of the same stream, a frame",
        items: input::FRAMES,
        rounds: 1,
        goal: 35.0,
        fewer_than_c: 0.0,
        fewer_than: &[],
        rows: &[
            row("jute-codec", || {
                decoder(input::stream(), ours::stream_headers)
            }),
            row("limit", || decoder(input::stream(), limit::stream_headers)),
        ],
        input: input::stream,
        published: &[],
    },
    Work {
        name: "W5",
        what: "decode a list of 10,000 names into a Vec<&str>, a name",
        items: input::NAMES,
        rounds: 1,
        goal: 55.0,
        fewer_than_c: 7.5,
        fewer_than: &[(CLIENT, 9.0), (TOKIO, 9.0)],
        rows: &[
            row("jute-codec", || decoder(input::children(), ours::children)),
            row("limit", || decoder(input::children(), limit::children)),
            memcpy(|| copier(input::children())),
        ],
        input: input::children,
        published: &[(CLIENT, 556.0), (TOKIO, 578.1)],
    },
    Work {
        name: "W5 long",
        what: "the same of 10,000 names, 1,000 of them of 150 bytes, a name",
        items: input::NAMES,
        rounds: 1,
        goal: 200.0,
        fewer_than_c: 0.0,
        fewer_than: &[],
        rows: &[
            row("jute-codec", || {
                decoder(input::long_children(), ours::children)
            }),
            row("limit", || {
                decoder(input::long_children(), limit::long_children)
            }),
            memcpy(|| copier(input::long_children())),
        ],
        input: input::long_children,
        published: &[],
    },
    Work {
        name: "W5 strange",
        what: "the same of 10,000 names, 1,000 of them not UTF-8, into a Vec<&[u8]>, a name",
        items: input::NAMES,
        rounds: 1,
        goal: 200.0,
        fewer_than_c: 0.0,
        fewer_than: &[],
        rows: &[
            row("jute-codec", || {
                decoder(input::strange_children(), ours::any_children)
            }),
            row("limit", || {
                decoder(input::strange_children(), limit::any_children)
            }),
            memcpy(|| copier(input::strange_children())),
        ],
        input: input::strange_children,
        published: &[],
    },
    Work {
        name: "W6 request",
        what: "decode a multi of 100 operations",
        items: 1,
        rounds: 50,
        goal: 28_500.0,
        fewer_than_c: 3.0,
        fewer_than: &[],
        rows: &[
            row("jute-codec", || {
                decoder(input::multi_request(), ours::multi_request)
            }),
            row("limit", || {
                decoder(input::multi_request(), limit::multi_request)
            }),
            row("jute-codec, each part as an enum", || {
                decoder(input::multi_request(), ours::multi_request_parts)
            }),
            row("jute-codec, a Multi, then its parts", || {
                decoder(input::multi_request(), ours::multi_request_whole)
            }),
            memcpy(|| copier(input::multi_request())),
        ],
        input: input::multi_request,
        published: &[],
    },
    Work {
        name: "W6 response",
        what: "decode the answer to a multi of 100 operations",
        items: 1,
        rounds: 50,
        goal: 10_100.0,
        fewer_than_c: 3.5,
        fewer_than: &[(CLIENT, 1.7)],
        rows: &[
            row("jute-codec", || {
                decoder(input::multi_response(), ours::multi_response)
            }),
            row("limit", || {
                decoder(input::multi_response(), limit::multi_response)
            }),
            row("jute-codec, each part as an enum", || {
                decoder(input::multi_response(), ours::multi_response_parts)
            }),
            row("jute-codec, a Multi, then its parts", || {
                decoder(input::multi_response(), ours::multi_response_whole)
            }),
            memcpy(|| copier(input::multi_response())),
        ],
        input: input::multi_response,
        published: &[(CLIENT, 17_572.0), (TOKIO, 42_184.0)],
    },
    Work {
        name: "W7",
        what: "append a create's frame of 1102 bytes, 1 KiB of it data",
        items: 1,
        rounds: 1000,
        goal: 390.0,
        fewer_than_c: 4.2,
        fewer_than: &[(TOKIO, 1.0)],
        rows: &[
            row("jute-codec", || encoder(CREATION, ours::put_create)),
            row("limit", || encoder(CREATION, limit::put_create)),
            memcpy(|| copier(CREATION.data)),
        ],
        input: input::connect_request,
        published: &[(CLIENT, 1191.0), (TOKIO, 391.0)],
    },
    Work {
        name: "W7 vectored",
        what: "the same around the data, which is not copied",
        items: 1,
        rounds: 1000,
        goal: 265.0,
        fewer_than_c: 6.2,
        fewer_than: &[],
        rows: &[
            row("jute-codec", || encoder(CREATION, ours::put_create_apart)),
            row("limit", || encoder(CREATION, limit::put_create_apart)),
        ],
        input: input::connect_request,
        published: &[],
    },
];
