//! The shrinker, against what it should come to.

use std::fmt;
use std::ops::Range;

use proptest::prelude::*;
use zk_conformance::hunt::Sequence;
use zk_conformance::hunt::Shrink;
use zk_conformance::hunt::Shrinker;

use crate::hunt::sequence;

/// Numbers, each of which may be left out or be one less.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Numbers(Vec<u8>);

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Shrink for Numbers {
    fn parts(&self) -> usize {
        self.0.len()
    }

    fn without(&self, parts: Range<usize>) -> Option<Self> {
        let mut left = self.0.clone();
        left.drain(parts);
        (!left.is_empty()).then_some(Self(left))
    }

    fn simpler(&self) -> Vec<Self> {
        let places = (0..self.0.len()).filter(|at| self.0[*at] > 0);
        let less = |at: usize| {
            let mut less = self.clone();
            less.0[at] -= 1;
            less
        };
        places.map(less).collect()
    }
}

/// Whether all of `needed` are there in this order, each at least as large.
fn has(numbers: &[u8], needed: &[u8]) -> bool {
    let mut numbers = numbers.iter();
    needed.iter().all(|it| numbers.any(|number| number >= it))
}

fn shrink<T: Shrink>(whole: T, mut shows: impl FnMut(&T) -> bool) -> (T, usize) {
    let mut shrinker = Shrinker::new(whole);
    while let Some(candidate) = shrinker.ask().cloned() {
        let same = shows(&candidate);
        shrinker.tell(same);
    }
    (shrinker.best().clone(), shrinker.tries())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_what_is_needed_is_left(
        needed in prop::collection::vec(1..6_u8, 1..5),
        noise in prop::collection::vec((0..30_usize, 0..9_u8), 0..30),
    ) {
        let mut whole: Vec<u8> = needed.iter().map(|it| it + 2).collect();
        for (at, number) in noise {
            let at = at % (whole.len() + 1);
            whole.insert(at, number);
        }
        let length = whole.len();
        let (best, tries) = shrink(Numbers(whole), |it| has(&it.0, &needed));
        prop_assert_eq!(best.0, needed);
        prop_assert!(tries <= 20 * length * length + 100, "{} tries for {}", tries, length);
    }
}

#[test]
fn nothing_is_asked_twice() {
    let mut asked = std::collections::HashSet::new();
    let whole = Numbers(vec![3, 1, 4, 1, 5, 9, 2, 6]);
    shrink(whole, |it| {
        assert!(asked.insert(it.to_string()), "{it} was asked about before");
        has(&it.0, &[4, 9])
    });
}

#[test]
fn connections_twists_and_crowds_go() {
    let whole =
        "c.open d.open d.new[timeout=7,pieces=3] c.new+c.ping d.ping[xid=99,pieces=2] d.close";
    let shows = |it: &Sequence| {
        let text = it.to_string();
        text.contains(".ping[xid=") && text.contains(".new")
    };
    let (best, _) = shrink(sequence(whole), shows);
    assert_eq!(best.to_string(), "a.new b.ping[xid=0]");
}

#[test]
fn large_numbers_are_halved() {
    let needs = |least: i64| {
        move |it: &Sequence| {
            let text = it.to_string();
            let value = text
                .split("timeout=")
                .nth(1)
                .and_then(|it| it.strip_suffix(']'));
            value.is_some_and(|it| {
                it.parse()
                    .is_ok_and(|it: i64| it.unsigned_abs() >= least.unsigned_abs())
            })
        }
    };
    for (value, least) in [(i64::MAX, 40_001), (i64::MIN, 1), (40_001, 40_000), (-7, 0)] {
        let whole = sequence(&format!("a.open a.new[timeout={value}]"));
        let (best, tries) = shrink(whole, needs(least));
        let nearest = least * value.signum();
        assert_eq!(best.to_string(), format!("a.new[timeout={nearest}]"));
        assert!(tries < 500, "{tries} tries");
    }
}

#[test]
fn what_needs_all_of_it_stays() {
    let whole = sequence("a.open a.new+b.open a.close");
    let (best, _) = shrink(whole.clone(), |it| *it == whole);
    assert_eq!(best, whole);
}
