//! What was not seen before: all the feedback that a black box gives.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;
use std::time::Duration;

use jute_codec::Framer;

use crate::driver;
use crate::driver::Moment;
use crate::driver::Sequence;
use crate::hunt::Run;
use crate::lab::Rehearsal;
use crate::player::Event;
use crate::player::Happening;
use crate::server;
use crate::server::Phase;

/// What was seen so far, as hashes. A server that answers by chance never comes to an end with what
/// it has not answered before, so what was not seen for longest is forgotten.
#[derive(Clone, Debug)]
pub(super) struct Novelty {
    /// What was seen of late.
    seen: BTreeSet<u64>,
    /// What was seen before that.
    before: BTreeSet<u64>,
    /// Most that is held of each.
    most: usize,
    /// How often something was new.
    count: u64,
    has_forgotten: bool,
}

/// What the model makes of everything that was done so far: who has which session.
///
/// This is coarser than [`Server::fingerprint`](server::Server::fingerprint), by which hardly two
/// sequences lead to the same state: it tells ids and transactions apart, which only count up.
#[derive(Debug, Eq, Hash, PartialEq)]
struct Situation {
    /// Whether the client has each connection open, has spoken on it, and was given a session.
    lines: Vec<(bool, bool, bool)>,
    /// What the server does on each connection, and which of the sessions it serves there.
    connections: Vec<(Phase, Option<usize>)>,
    /// Whether each session has a connection, and its timeout.
    sessions: Vec<(bool, Duration)>,
}

/// What was said on a connection, as far as the next answer goes.
#[derive(Debug, Default)]
struct Talk {
    /// How many bytes were sent the last time.
    asked: Option<usize>,
    framer: Framer,
}

impl Novelty {
    /// Nothing was seen; of what will be, at most so much is held.
    pub(super) fn holding(most: usize) -> Self {
        Self {
            seen: BTreeSet::new(),
            before: BTreeSet::new(),
            most: (most / 2).max(1),
            count: 0,
            has_forgotten: false,
        }
    }

    /// Takes in a run; whether there is something new about it: an answer in a state of the model,
    /// the size of an answer's frame, or how a connection ends.
    pub(super) fn see(
        &mut self,
        model: &server::Config,
        driver: driver::Config,
        sequence: &Sequence,
        run: &Run,
    ) -> bool {
        let mut is_new = false;
        let mut rehearsal = Rehearsal::new(model.clone(), driver);
        for (moment, answer) in sequence.0.iter().zip(&run.answers) {
            is_new |= self.note(&(Situation::of(&rehearsal), kind(moment), answer));
            rehearsal.take(moment.clone());
        }
        is_new | self.see_frames(&run.log)
    }

    /// Takes in what came, frame by frame: in which pieces it came is the network's business.
    fn see_frames(&mut self, log: &[Event]) -> bool {
        let mut is_new = false;
        let mut talks: BTreeMap<&str, Talk> = BTreeMap::new();
        for event in log {
            let talk = talks.entry(event.connection.as_str()).or_default();
            match &event.what {
                Happening::Sent(bytes) => talk.asked = Some(bytes.len().min(LONGEST)),
                Happening::Received(bytes) => {
                    talk.framer.push(bytes);
                    while let Ok(Some(frame)) = talk.framer.next_frame() {
                        let length = frame.payload().len().min(LONGEST);
                        is_new |= self.note(&(talk.asked, length));
                    }
                }
                Happening::Ended(end) => {
                    let rest = talk.framer.buffered().len().min(LONGEST);
                    is_new |= self.note(&(talk.asked, rest, end));
                }
                _ => {}
            }
        }
        is_new
    }

    /// How many different things were seen; what was forgotten counts again.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// Whether anything was forgotten.
    pub(super) const fn has_forgotten(&self) -> bool {
        self.has_forgotten
    }

    /// Notes something; whether it is new.
    fn note(&mut self, what: &impl Hash) -> bool {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        let hash = hasher.finish();
        if self.seen.contains(&hash) {
            return false;
        }
        let is_new = !self.before.contains(&hash);
        if self.seen.len() >= self.most {
            self.has_forgotten |= !self.before.is_empty();
            self.before = std::mem::take(&mut self.seen);
        }
        self.seen.insert(hash);
        self.count += u64::from(is_new);
        is_new
    }
}

