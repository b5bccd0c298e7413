//! Servers compared: what differs is found, and what does not is not.

use std::time::Duration;

use zk_conformance::hunt::compare_mutant;
use zk_conformance::hunt::diff::Comparison;
use zk_conformance::hunt::diff::Model;
use zk_conformance::hunt::diff::Options;
use zk_conformance::hunt::diff::in_lab;
use zk_conformance::hunt::outcomes;
use zk_conformance::judge::Subject;
use zk_conformance::net::Clock;
use zk_conformance::net::InMemoryServer;
use zk_conformance::net::Lost;
use zk_conformance::net::Rivals;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::server::Transport;

use crate::hunt::driver;
use crate::hunt::flawed;
use crate::hunt::sequence;
use crate::hunt::sound;

/// What differs, in lines.
fn differences(comparison: &Comparison) -> Vec<String> {
    let differences = comparison.differences().iter();
    differences.map(|it| it.in_words()).collect()
}

#[test]
fn a_server_does_not_differ_from_itself() {
    let server = sound();
    let comparison = in_lab(
        [&server, &server],
        Options::default(),
        &driver(),
        1_500,
        |_| false,
    );
    assert_eq!(differences(&comparison), [""; 0]);
    assert!(comparison.effort().sequences > 1_000);
}

#[test]
fn the_transports_differ_in_what_they_are_known_to() {
    let netty = Config {
        transport: Transport::Netty,
        ..sound()
    };
    let comparison = in_lab(
        [&sound(), &netty],
        Options::default(),
        &driver(),
        1_000,
        |_| false,
    );
    let mut found = differences(&comparison);
    found.sort();
    assert_eq!(
        found,
        ["a.empty: closed / silent", "a.linger: closed / silent"]
    );
}

#[test]
fn flaws_are_found_by_short_sequences() {
    for (flaw, most) in [
        (Flaw::PingUnanswered, 3),
        (Flaw::PingXidEchoed, 3),
        (Flaw::CloseKeepsSession, 6),
        (Flaw::CloseStaysOpen, 3),
        (Flaw::NoEvictOnRenew, 4),
        (Flaw::ShortPassword, 2),
        (Flaw::HandshakeSwallowsRest, 3),
        (Flaw::FirstFrameOnly, 4),
        (Flaw::SilentKept, 2),
        (Flaw::VersionChecked, 2),
        (Flaw::NegativeLengthWaits, 2),
        (Flaw::NoExpiry, 5),
    ] {
        let comparison = in_lab(
            [&sound(), &flawed(flaw)],
            Options::default(),
            &driver(),
            4_000,
            |comparison| !comparison.differences().is_empty(),
        );
        let found = comparison.differences().first();
        let found = found.unwrap_or_else(|| panic!("{flaw} is not found"));
        let steps = found.sequence.len();
        assert!(
            steps <= most,
            "{flaw}: {} has {steps} steps",
            found.sequence
        );
    }
}

/// The timeout that is granted is in every answer to a handshake; nothing follows from it.
#[test]
fn a_detail_hides_nothing_else() {
    let other = Config {
        min_session_timeout: Some(Duration::from_millis(20_000)),
        ..flawed(Flaw::NoCloseReply)
    };
    for sides in [[sound(), other.clone()], [other, sound()]] {
        let comparison = in_lab(
            sides.each_ref(),
            Options::default(),
            &driver(),
            1_000,
            |_| false,
        );
        let found = differences(&comparison);
        assert!(
            found
                .iter()
                .any(|it| it.starts_with("a.new: new session, timeout"))
        );
        assert!(
            found.iter().any(|it| it.starts_with("a.close: ")),
            "{found:?}"
        );
    }
}

/// What is answered otherwise in one place leaves other places to be looked at.
#[test]
fn a_difference_hides_nothing_else() {
    let cases = [
        // A handshake that is out of the ordinary, and an ordinary one.
        (Flaw::CrashOnNullPassword, "a.open a.null"),
        // A renewal of a session that never was, and one that is.
        (Flaw::UnknownNewSession, "a.open a.renew"),
    ];
    for (flaw, other) in cases {
        let flaws = Flaws::NONE.with(flaw).with(Flaw::NoEvictOnRenew);
        let server = Config { flaws, ..sound() };
        let mut options = Options::default();
        options.only = [other, "a.open a.new b.open b.renew"]
            .map(sequence)
            .to_vec();
        let comparison = in_lab([&sound(), &server], options, &driver(), 1_000, |_| false);
        let found = differences(&comparison);
        assert!(
            found.iter().any(|it| it.starts_with("b.renew: ")),
            "{found:?}"
        );
        assert_eq!(found.len(), 2, "{found:?}");
    }
}

/// A server is slow once: what follows is not held against it.
#[test]
fn what_happened_once_is_not_held_against_what_comes_after() {
    let text = "a.open a.new a.ping a.ping";
    let mut options = Options::default();
    options.only = vec![sequence(text)];
    options.model = Some(Model {
        side: 1,
        server: sound(),
    });
    let mut comparison = Comparison::new(options, sound(), driver());
    let mut runs = 0;
    while let Some(task) = comparison.ask() {
        let mut right = outcomes(&sound(), &task.sequence, &driver()).into_iter();
        let right = right.next().expect("an outcome");
        let mut a = vec![right.clone(); task.times];
        if runs == 0 {
            let last = a[0].answers.get_mut(2).expect("the answer to a ping");
            *last = "silent".into();
        }
        runs += task.times;
        comparison.tell(task.id, a, vec![right; task.times]);
    }
    comparison.finish();
    assert!(runs > 100, "it was looked into, in {runs} runs");
    assert_eq!(differences(&comparison), [""; 0]);
}

