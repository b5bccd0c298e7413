//! The steps of an input: what each operation is, and its bytes.

use zk_conformance::server::Word;

use crate::steps::Steps;

/// Something that happens to a server. Connections are numbered among those that are open and not
/// the canary's, from the oldest on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Operation<'a> {
    /// Somebody connects, from the address of this number.
    Accept {
        peer: u8,
    },
    /// Time passes, in hundredths of a second; with none, until something is due.
    Wait {
        hundredths: u8,
    },
    /// The server stops and starts again.
    Restart,
    /// Bytes come, whatever they are.
    Bytes {
        connection: u8,
        bytes: &'a [u8],
    },
    /// A frame comes.
    Frame {
        connection: u8,
        payload: &'a [u8],
    },
    /// A `ConnectRequest` for a new session.
    Open {
        connection: u8,
        form: u8,
        time_out: u8,
    },
    /// A `ConnectRequest` for one of the sessions that are or were.
    Renew {
        connection: u8,
        form: u8,
        time_out: u8,
        session: u8,
    },
    Ping {
        connection: u8,
    },
    CloseSession {
        connection: u8,
    },
    /// An identity, one of two.
    Auth {
        connection: u8,
        identity: u8,
    },
    /// Any request.
    Request {
        connection: u8,
        xid: u16,
        op: u8,
        body: &'a [u8],
    },
    CreateSession {
        connection: u8,
        body: &'a [u8],
    },
    /// The peer closes its half.
    Eof {
        connection: u8,
    },
    /// The connection breaks.
    Lost {
        connection: u8,
    },
    /// The delegate answers.
    Reply {
        connection: u8,
        answer: Answer<'a>,
    },
    /// The delegate has a packet of its own.
    Push {
        connection: u8,
    },
    /// A four-letter word comes.
    Word {
        connection: u8,
        word: Word,
    },
    /// A session is made elsewhere.
    Adopt {
        number: u8,
        time_out: u8,
    },
    /// Somebody ends a session before its time.
    Expire {
        session: u8,
    },
    /// Something happens on a connection that is over, counted from the latest on.
    Late {
        connection: u8,
        what: Late<'a>,
    },
    /// Pings come, all in one read.
    Burst {
        connection: u8,
        pings: u8,
    },
}

/// What the delegate says to a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Answer<'a> {
    Close,
    Unimplemented,
    Done(&'a [u8]),
}

/// What happens on a connection that is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Late<'a> {
    CloseSession,
    Eof,
    Lost,
    Reply,
    Push,
    Bytes(&'a [u8]),
}

impl<'a> Operation<'a> {
    /// The next operation; `None` if the next byte stands for none, which is passed over.
    pub(crate) fn read(steps: &mut Steps<'a>) -> Option<Self> {
        let number = steps.byte();
        if number > LAST {
            return None;
        }
        let connection = steps.byte();
        Some(match number {
            0 => Self::Accept { peer: connection },
            1 => Self::Wait {
                hundredths: connection,
            },
            2 if connection == 0 => Self::Restart,
            2 => return None,
            3 => Self::Bytes {
                connection,
                bytes: steps.bytes(),
            },
            4 => Self::Frame {
                connection,
                payload: steps.bytes(),
            },
            5 => Self::Open {
                connection,
                form: steps.byte(),
                time_out: steps.byte(),
            },
            6 => Self::Renew {
                connection,
                form: steps.byte(),
                time_out: steps.byte(),
                session: steps.byte(),
            },
            7 => Self::Ping { connection },
            8 => Self::CloseSession { connection },
            9 => Self::Auth {
                connection,
                identity: steps.byte(),
            },
            10 => Self::Request {
                connection,
                xid: steps.short(),
                op: steps.byte(),
                body: steps.bytes(),
            },
            11 => Self::CreateSession {
                connection,
                body: steps.bytes(),
            },
            12 => Self::Eof { connection },
            13 => Self::Lost { connection },
            14 => Self::Reply {
                connection,
                answer: match steps.byte() % 4 {
                    0 => Answer::Close,
                    1 => Answer::Unimplemented,
                    _ => Answer::Done(steps.bytes()),
                },
            },
            15 => Self::Push { connection },
            16 => Self::Word {
                connection,
                word: Word::ALL[usize::from(steps.byte()) % Word::ALL.len()],
            },
            17 => Self::Adopt {
                number: connection,
                time_out: steps.byte(),
            },
            18 => Self::Expire {
                session: connection,
            },
            19 => Self::Late {
                connection,
                what: match steps.byte() % 8 {
                    0 => Late::CloseSession,
                    1 => Late::Eof,
                    2 => Late::Lost,
                    3 => Late::Reply,
                    4 => Late::Push,
                    _ => Late::Bytes(steps.bytes()),
                },
            },
            _ => Self::Burst {
                connection,
                pings: steps.byte(),
            },
        })
    }

