//! Profiles: true to the catalogue, told from each other, and found.

use std::collections::BTreeSet;

use zk_conformance::judge::Catalogue;
use zk_conformance::judge::Options;
use zk_conformance::judge::Rule;
use zk_conformance::judge::Subject;
use zk_conformance::judge::names;
use zk_conformance::profile;
use zk_conformance::profile::Facts;
use zk_conformance::profile::Profile;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::transcript::Action;

fn profiles() -> Vec<Profile> {
    Profile::all().expect("the profiles are in order")
}

fn facts(version: &str, flaws: &[Flaw]) -> Facts {
    let config = Config {
        version: version.to_owned().into(),
        flaws: flaws.iter().copied().collect::<Flaws>(),
        ..Config::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let subject = Subject::Embedded(Box::new(config));
    let options = Options::default();
    let facts = profile::discover(&subject, &options);
    runtime
        .expect("a runtime")
        .block_on(facts)
        .expect("a server that answers")
}

/// The names of the outcomes of the cases a rule speaks of, other than the strict ones.
fn outcomes(catalogue: &Catalogue, rule: &Rule) -> BTreeSet<String> {
    let cases = catalogue.cases().iter().filter(|case| rule.case.name(case));
    let steps = cases.flat_map(|case| &case.script.steps);
    let outcomes = steps.flat_map(|step| match &step.action {
        Action::Expect { outcomes, .. } => outcomes.as_slice(),
        _ => &[],
    });
    outcomes.map(|outcome| outcome.name.clone()).collect()
}

#[test]
fn profiles_are_called_what_their_files_are() {
    let names: Vec<_> = profiles().into_iter().map(|profile| profile.name).collect();
    assert_eq!(names, Profile::names().collect::<Vec<_>>());
}

#[test]
fn every_rule_speaks_of_cases_and_outcomes_that_are_there() {
    let catalogue = Catalogue::embedded().expect("the catalogue is in order");
    for profile in profiles() {
        assert!(!profile.signs.is_empty(), "{}", profile.name);
        let rules = profile.deviation.iter().chain(&profile.unsupported);
        for rule in rules.chain(&profile.never) {
            for pattern in rule.case.as_slice() {
                let mut cases = catalogue.cases().iter();
                assert!(
                    cases.any(|case| names(pattern, case)),
                    "{}: {pattern} names no case",
                    profile.name
                );
            }
            assert!(
                rule.reason.ends_with('.'),
                "{}: {}",
                profile.name,
                rule.reason
            );
            if let Some(outcome) = &rule.outcome {
                let known = outcomes(&catalogue, rule);
                assert!(known.contains(outcome), "{}: {outcome}", profile.name);
            }
        }
    }
}

#[test]
fn every_sign_is_a_fact() {
    let known = facts("3.9.5", &[]);
    for profile in profiles() {
        for sign in profile.signs.keys() {
            assert!(known.get(sign).is_some(), "{}: {sign}", profile.name);
        }
    }
}

#[test]
fn each_release_is_told_by_its_version() {
    for minor in 4..=9 {
        let facts = facts(&format!("3.{minor}.1-abcdef"), &[]);
        let all = profiles();
        let best = profile::best(&all, &facts).expect("one that fits");
        assert_eq!(best.name, format!("zk-3.{minor}"));
    }
}

#[test]
fn a_server_that_is_like_none_gets_none() {
    let all = profiles();
    let facts = facts("4.0.0", &[]);
    assert!(profile::best(&all, &facts).is_none());
    let first = &profile::likenesses(&all, &facts)[0];
    assert!(first.held() > 0 && !first.is_whole(), "{first:?}");
}

#[test]
fn facts_follow_what_a_server_does() {
    let sound = facts("3.8.0", &[]);
    for (fact, flaw, right, wrong) in [
        (
            "reply-to-45",
            Flaw::NeverReadOnlyByte,
            "bytes-37",
            "bytes-36",
        ),
        (
            "reply-to-44",
            Flaw::AlwaysReadOnlyByte,
            "bytes-36",
            "bytes-37",
        ),
        ("timeout-1", Flaw::NoClamp, "raised", "echoed"),
        ("password", Flaw::FixedPassword, "of-the-id", "other"),
        ("renewal", Flaw::RenewNewSession, "resumed", "new-session"),
        (
            "wrong-password",
            Flaw::NoPasswordCheck,
            "refused",
            "accepted",
        ),
        (
            "wrong-password",
            Flaw::ShortPassword,
            "refused",
            "refused-14",
        ),
        (
            "unknown-session",
            Flaw::RenewUnknown,
            "refused",
            "new-session",
        ),
        ("old-connection", Flaw::NoEvictOnRenew, "closed", "kept"),
        ("ping-xid", Flaw::PingXidEchoed, "minus-two", "echoed"),
        ("close-reply", Flaw::NoCloseReply, "reply", "none"),
        ("zxid-ahead", Flaw::ZxidAheadAccepted, "closed", "ignored"),
    ] {
        assert_eq!(sound.get(fact), Some(right), "{fact}");
        assert_eq!(
            facts("3.8.0", &[flaw]).get(fact),
            Some(wrong),
            "{fact} with {flaw}"
        );
    }
}
