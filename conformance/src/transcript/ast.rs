//! What a transcript says, parsed.

use std::num::NonZeroU32;
use std::time::Duration;

use jute_codec::Schema;

/// A file: scripts in order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Transcript {
    /// Words for the reader, above the first script.
    pub comments: Vec<String>,
    /// The scripts.
    pub scripts: Vec<Script>,
}

/// One conversation: a recording, or a case.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Script {
    /// Its name, `group/slug`.
    pub name: String,
    /// What is said about it, such as `level must`. A comment among them is called `#`.
    pub headers: Vec<Header>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

impl Script {
    /// The text of the first header called `key`.
    #[must_use]
    pub fn header(&self, key: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|header| header.key == key)
            .map(|header| header.text.as_str())
    }
}

/// One thing said about a script.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// What about.
    pub key: String,
    /// The rest of the line.
    pub text: String,
}

/// One line of a script, or one `expect` with its outcomes.
#[derive(Clone, Debug)]
pub struct Step {
    /// Line it stands on, from 1; 0 if it was never text. Not part of equality.
    pub line: usize,
    /// What happens.
    pub action: Action,
}

impl Step {
    /// A step that was never text.
    #[must_use]
    pub const fn new(action: Action) -> Self {
        Self { line: 0, action }
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.action == other.action
    }
}

impl Eq for Step {}

/// What happens in a step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// Nothing; words for the reader.
    Comment(String),
    /// The client connects, or finds the port closed.
    Open {
        /// The connection's name.
        connection: String,
        /// Whether the attempt is refused.
        refused: bool,
    },
    /// The client writes.
    Send {
        /// The connection's name.
        connection: String,
        /// Packets, sent as one write.
        packets: Vec<Packet>,
        /// Bytes a write, if it is to be cut up.
        pieces: Option<usize>,
    },
    /// The client sees something.
    Expect {
        /// The connection's name.
        connection: String,
        /// What may be seen, in order of preference: one unnamed strict outcome for the `<` form.
        outcomes: Vec<Outcome>,
    },
    /// The client closes its sending side.
    Shut(String),
    /// The client closes.
    Close(String),
    /// The client resets the connection.
    Reset(String),
    /// The client reads no more, for the time being.
    Pause(String),
    /// The client reads on.
    Resume(String),
    /// Time passes.
    Wait(Span),
    /// The time is remembered under a name.
    Mark(String),
}

/// A length of time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Span {
    /// As it stands.
    Exact(Duration),
    /// A sum of milliseconds.
    Millis(IntExpr),
}

/// One way in which a step may come out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// What it is worth.
    pub grade: Grade,
    /// Its name; empty for the `<` form.
    pub name: String,
    /// What is seen, in order.
    pub seen: Vec<Observation>,
}

/// What an outcome is worth.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Grade {
    /// What the reference does.
    Strict,
    /// What a server may do without harm to any client.
    Tolerated,
    /// What a server must not do, known well enough to have a name.
    Forbidden,
}

/// Something the client sees on a connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Observation {
    /// What is seen.
    pub what: Seen,
    /// When it has to be seen.
    pub within: Option<Within>,
}

/// What can be seen on a connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Seen {
    /// Bytes.
    Packet(Packet),
    /// So many packets in a row that all agree with one.
    Many(usize, Packet),
    /// The server closed its sending side.
    Fin,
    /// The server reset the connection.
    Rst,
    /// Either.
    Closed,
    /// Nothing at all, for so long.
    Quiet(Span),
}

/// A span of time since a mark, both ends in milliseconds and included.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Within {
    /// No sooner than this.
    pub from: Option<IntExpr>,
    /// No later than this.
    pub to: Option<IntExpr>,
    /// The mark.
    pub mark: String,
}

/// Bytes by their meaning.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Packet {
    /// A length, and parts that add up to it.
    Frame(Vec<Part>),
    /// Bytes without a frame; `None` is whatever comes up to the close (only when seen).
    Raw(Option<BytesExpr>),
    /// Bytes without a frame up to the close; a `*` in them is any run of bytes (only when seen).
    Text(BytesExpr),
}

/// A part of a frame.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Part {
    /// A record.
    Record {
        /// Its class.
        schema: Schema,
        /// The fields mentioned, each at most once, in wire order.
        fields: Vec<(&'static str, Term)>,
    },
    /// Bytes.
    Bytes(BytesExpr),
    /// The rest of the frame, whatever it is (only when seen).
    Rest,
}

/// What a field is, or has to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Term {
    /// Anything (only when seen).
    Any,
    /// This value.
    Is(Value),
    /// Any but this value (only when seen).
    Not(Value),
    /// An int between two, both included (only when seen).
    Range(Option<IntExpr>, Option<IntExpr>),
    /// A buffer or ustring of so many bytes, or a vector of so many items (only when seen).
    Length(usize),
    /// All of these, two or more, none of which is itself such a list (only when seen).
    All(Vec<Self>),
}

/// The value of a field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// Length or count −1.
    Null,
    /// A trailing field that is left out.
    Absent,
    /// A boolean.
    Bool(bool),
    /// An int or long.
    Int(IntExpr),
    /// A buffer or ustring.
    Bytes(BytesExpr),
    /// A vector.
    List(Vec<Self>),
    /// A record inside a record, every field mentioned.
    Record(Vec<(&'static str, Self)>),
}

/// A sum of numbers; never empty.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IntExpr(pub Vec<IntAtom>);

impl From<i64> for IntExpr {
    fn from(number: i64) -> Self {
        Self(vec![IntAtom {
            minus: false,
            of: IntName::Number(number),
        }])
    }
}

/// A summand.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IntAtom {
    /// Whether it is taken away.
    pub minus: bool,
    /// The number.
    pub of: IntName,
}

/// A number, or a name for one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum IntName {
    /// A number. The first of a sum may be negative.
    Number(i64),
    /// A parameter of the run, `$min`.
    Param(String),
    /// A parameter of the run divided by a number, `$tick/2`; what is left over is dropped.
    Fraction(String, NonZeroU32),
    /// A symbol, `@S`.
    Symbol(String),
}

/// Bytes, literal and named, in line. Literal neighbours are one piece; empty is no bytes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BytesExpr(pub Vec<BytesPiece>);

impl From<Vec<u8>> for BytesExpr {
    fn from(bytes: Vec<u8>) -> Self {
        if bytes.is_empty() {
            Self::default()
        } else {
            Self(vec![BytesPiece::Literal(bytes)])
        }
    }
}

/// A piece of bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum BytesPiece {
    /// Bytes, at least one.
    Literal(Vec<u8>),
    /// A number as jute has it, 4 bytes long.
    Int(IntExpr),
    /// A number as jute has it, 8 bytes long.
    Long(IntExpr),
    /// The password that a reference server makes for this session id.
    Password(IntExpr),
    /// A symbol, or a slice of one.
    Symbol {
        /// The symbol, without the `@`.
        name: String,
        /// First byte taken.
        from: Option<usize>,
        /// First byte not taken.
        to: Option<usize>,
    },
}