    /// Adds the bytes that read as this operation.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Accept { peer } => out.extend([0, peer]),
            Self::Wait { hundredths } => out.extend([1, hundredths]),
            Self::Restart => out.extend([2, 0]),
            Self::Bytes { connection, bytes } => {
                out.extend([3, connection]);
                write_bytes(out, bytes);
            }
            Self::Frame {
                connection,
                payload,
            } => {
                out.extend([4, connection]);
                write_bytes(out, payload);
            }
            Self::Open {
                connection,
                form,
                time_out,
            } => out.extend([5, connection, form, time_out]),
            Self::Renew {
                connection,
                form,
                time_out,
                session,
            } => out.extend([6, connection, form, time_out, session]),
            Self::Ping { connection } => out.extend([7, connection]),
            Self::CloseSession { connection } => out.extend([8, connection]),
            Self::Auth {
                connection,
                identity,
            } => out.extend([9, connection, identity]),
            Self::Request {
                connection,
                xid,
                op,
                body,
            } => {
                let [high, low] = xid.to_be_bytes();
                out.extend([10, connection, high, low, op]);
                write_bytes(out, body);
            }
            Self::CreateSession { connection, body } => {
                out.extend([11, connection]);
                write_bytes(out, body);
            }
            Self::Eof { connection } => out.extend([12, connection]),
            Self::Lost { connection } => out.extend([13, connection]),
            Self::Reply { connection, answer } => {
                out.extend([14, connection]);
                match answer {
                    Answer::Close => out.push(0),
                    Answer::Unimplemented => out.push(1),
                    Answer::Done(body) => {
                        out.push(3);
                        write_bytes(out, body);
                    }
                }
            }
            Self::Push { connection } => out.extend([15, connection]),
            Self::Word { connection, word } => out.extend([16, connection, number(word)]),
            Self::Adopt { number, time_out } => out.extend([17, number, time_out]),
            Self::Expire { session } => out.extend([18, session]),
            Self::Late { connection, what } => {
                out.extend([19, connection]);
                match what {
                    Late::CloseSession => out.push(0),
                    Late::Eof => out.push(1),
                    Late::Lost => out.push(2),
                    Late::Reply => out.push(3),
                    Late::Push => out.push(4),
                    Late::Bytes(bytes) => {
                        out.push(5);
                        write_bytes(out, bytes);
                    }
                }
            }
            Self::Burst { connection, pings } => out.extend([20, connection, pings]),
        }
    }
}

/// Adds bytes behind their number, as [`Steps::bytes`] reads them.
fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(u8::try_from(bytes.len()).expect("255 bytes at most"));
    out.extend(bytes);
}

/// The place of a word in the list of all.
fn number(word: Word) -> u8 {
    let place = Word::ALL.iter().position(|it| *it == word);
    u8::try_from(place.expect("one of all")).expect("few words")
}

/// The last byte that stands for an operation. Bytes behind it mean nothing.
const LAST: u8 = 20;
