//! A recording as a transcript.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::capture::Side;
use crate::recording::Recording;
use crate::recording::What;
use crate::recording::turns::take_turns;
use crate::transcript::Action;
use crate::transcript::BytesExpr;
use crate::transcript::BytesPiece;
use crate::transcript::Dialogue;
use crate::transcript::Grade;
use crate::transcript::IntAtom;
use crate::transcript::IntExpr;
use crate::transcript::IntName;
use crate::transcript::Observation;
use crate::transcript::Outcome;
use crate::transcript::Packet;
use crate::transcript::Part;
use crate::transcript::Script;
use crate::transcript::Seen;
use crate::transcript::Span;
use crate::transcript::Step;
use crate::transcript::Term;
use crate::transcript::Told;
use crate::transcript::Value;

/// What a transcript of a recording is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Style {
    /// To be read: every value as it was.
    Exact,
    /// To be played: symbols for what no two servers give alike, which are session ids,
    /// passwords and zxids, and anything for the bodies of replies.
    Playable,
    /// The same, and what was sent at one moment is sent at one moment again, come what may. Who
    /// raced on purpose wants that; of a capture nobody knows it.
    Raced,
}

/// Pauses shorter than this are left out: they are the time the machines took.
const PAUSE: Duration = Duration::from_millis(20);

impl Recording {
    /// Writes the recording as a script.
    #[must_use]
    pub fn to_script(&self, name: &str, style: Style) -> Script {
        let mut writer = Writer {
            style,
            names: self
                .connections
                .iter()
                .map(|connection| connection.name.clone())
                .collect(),
            dialogues: self
                .connections
                .iter()
                .map(|connection| {
                    if connection.from_start {
                        Dialogue::default()
                    } else {
                        Dialogue::under_way()
                    }
                })
                .collect(),
            closed: vec![false; self.connections.len()],
            over: vec![false; self.connections.len()],
            symbols: Symbols::default(),
            steps: Vec::new(),
        };
        let mut last = self.events.first().map_or(Duration::ZERO, |event| event.at);
        for event in &self.events {
            let pause = event.at.saturating_sub(last);
            if pause >= PAUSE {
                let pause = Duration::from_millis(u64::try_from(pause.as_millis()).unwrap_or(0));
                writer.step(Action::Wait(Span::Exact(pause)));
                last = event.at;
            } else if !pause.is_zero() {
                last = event.at;
            }
            writer.event(event.connection, &event.what);
        }
        writer.rest();
        if style == Style::Playable {
            take_turns(&mut writer.steps);
        }
        if style != Style::Exact {
            // Those that no request referred to are whatever they are.
            zxids(&mut writer.steps)
                .filter(|zxid| number(zxid).is_some())
                .for_each(|zxid| *zxid = Term::Any);
        }
        Script {
            name: name.to_owned(),
            headers: Vec::new(),
            steps: writer.steps,
        }
    }
}

struct Writer {
    style: Style,
    names: Vec<String>,
    dialogues: Vec<Dialogue>,
    /// Connections the client has closed: it sees nothing more.
    closed: Vec<bool>,
    /// Connections the server has closed.
    over: Vec<bool>,
    symbols: Symbols,
    steps: Vec<Step>,
}

impl Writer {
    fn event(&mut self, index: usize, what: &What) {
        let Some(connection) = self.names.get(index).cloned() else {
            return;
        };
        let is_closed = self.closed.get(index).copied().unwrap_or(true);
        match what {
            What::Open => self.step(Action::Open {
                connection,
                refused: false,
            }),
            What::Refused => {
                // The attempt was written as a success: it is not one.
                let attempt = self
                    .steps
                    .iter_mut()
                    .rev()
                    .find_map(|step| match &mut step.action {
                        Action::Open {
                            connection: opened,
                            refused,
                        } if *opened == connection => Some(refused),
                        _ => None,
                    });
                if let Some(refused) = attempt {
                    *refused = true;
                }
            }
            What::Data(Side::Client, bytes) => {
                let told = self
                    .dialogues
                    .get_mut(index)
                    .map(|dialogue| dialogue.sent(bytes));
                self.sent(&connection, told.unwrap_or_default());
            }
            What::Data(Side::Server, bytes) => {
                let told = self
                    .dialogues
                    .get_mut(index)
                    .map(|dialogue| dialogue.received(bytes));
                if !is_closed {
                    self.seen(&connection, told.unwrap_or_default());
                }
            }
            What::Fin(Side::Server) => self.ended(index, Seen::Fin),
            What::Rst(Side::Server) => self.ended(index, Seen::Rst),
            What::Fin(Side::Client) => self.end(index, Action::Close(connection)),
            What::Rst(Side::Client) => self.end(index, Action::Reset(connection)),
            What::Shut => self.step(Action::Shut(connection)),
            What::Quiet(span) => self.see(&connection, vec![Seen::Quiet(Span::Exact(*span))]),
            What::Gap(side, bytes) => {
                let text = format!("{connection}: {bytes} bytes of the {side} are missing");
                self.step(Action::Comment(text));
            }
        }
    }

