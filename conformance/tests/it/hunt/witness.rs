//! What is found is written as a transcript that plays it again.

use std::sync::Arc;

use zk_conformance::hunt::outcomes;
use zk_conformance::hunt::witness;
use zk_conformance::lab;
use zk_conformance::player;
use zk_conformance::player::Verdict;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Transport;
use zk_conformance::transcript;
use zk_conformance::transcript::Bindings;

use crate::hunt::driver;
use crate::hunt::flawed;
use crate::hunt::sequence;
use crate::hunt::sound;

/// Whether what came of a sequence on one server comes out on another.
fn plays(text: &str, seen_on: &Config, on: &Config) -> bool {
    let made = sequence(text);
    let run = &outcomes(seen_on, &made, &driver())[0];
    let script = witness("find/1", &made, run);
    assert_eq!(script.header("sequence"), Some(text));
    let printed = script.to_string();
    let parsed = transcript::parse(&printed).expect("what is printed can be read");
    assert_eq!(parsed.scripts, [script], "{printed}");
    let script = Arc::new(parsed.scripts[0].clone());
    let config = player::Config::default();
    let played = lab::play(on.clone(), script, Bindings::default(), config);
    matches!(played.verdict, Verdict::Passed { .. })
}

#[test]
fn it_comes_out_where_it_was_seen() {
    for text in [
        "a.open a.new a.ping a.close",
        "a.open a.new b.open b.renew a.open a.renew",
        "a.open a.new a.close+a.half",
        "a.open a.new b.open+c.open b.renew+c.renew",
        "a.open a.empty",
        "a.open a.new[pieces=1] a.read",
        "a.open a.new a.partial",
        "a.open a.word",
        "a.open a.new expire a.open a.renew",
        "a.open a.linger",
        "a.open a.new wait a.ping",
        "a.open a.new[reset=9] a.open a.new",
    ] {
        assert!(plays(text, &sound(), &sound()), "{text}");
    }
}

#[test]
fn it_does_not_where_it_differs() {
    let netty = Config {
        transport: Transport::Netty,
        ..sound()
    };
    for (text, other) in [
        ("a.open a.new a.close", flawed(Flaw::NoCloseReply)),
        ("a.open a.new b.open b.renew", flawed(Flaw::NoEvictOnRenew)),
        ("a.open a.empty", netty.clone()),
        ("a.open a.linger", netty),
    ] {
        assert!(!plays(text, &sound(), &other), "{text}");
        assert!(!plays(text, &other, &sound()), "{text}");
        assert!(plays(text, &other, &other), "{text}");
    }
}
