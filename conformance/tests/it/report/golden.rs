//! Runs held against others.

use zk_conformance::judge::Options;
use zk_conformance::judge::Verdict;
use zk_conformance::report::Change;
use zk_conformance::report::compare;
use zk_conformance::report::stable;
use zk_conformance::server::Flaw;

use super::runs::all_sorts;
use super::runs::case;
use super::runs::flawed;
use super::runs::sound;
use super::runs::unreachable;

#[test]
fn a_run_is_as_itself_whatever_the_order_and_the_time() {
    let runs = all_sorts();
    let mut others: Vec<_> = runs.iter().cloned().map(stable).collect();
    others.reverse();
    assert_eq!(compare(&others, &runs), []);
}

#[test]
fn every_change_is_told() {
    let was = sound();
    let mut is = flawed(Flaw::NoPasswordCheck, Options::default());
    is.info.product = was.info.product.clone();
    let changed = was.cases.len()
        - is.cases
            .iter()
            .filter(|case| case.verdict.is_fine())
            .count();
    let differences = compare(std::slice::from_ref(&was), std::slice::from_ref(&is));
    assert_eq!(differences.len(), changed);
    let told: Vec<_> = differences.iter().map(ToString::to_string).collect();
    let line =
        "zkspec 0.1.0  ZK0409 renew/wrong-password-is-refused: was passed, is failed (resumed)";
    assert!(told.contains(&line.to_owned()), "{told:#?}");
    let back = compare(&[is], &[was]);
    assert_eq!(back.len(), changed, "better is different, too");
}

#[test]
fn failing_in_another_way_is_a_change() {
    let was = flawed(Flaw::NoPasswordCheck, Options::default());
    let mut is = was.clone();
    let failed = is.cases.iter_mut().find(|case| case.id == "ZK0409");
    let Some(Verdict::Failed(problem)) = failed.map(|case| &mut case.verdict) else {
        panic!("{:?}", case(&was, "ZK0409"));
    };
    problem.outcome = None;
    let differences = compare(&[was], &[is]);
    assert_eq!(differences.len(), 1);
    assert_eq!(
        differences[0].change,
        Change::Result {
            was: "failed (resumed)".to_owned(),
            is: "failed".to_owned()
        }
    );
}

#[test]
fn what_is_new_and_what_is_gone_is_told() {
    let was = sound();
    let mut is = was.clone();
    let gone = is.cases.remove(3);
    let differences = compare(std::slice::from_ref(&was), std::slice::from_ref(&is));
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0].case, Some((gone.id, gone.name)));
    assert_eq!(
        differences[0].change,
        Change::Gone {
            was: "passed".to_owned()
        }
    );
    let back = compare(&[is], &[was]);
    assert_eq!(
        back[0].change,
        Change::New {
            is: "passed".to_owned()
        }
    );
}

#[test]
fn a_run_that_says_nothing_is_not_as_one_that_passed() {
    let was = sound();
    let mut is = unreachable();
    is.info.product = was.info.product.clone();
    let differences = compare(std::slice::from_ref(&was), std::slice::from_ref(&is));
    assert_eq!(differences.len(), was.cases.len() + 1);
    assert!(differences[0].case.is_none(), "{}", differences[0]);
}