    /// The server's end, if the client still sees it: what a socket does after its first end is
    /// between the two systems.
    fn ended(&mut self, index: usize, what: Seen) {
        let Some(over) = self.over.get_mut(index) else {
            return;
        };
        if std::mem::replace(over, true) || self.closed.get(index).copied().unwrap_or(true) {
            return;
        }
        if let Some(connection) = self.names.get(index).cloned() {
            self.see(&connection, vec![what]);
        }
    }

    fn end(&mut self, index: usize, action: Action) {
        if let Some(closed) = self.closed.get_mut(index)
            && !*closed
        {
            *closed = true;
            self.step(action);
        }
    }

    fn sent(&mut self, connection: &str, told: Vec<Told>) {
        let mut packets: Vec<_> = told.into_iter().map(|told| told.packet).collect();
        if packets.is_empty() {
            return;
        }
        if self.style != Style::Exact {
            packets
                .iter_mut()
                .for_each(|packet| self.symbols.in_request(packet, &mut self.steps));
        }
        self.step(Action::Send {
            connection: connection.to_owned(),
            packets,
            pieces: None,
        });
    }

    fn seen(&mut self, connection: &str, told: Vec<Told>) {
        let mut packets: Vec<_> = told.into_iter().map(|told| told.packet).collect();
        if packets.is_empty() {
            return;
        }
        if self.style != Style::Exact {
            packets
                .iter_mut()
                .for_each(|packet| self.symbols.in_reply(packet));
        }
        self.see(connection, packets.into_iter().map(Seen::Packet).collect());
    }

    fn see(&mut self, connection: &str, seen: Vec<Seen>) {
        let seen = seen
            .into_iter()
            .map(|what| Observation { what, within: None })
            .collect();
        let outcomes = vec![Outcome {
            grade: Grade::Strict,
            name: String::new(),
            seen,
        }];
        self.step(Action::Expect {
            connection: connection.to_owned(),
            outcomes,
        });
    }

    /// What never became a packet.
    fn rest(&mut self) {
        let rests: Vec<_> = self.dialogues.iter_mut().map(Dialogue::rest).collect();
        for (connection, (up, down)) in self.names.clone().into_iter().zip(rests) {
            self.sent(&connection, up.into_iter().collect());
            self.seen(&connection, down.into_iter().collect());
        }
    }

    fn step(&mut self, action: Action) {
        self.steps.push(Step::new(action));
    }
}

/// Names for values that differ from run to run.
#[derive(Default)]
struct Symbols {
    sessions: BTreeMap<i64, String>,
    passwords: BTreeMap<Vec<u8>, String>,
    zxids: BTreeMap<i64, String>,
}