/// What one server does now and then, and the other never, is found by the sequence that shows it.
#[test]
fn what_is_rare_is_found() {
    let rare = sequence("a.open a.new a.close+a.half");
    let mut options = Options::default();
    options.only = vec![rare.clone()];
    let mut comparison = Comparison::new(options, sound(), driver());
    let mut runs = 0;
    while let Some(task) = comparison.ask() {
        let outcomes = outcomes(&sound(), &task.sequence, &driver());
        let usual = outcomes.into_iter().next().expect("an outcome");
        let mut b = vec![usual.clone(); task.times];
        if task.sequence == rare {
            for (run, nth) in b.iter_mut().zip(runs..) {
                if nth % 15 == 14 {
                    run.answers[2] = "lost".into();
                }
            }
            runs += task.times;
        }
        comparison.tell(task.id, vec![usual; task.times], b);
    }
    comparison.finish();
    assert!(runs >= 200, "{runs} runs");
    let found = comparison.differences();
    assert_eq!(found.len(), 1, "{:?}", differences(&comparison));
    assert_eq!(found[0].sequence, rare);
}

#[test]
fn mutants_are_found() {
    let flaws = [Flaw::Greets, Flaw::UnknownDropped, Flaw::AuthUnanswered];
    for flaw in flaws {
        let compared = compare_mutant(flaw, 0, 2_000);
        assert!(compared.difference.is_some(), "{flaw} is not found");
    }
}

/// What differs between two servers over TCP, by some sequences.
fn over_tcp(servers: [Config; 2], sequences: &[&str]) -> Result<Vec<String>, Lost> {
    let servers = servers.map(|config| InMemoryServer::start(config).expect("a server"));
    let subjects = servers.each_ref().map(|it| Subject::Tcp(it.address()));
    compare(subjects, sequences)
}

fn compare(subjects: [Subject; 2], sequences: &[&str]) -> Result<Vec<String>, Lost> {
    compare_with(None, subjects, sequences)
}

/// The same, where one of them may be the model.
fn compare_with(
    model: Option<Model>,
    subjects: [Subject; 2],
    sequences: &[&str],
) -> Result<Vec<String>, Lost> {
    let mut options = Options::default();
    options.model = model;
    options.only = sequences.iter().map(|text| sequence(text)).collect();
    let mut comparison = Comparison::new(options, sound(), driver());
    let rivals = Rivals::new(subjects, driver());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let clock = Clock::start();
        let until = clock.now() + Duration::from_secs(120);
        rivals
            .compare(&mut comparison, clock, until, |_| false)
            .await
    })?;
    assert!(comparison.is_settled());
    Ok(differences(&comparison))
}

#[test]
fn over_tcp_a_difference_is_found_and_made_small() {
    let found = over_tcp(
        [Config::default(), flawed(Flaw::PingXidEchoed)],
        &["a.open a.new b.open a.ping[xid=7] a.close"],
    );
    let found = found.expect("both can be reached");
    assert_eq!(found, ["a.ping[xid=0]: pong, another xid / pong"]);
}

#[test]
fn over_tcp_the_same_is_the_same() {
    let same = [
        "a.open a.new a.ping a.close",
        "a.open a.new b.open a.cut+b.renew",
    ];
    let found = over_tcp([Config::default(), Config::default()], &same);
    assert_eq!(found, Ok(Vec::new()));
}

/// What overtakes an answer on virtual time may be overtaken by it over TCP.
#[test]
fn the_model_may_answer_in_any_order() {
    let in_any_order = [
        "a.open a.new a.new+a.half",
        "a.open a.new a.ping[half=12]",
        "a.open a.new b.open a.renew+b.renew",
        "a.open a.new b.open a.renew+b.wrong",
        "a.open a.new b.open c.open d.open a.ping+b.renew+c.renew+d.renew",
        "a.open a.new+a.ping+a.close+a.half",
    ];
    let against = |server: Config, sequences: &[&str]| {
        let server = InMemoryServer::start(server).expect("a server");
        let model = Model {
            side: 1,
            server: sound(),
        };
        let subjects = [
            Subject::Tcp(server.address()),
            Subject::Embedded(Box::new(sound())),
        ];
        compare_with(Some(model), subjects, sequences)
    };
    assert_eq!(against(Config::default(), &in_any_order), Ok(Vec::new()));
    let evicts_nobody = against(
        flawed(Flaw::NoEvictOnRenew),
        &["a.open a.new b.open b.renew"],
    );
    assert_eq!(
        evicts_nobody,
        Ok(vec![
            "b.renew: same session, timeout 10000 / same session, timeout 10000; a: closed"
                .to_owned()
        ])
    );
}

/// A limit of connections is a setting, and no difference.
#[test]
fn no_more_connections_are_opened_than_servers_take() {
    let limited = |limit| Config {
        max_client_connections: limit,
        ..Config::default()
    };
    // More than there is room for, if all that can are played at once.
    let many = ["a.open+b.open+c.open+d.open a.new b.partial"];
    assert_eq!(over_tcp([limited(48), limited(0)], &many), Ok(Vec::new()));
}

#[test]
fn a_server_that_is_gone_is_told() {
    let server = InMemoryServer::start(Config::default()).expect("a server");
    let there = Subject::Tcp(server.address());
    let gone = {
        let server = InMemoryServer::start(Config::default()).expect("a server");
        Subject::Tcp(server.address())
    };
    assert_eq!(compare([there, gone], &["a.open a.new"]), Err(Lost(1)));
}
