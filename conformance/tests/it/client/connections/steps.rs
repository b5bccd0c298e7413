//! What happens to a client, made up.

use proptest::option;
use proptest::prelude::*;
use proptest::strategy::Union;
use proptest_state_machine::ReferenceStateMachine;

/// What a client is told before it starts, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setup {
    pub(super) hosts: u8,
    pub(super) seed: u64,
    pub(super) timeout: u64,
    pub(super) own_clock: bool,
    pub(super) new_session: Option<u64>,
    /// It has a session from elsewhere, with this byte for a password.
    pub(super) resumed: Option<u8>,
}

/// Something that happens. Whatever does not fit what the client is doing comes late, and means
/// nothing.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Wait {
        millis: u64,
    },
    /// Until the deadline has passed so many times.
    Until {
        ticks: u8,
    },
    Open,
    Refuse,
    /// The server closes its side.
    End,
    /// The connection breaks.
    Cut,
    /// The server says what cannot be read.
    Garbage,
    Grant(Grant),
    /// The server knows no such session.
    Expire,
    /// A request is made and answered.
    Answer {
        zxid: i64,
    },
}

/// What a server grants. The password is this byte sixteen times, or null.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grant {
    pub(super) id: i64,
    pub(super) byte: Option<u8>,
    pub(super) timeout: i32,
    pub(super) read_only: bool,
}

/// What the client is likely to be doing, by which steps are chosen. What it has to do is for the
/// judge to say, who knows what time it is.
#[derive(Clone, Debug)]
pub(super) struct Story {
    pub(super) setup: Setup,
    doing: Doing,
}

#[derive(Clone, Copy, Debug)]
enum Doing {
    Waiting,
    Connecting,
    Asking,
    Holding,
    Nothing,
}

impl ReferenceStateMachine for Story {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let setup = (
            1..5_u8,
            any::<u64>(),
            prop_oneof![8 => 3_000..40_000_u64, 1 => 0..20_u64],
            prop::bool::weighted(0.8),
            option::weighted(0.2, 0..20_000_u64),
            option::weighted(0.3, any::<u8>()),
        );
        setup
            .prop_map(
                |(hosts, seed, timeout, own_clock, new_session, resumed)| Self {
                    setup: Setup {
                        hosts,
                        seed,
                        timeout,
                        own_clock,
                        new_session,
                        resumed,
                    },
                    doing: Doing::Connecting,
                },
            )
            .boxed()
    }

    fn transitions(story: &Self) -> BoxedStrategy<Step> {
        let fitting = match story.doing {
            Doing::Waiting => vec![(8, until(1..=1)), (2, until(1..=60)), (1, wait())],
            Doing::Connecting => vec![
                (8, Just(Step::Open).boxed()),
                (3, Just(Step::Refuse).boxed()),
                (1, until(1..=2)),
                (1, wait()),
            ],
            Doing::Asking => vec![
                (10, grant()),
                (1, Just(Step::Expire).boxed()),
                (1, Just(Step::End).boxed()),
                (1, Just(Step::Cut).boxed()),
                (1, Just(Step::Garbage).boxed()),
                (1, until(1..=2)),
                (1, wait()),
            ],
            Doing::Holding => vec![
                (5, answer()),
                (2, Just(Step::End).boxed()),
                (3, Just(Step::Cut).boxed()),
                (1, Just(Step::Garbage).boxed()),
                (2, until(1..=60)),
                (2, wait()),
            ],
            Doing::Nothing => vec![(1, wait())],
        };
        prop_oneof![6 => Union::new_weighted(fitting), 1 => any_step()].boxed()
    }

    fn apply(story: Self, step: &Step) -> Self {
        let doing = match (step, story.doing) {
            (Step::Open, Doing::Connecting) => Doing::Asking,
            (Step::Refuse, Doing::Connecting) => Doing::Waiting,
            (Step::Until { .. }, Doing::Waiting) => Doing::Connecting,
            (Step::Until { .. }, Doing::Connecting | Doing::Asking) => Doing::Waiting,
            (Step::Until { ticks: 3.. }, Doing::Holding) => Doing::Waiting,
            (Step::Grant(_), Doing::Asking) => Doing::Holding,
            (Step::Expire, Doing::Asking) => Doing::Nothing,
            (
                Step::End | Step::Cut | Step::Garbage,
                Doing::Connecting | Doing::Asking | Doing::Holding,
            ) => Doing::Waiting,
            (_, doing) => doing,
        };
        Self { doing, ..story }
    }
}

fn any_step() -> BoxedStrategy<Step> {
    prop_oneof![
        Just(Step::Open),
        Just(Step::Refuse),
        Just(Step::End),
        Just(Step::Cut),
        Just(Step::Garbage),
        Just(Step::Expire),
        until(1..=20),
        wait(),
        answer(),
        grant(),
    ]
    .boxed()
}

fn wait() -> BoxedStrategy<Step> {
    let millis = prop_oneof![4 => 0..900_u64, 1 => 0..60_000_u64];
    millis.prop_map(|millis| Step::Wait { millis }).boxed()
}

fn until(ticks: std::ops::RangeInclusive<u8>) -> BoxedStrategy<Step> {
    ticks.prop_map(|ticks| Step::Until { ticks }).boxed()
}

fn grant() -> BoxedStrategy<Step> {
    let timeouts = prop_oneof![9 => 3_000..40_000, 1 => -1..20];
    let passwds = option::weighted(0.9, any::<u8>());
    (1..9_i64, passwds, timeouts, prop::bool::weighted(0.2))
        .prop_map(|(id, byte, timeout, read_only)| {
            Step::Grant(Grant {
                id,
                byte,
                timeout,
                read_only,
            })
        })
        .boxed()
}

fn answer() -> BoxedStrategy<Step> {
    (-1..9_i64).prop_map(|zxid| Step::Answer { zxid }).boxed()
}
