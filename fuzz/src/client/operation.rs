//! What happens to a client, and its number in an input.

use zk_conformance::client::WatchKind;

use crate::operations::Operand;
use crate::operations::numbered;
use crate::operations::operations;
use crate::steps::Steps;

operations! {
    /// Something that happens to a client.
    enum Operation {
        /// Time passes until something is due, for a minute at most.
        0 => WaitUntilDue,
        /// Time passes: so many times 20 ms.
        1 => Wait { by: u8 },
        /// The connection is open.
        2 => Connected,
        /// There is nobody to connect to.
        3 => Unreachable,
        /// The server grants a session or refuses it, as the bits of the form have
        /// it: the timeout in three, `readOnly` in two, the password in two.
        4 => Grant { form: u8 },
        /// The server answers the oldest request.
        5 => Answer { verdict: Verdict, body: &'a [u8] },
        /// Bytes come in.
        6 => Bytes { bytes: &'a [u8] },
        /// A frame comes in.
        7 => Frame { payload: &'a [u8] },
        /// A watch event comes in. Its type is one more than on the wire, so that 0 is none.
        8 => Event { event: u8, state: u8, path: &'a [u8] },
        /// The answer to a ping comes in.
        9 => Pong,
        /// The server closes its side.
        10 => Eof,
        /// The connection breaks.
        11 => Lost,
        /// The application asks for something.
        12 => Request { op: u8, body: &'a [u8] },
        /// The application closes the client.
        13 => Close,
        /// The application adds an identity.
        14 => AddAuth { auth: &'a [u8] },
        /// The application watches a znode or stops to.
        15 => Watch { watch: Watch },
        /// A server that was asked whether it is read/write answers.
        16 => ProbeAnswer { answer: &'a [u8] },
        /// An identity is refused.
        17 => AuthFailed,
        /// An answer comes in, to whatever has this number.
        18 => Reply { xid: u8 },
    }
}

/// How the server answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verdict {
    Done,
    DoneToo,
    NoNode,
    SessionExpired,
}

numbered! {
    Verdict {
        0 => Verdict::Done,
        1 => Verdict::DoneToo,
        2 => Verdict::NoNode,
        3 => Verdict::SessionExpired,
    }
}

/// A watch that begins or ends: the kind in three bits of a byte, whether it ends in one, the path
/// in four.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch {
    pub(crate) kind: WatchKind,
    pub(crate) path: &'static str,
    pub(crate) ends: bool,
}

impl Operand<'_> for Watch {
    fn read(steps: &mut Steps<'_>) -> Option<Self> {
        let byte = steps.byte();
        Some(Self {
            kind: *KINDS.get(usize::from(byte & 7))?,
            path: PATHS.get(usize::from(byte >> 4))?,
            ends: byte & 8 != 0,
        })
    }

    fn write(&self, input: &mut Vec<u8>) {
        let kind = KINDS.iter().position(|kind| *kind == self.kind);
        let path = PATHS.iter().position(|path| *path == self.path);
        let kind = kind.expect("a kind with a number");
        let path = path.expect("a path with a number");
        let byte = kind | usize::from(self.ends) << 3 | path << 4;
        input.push(u8::try_from(byte).expect("four bits for the path"));
    }
}

/// Inputs hold the index: new ones go to the end.
const KINDS: [WatchKind; 5] = [
    WatchKind::Data,
    WatchKind::Exist,
    WatchKind::Child,
    WatchKind::Persistent,
    WatchKind::PersistentRecursive,
];

/// Inputs hold the index: new ones go to the end.
const PATHS: [&str; 3] = ["/a", "/b", "/c"];
