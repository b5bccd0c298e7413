//! Made-up servers, and what is found to be different about them.

use std::sync::Arc;

use super::*;
use crate::hunt::diff::tally::Scale;

fn run(said: &str) -> Run {
    Run {
        answers: vec![Arc::from("open"), Arc::from(said)],
        log: Vec::new(),
    }
}

/// Asks a suspect until it knows, however little it is worth its while; the servers answer the
/// second moment so in turn.
fn look_into(answers: [&[&'static str]; 2]) -> Option<Difference> {
    let mut turns = [0, 0];
    look_into_by(|side, has_it| {
        turns[side] += 1;
        let said = answers[side][(turns[side] - 1) % answers[side].len()];
        if has_it { said } else { "same" }
    })
}

/// The same, where a side answers so to a sequence that has it or not.
fn look_into_by(mut answer: impl FnMut(usize, bool) -> &'static str) -> Option<Difference> {
    let sequence: Sequence = "a.open a.empty".parse().unwrap();
    let mut tally = Tally::new(&Scale::default(), &sequence);
    let [first, second] = [0, 1].map(|side| vec![run(answer(side, true))]);
    tally.add(first, second);
    let mut suspect = Suspect::new(Hint::new(sequence, tally));
    loop {
        let (candidate, times) = suspect.ask()?;
        let has_it = candidate.to_string() == "a.open a.empty";
        let [a, b] = [0, 1].map(|side| {
            let said = (0..times).map(|_| run(answer(side, has_it)));
            said.collect::<Vec<_>>()
        });
        match suspect.tell(a, b, &Known::default()) {
            Progress::More => {}
            Progress::Nothing(hint) if is_over(&hint.tally) => return None,
            Progress::Nothing(hint) => suspect = Suspect::new(hint),
            Progress::Known(..) => return None,
            Progress::Found(difference) => return Some(*difference),
        }
    }
}

#[test]
fn what_is_always_different_is_found() {
    let found = look_into([&["closed"], &["silent"]]).expect("a difference");
    assert_eq!(found.in_words(), "a.empty: closed / silent");
}

#[test]
fn other_rates_are_a_difference() {
    let found = look_into([&["ok", "closed"], &["ok"]]).expect("a difference");
    assert!(!found.is_of_rates);
    assert_eq!(found.answers[0].len(), 2);
    assert!(found.answers[0][0].count >= 48);
}

/// Rates of a half and four fifths differ by less than hundred runs tell for sure.
#[test]
fn rates_that_are_near_are_a_difference() {
    let one = ["ok", "closed"];
    let other = ["ok", "ok", "ok", "ok", "closed"];
    let found = look_into([&one, &other]).expect("a difference");
    assert!(found.is_of_rates);
    assert!(found.answers[0].iter().all(|answer| answer.count >= 48));
    let other = ["ok", "ok", "ok", "closed", "closed"];
    let found = look_into([&one, &other]);
    assert!(found.is_some(), "0.5 and 0.6");
}

/// Servers that warm up are not as they were.
#[test]
fn a_rate_that_does_not_last_is_none() {
    let mut turn = 0;
    let found = look_into_by(|side, is_it| {
        turn += 1;
        let is_early = turn < 600;
        match (is_it, side) {
            (true, 0) if is_early && turn % 3 == 0 => "ok",
            (true, _) => "closed",
            (false, _) => "same",
        }
    });
    assert!(found.is_none());
}

#[test]
fn what_is_made_small_shows_the_same() {
    let sequence: Sequence = "a.open a.new a.ping a.empty".parse().unwrap();
    let said = |sequence: &Sequence, flawed: bool| {
        let text = sequence.to_string();
        let answers = sequence
            .0
            .iter()
            .map(|moment| match moment.to_string().as_str() {
                "a.empty" if flawed && text.contains("ping") => "silent",
                // Another difference, which comes up once the ping is gone.
                "a.empty" if flawed => "error -6",
                "a.empty" => "closed",
                _ => "ok",
            });
        let answers = answers.map(Arc::from).collect();
        vec![Run {
            answers,
            log: Vec::new(),
        }]
    };
    let mut tally = Tally::new(&Scale::new(None, true), &sequence);
    tally.add(said(&sequence, false), said(&sequence, true));
    let mut suspect = Suspect::new(Hint::new(sequence, tally));
    loop {
        let (candidate, _) = suspect.ask().expect("a candidate");
        match suspect.tell(
            said(&candidate, false),
            said(&candidate, true),
            &Known::default(),
        ) {
            Progress::More => {}
            Progress::Found(found) => {
                assert_eq!(found.in_words(), "a.empty: closed / silent");
                assert_eq!(found.sequence.to_string(), "a.ping a.empty");
                return;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_same_rates_are_none() {
    assert!(look_into([&["ok", "closed"], &["closed", "ok"]]).is_none());
    assert!(look_into([&["ok", "ok", "closed"], &["ok", "closed", "ok"]]).is_none());
}