impl Symbols {
    /// Puts symbols into what a server sent; a value is named where it is seen first.
    fn in_reply(&mut self, packet: &mut Packet) {
        let Packet::Frame(parts) = packet else { return };
        let is_response = |part: &Part| matches!(part, Part::Record { schema, .. } if schema.name == "ConnectResponse");
        let is_event = |part: &Part| matches!(part, Part::Record { schema, .. } if schema.name == "WatcherEvent");
        if !parts.iter().any(|part| is_response(part) || is_event(part)) && parts.len() > 1 {
            parts.truncate(1);
            parts.push(Part::Rest);
        }
        for part in parts {
            let Part::Record { schema, fields } = part else {
                continue;
            };
            for (field, term) in fields.iter_mut() {
                match (schema.name, *field) {
                    ("ConnectResponse", "sessionId") => {
                        if let Some(id) = number(term).filter(|id| *id != 0) {
                            let next = format!("S{}", self.sessions.len() + 1);
                            let symbol = self.sessions.entry(id).or_insert(next);
                            *term = int_symbol(symbol);
                        }
                    }
                    ("ConnectResponse", "passwd") => {
                        let bytes =
                            literal(term).filter(|bytes| bytes.iter().any(|byte| *byte != 0));
                        if let Some(bytes) = bytes {
                            let next = format!("P{}", self.passwords.len() + 1);
                            let symbol = self.passwords.entry(bytes).or_insert(next);
                            *term = bytes_symbol(symbol);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Puts symbols into what a client sent.
    fn in_request(&mut self, packet: &mut Packet, before: &mut [Step]) {
        let Packet::Frame(parts) = packet else { return };
        for part in parts {
            let Part::Record { schema, fields } = part else {
                continue;
            };
            for (field, term) in fields.iter_mut() {
                match (schema.name, *field) {
                    ("ConnectRequest", "sessionId") => {
                        if let Some(symbol) = number(term).and_then(|id| self.sessions.get(&id)) {
                            *term = int_symbol(symbol);
                        }
                    }
                    ("ConnectRequest", "passwd") => {
                        if let Some(symbol) = literal(term).and_then(|it| self.passwords.get(&it)) {
                            *term = bytes_symbol(symbol);
                        }
                    }
                    ("ConnectRequest", "lastZxidSeen") | (_, "relativeZxid") => {
                        if let Some(zxid) = number(term).filter(|zxid| *zxid > 0) {
                            *term = self.name_zxid(zxid, before);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Names the latest zxid seen that a client refers to, where it was seen.
    fn name_zxid(&mut self, zxid: i64, before: &mut [Step]) -> Term {
        if let Some(symbol) = self.zxids.get(&zxid) {
            return int_symbol(symbol);
        }
        let mut seen = zxids(before).collect::<Vec<_>>();
        let Some(term) = seen
            .iter_mut()
            .rev()
            .find(|term| number(term) == Some(zxid))
        else {
            // It was seen before the recording began: a server that is new has not got there yet.
            return Term::Is(Value::Int(0.into()));
        };
        let symbol = format!("Z{}", self.zxids.len() + 1);
        **term = int_symbol(&symbol);
        let term = term.clone();
        self.zxids.insert(zxid, symbol);
        term
    }
}

/// The zxids of all replies seen.
fn zxids(steps: &mut [Step]) -> impl Iterator<Item = &mut Term> {
    let outcomes = steps.iter_mut().filter_map(|step| match &mut step.action {
        Action::Expect { outcomes, .. } => Some(outcomes),
        _ => None,
    });
    let packets = outcomes
        .flatten()
        .flat_map(|outcome| &mut outcome.seen)
        .filter_map(|seen| match &mut seen.what {
            Seen::Packet(Packet::Frame(parts)) => Some(parts),
            _ => None,
        });
    let fields = packets.flatten().filter_map(|part| match part {
        Part::Record { schema, fields } if schema.name == "ReplyHeader" => Some(fields),
        _ => None,
    });
    fields
        .flatten()
        .filter(|(field, _)| *field == "zxid")
        .map(|(_, term)| term)
}

/// The number a term is, if it is one.
pub(super) fn number(term: &Term) -> Option<i64> {
    match term {
        Term::Is(Value::Int(IntExpr(atoms))) => match atoms.as_slice() {
            [
                IntAtom {
                    minus: false,
                    of: IntName::Number(number),
                },
            ] => Some(*number),
            _ => None,
        },
        _ => None,
    }
}

/// The bytes a term is, if it is such.
fn literal(term: &Term) -> Option<Vec<u8>> {
    match term {
        Term::Is(Value::Bytes(BytesExpr(pieces))) => match pieces.as_slice() {
            [BytesPiece::Literal(bytes)] => Some(bytes.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn int_symbol(name: &str) -> Term {
    let of = IntName::Symbol(name.to_owned());
    Term::Is(Value::Int(IntExpr(vec![IntAtom { minus: false, of }])))
}

fn bytes_symbol(name: &str) -> Term {
    let piece = BytesPiece::Symbol {
        name: name.to_owned(),
        from: None,
        to: None,
    };
    Term::Is(Value::Bytes(BytesExpr(vec![piece])))
}
