//! What is done to the server, and not just to the client: who did it?

use std::convert::Infallible;

use zk_conformance::driver::Act;
use zk_conformance::driver::Moment;
use zk_conformance::driver::Sequence;
use zk_conformance::fuzz;
use zk_conformance::fuzz::Harm;
use zk_conformance::fuzz::LabTarget;
use zk_conformance::fuzz::Oracle;
use zk_conformance::fuzz::Target;
use zk_conformance::hunt::Run;
use zk_conformance::server::Flaws;

use super::finds;
use super::options;
use super::run;
use super::server;

/// A sound server that comes to its end by some sequences.
struct Frail {
    lab: LabTarget,
    dies_of: fn(&[Sequence]) -> bool,
    is_certain: bool,
    /// It happens so many times.
    times: usize,
    harm: Option<Harm>,
}

impl Target for Frail {
    type Error = Infallible;

    fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, Infallible> {
        if self.times > 0 && (self.dies_of)(sequences) {
            self.times -= 1;
            self.harm = Some(Harm {
                class: "the server ended".to_owned(),
                is_certain: self.is_certain,
                about: vec!["its last words".to_owned()],
            });
        }
        self.lab.play(sequences)
    }

    fn harm(&mut self) -> Option<Harm> {
        self.harm.take()
    }
}

fn frail(dies_of: fn(&[Sequence]) -> bool) -> Frail {
    let driver = fuzz::driver();
    Frail {
        lab: LabTarget {
            server: server(Flaws::NONE),
            driver,
        },
        dies_of,
        is_certain: true,
        times: usize::MAX,
        harm: None,
    }
}

fn oracle() -> Oracle {
    Oracle::exact(server(Flaws::NONE), fuzz::driver())
}

pub(super) fn has(sequence: &Sequence, act: Act) -> bool {
    let mut steps = sequence.steps();
    steps.any(|step| step.symbol.act == act)
}

#[test]
fn who_ends_the_server_is_found_and_made_small() {
    let mut target = frail(|batch| batch.iter().any(|it| has(it, Act::Negative)));
    let (count, events) = run(&mut target, oracle(), options(600));
    let [find] = finds(&events)[..] else {
        panic!("one thing is found: {count:?}");
    };
    assert_eq!(find.class, "the server ended");
    assert_eq!(find.steps.len(), 1, "{:?}", find.steps);
    assert!(has(&find.sequence, Act::Negative), "{:?}", find.steps);
    assert_eq!(find.about, ["its last words"]);
}

#[test]
fn what_several_do_together_is_told_with_all_of_them() {
    let mut target = frail(|batch| batch.len() > 1 && batch.iter().any(|it| has(it, Act::Sasl)));
    let (_, events) = run(&mut target, oracle(), options(600));
    let [find] = finds(&events)[..] else {
        panic!("one thing is found");
    };
    assert!(find.steps.len() > 1, "{:?}", find.steps);
    assert!(find.actual.contains("side by side"), "{}", find.actual);
}

/// Nobody is blamed for what happens without him.
#[test]
fn what_happens_when_nothing_is_played_is_nobodys_fault() {
    for is_certain in [true, false] {
        let mut target = frail(|_| true);
        target.is_certain = is_certain;
        let (_, events) = run(&mut target, oracle(), options(300));
        let [find] = finds(&events)[..] else {
            panic!("one thing is found");
        };
        assert!(find.steps.len() > 1, "all are told: {:?}", find.steps);
        assert!(find.actual.ends_with("and then when nothing was"));
        assert!(find.sequence.is_empty(), "{:?}", find.sequence);
    }
}

#[test]
fn what_does_not_happen_again_is_told_if_it_is_certain() {
    for is_certain in [true, false] {
        let mut target = frail(|batch| batch.iter().any(|it| has(it, Act::Close)));
        (target.times, target.is_certain) = (1, is_certain);
        let (count, events) = run(&mut target, oracle(), options(300));
        assert_eq!(finds(&events).len(), usize::from(is_certain));
        assert_eq!(count.unconfirmed, u64::from(!is_certain));
    }
}

/// A server that is sound, but on which something else comes of a sequence each time.
struct Moody {
    lab: LabTarget,
    times: usize,
    harm: Option<Harm>,
}

impl Target for Moody {
    type Error = Infallible;

    fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, Infallible> {
        if sequences.iter().any(|it| has(it, Act::Close)) {
            self.times += 1;
            let (class, is_certain) = match self.times {
                1 => ("a session is gone", false),
                2 => ("the server ended", true),
                _ => return self.lab.play(sequences),
            };
            self.harm = Some(Harm {
                class: class.to_owned(),
                is_certain,
                about: Vec::new(),
            });
        }
        self.lab.play(sequences)
    }

    fn harm(&mut self) -> Option<Harm> {
        self.harm.take()
    }
}

/// The server ends while something that was done to it before is looked into.
#[test]
fn worse_that_comes_by_the_way_is_told() {
    let mut target = Moody {
        lab: frail(|_| false).lab,
        times: 0,
        harm: None,
    };
    let (count, events) = run(&mut target, oracle(), options(300));
    let [find] = finds(&events)[..] else {
        panic!("one thing is found: {count:?}");
    };
    assert_eq!(find.class, "the server ended");
    assert_eq!(count.unconfirmed, 1, "the session");
}

/// A sound server that has a second connection from nobody.
struct Narrow(LabTarget);

impl Target for Narrow {
    type Error = Infallible;

    fn play(&mut self, sequences: &[Sequence]) -> Result<Vec<Run>, Infallible> {
        let mut runs = self.0.play(sequences)?;
        for (sequence, run) in sequences.iter().zip(&mut runs) {
            let opens_another = |moment: &Moment| {
                let mut steps = moment.0.iter().map(|step| step.symbol);
                steps.any(|symbol| symbol.line > 0 && symbol.act == Act::Open)
            };
            if let Some(at) = sequence.0.iter().position(opens_another) {
                run.answers.truncate(at);
            }
        }
        Ok(runs)
    }

    fn harm(&mut self) -> Option<Harm> {
        None
    }
}

#[test]
fn a_connection_that_is_refused_is_a_find() {
    let (_, events) = run(&mut Narrow(frail(|_| false).lab), oracle(), options(600));
    let mut finds = finds(&events).into_iter();
    let find = finds.find(|find| find.class == "refused instead of open");
    let find = find.expect("it is found");
    assert_eq!(find.steps.len(), 1, "{:?}", find.steps);
}