impl Situation {
    fn of(rehearsal: &Rehearsal) -> Self {
        let (driver, server) = (rehearsal.driver(), rehearsal.server());
        let line = |line| {
            let spoken = driver.has_spoken(line);
            (driver.is_open(line), spoken, driver.has_session(line))
        };
        let sessions: Vec<_> = server.sessions().collect();
        let connections = server.connections().map(|(id, phase)| {
            let mut sessions = sessions.iter();
            let session = sessions.position(|session| session.owner == Some(id));
            (phase, session)
        });
        let of_session = |session: &server::SessionInfo| (session.owner.is_some(), session.timeout);
        Self {
            lines: (0..MOST_LINES).map(line).collect(),
            connections: connections.collect(),
            sessions: sessions.iter().map(of_session).collect(),
        }
    }
}

/// What is done in a moment, the values of twists left out.
fn kind(moment: &Moment) -> Vec<(driver::Symbol, Vec<driver::Knob>)> {
    let steps = moment.0.iter();
    let knobs = |step: &driver::Step| step.twists.iter().map(|twist| twist.knob).collect();
    steps.map(|step| (step.symbol, knobs(step))).collect()
}

/// More bytes are many.
const LONGEST: usize = 100;
const MOST_LINES: usize = 4;

#[cfg(test)]
mod tests {
    use super::Event;
    use super::Happening;
    use super::Novelty;
    use super::Rehearsal;
    use super::Situation;
    use crate::Instant;
    use crate::driver;
    use crate::driver::Sequence;
    use crate::player::End;
    use crate::server;

    fn situation(text: &str) -> Situation {
        let sequence: Sequence = text.parse().expect("steps");
        let server = server::Config::default();
        let mut rehearsal = Rehearsal::new(server, driver::Config::default());
        for moment in sequence.0 {
            rehearsal.take(moment);
        }
        Situation::of(&rehearsal)
    }

    /// To the client these look alike: connections that are open, some with a session.
    #[test]
    fn a_state_is_who_has_which_session() {
        let taken = situation("a.open a.new b.open b.renew");
        assert_eq!(
            taken,
            situation("a.open a.new b.open b.renew a.ping b.ping")
        );
        let two = situation("a.open a.new b.open b.new");
        assert_ne!(taken, two);
        assert_ne!(
            two,
            situation("a.open a.new b.open b.new a.cut a.open a.renew")
        );
        // Behind a cut the session is there and belongs to nobody; behind a close there is none.
        assert_ne!(
            situation("a.open a.new a.cut"),
            situation("a.open a.new a.close")
        );
    }

    #[test]
    fn what_comes_in_pieces_is_no_news() {
        let event = |what| Event {
            at: Instant::ZERO,
            connection: "a1".to_owned(),
            what,
        };
        let frame = |length: u8| [vec![0, 0, 0, length], vec![7; usize::from(length)]].concat();
        let come = |pieces: &[Vec<u8>]| {
            let sent = event(Happening::Sent(vec![1; 12]));
            let pieces = pieces.iter().cloned().map(Happening::Received);
            let ended = Happening::Ended(End::Fin);
            let came = pieces.chain([ended]).map(event);
            [sent].into_iter().chain(came).collect::<Vec<_>>()
        };
        let mut novelty = Novelty::holding(100);
        let both = [frame(5), frame(9)].concat();
        assert!(novelty.see_frames(&come(std::slice::from_ref(&both))));
        for at in 0..both.len() {
            let (one, other) = both.split_at(at);
            assert!(!novelty.see_frames(&come(&[one.to_vec(), other.to_vec()])));
        }
        assert!(novelty.see_frames(&come(&[frame(6)])));
        assert!(novelty.see_frames(&come(&[vec![0, 0, 0, 9, 1]])), "a rest");
    }

    #[test]
    fn what_is_seen_now_and_then_is_not_forgotten() {
        let mut novelty = Novelty::holding(100);
        for number in 0..10_000 {
            assert!(novelty.note(&number), "{number} is new");
            assert_eq!(novelty.note(&"often"), number == 0);
            assert!(novelty.seen.len() + novelty.before.len() <= 100);
        }
        assert_eq!(novelty.count(), 10_001);
        assert!(novelty.has_forgotten());
        assert!(novelty.note(&0), "it was not seen for long");
    }

    #[test]
    fn nothing_is_forgotten_before_there_is_more_than_half_of_what_is_held() {
        let mut novelty = Novelty::holding(100);
        assert!((0..50).all(|number| novelty.note(&number)));
        assert!((0..50).all(|number| !novelty.note(&number)));
        assert!((50..100).all(|number| novelty.note(&number)));
        assert!((50..100).all(|number| !novelty.note(&number)));
        assert_eq!(novelty.count(), 100);
        assert!(!novelty.has_forgotten());
        assert!(!novelty.note(&0), "it is known still");
        assert!(novelty.has_forgotten());
    }
}
