//! What the driver says of servers whose doings are known.

use std::sync::Arc;

use zk_conformance::driver;
use zk_conformance::driver::Act;
use zk_conformance::driver::Symbol;
use zk_conformance::lab;
use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::server::Mode;
use zk_conformance::server::Transport;

fn word(text: &str) -> Vec<Symbol> {
    let symbols = text.split_whitespace();
    symbols.map(|it| it.parse().expect("a symbol")).collect()
}

fn answers(server: &Config, text: &str) -> Vec<Arc<str>> {
    lab::drive(server.clone(), &word(text), driver::Config::default())
}

/// The last answer to a word.
#[track_caller]
fn last(server: &Config, text: &str) -> String {
    let answers = answers(server, text);
    assert_eq!(answers.len(), word(text).len(), "an answer for each symbol");
    answers.last().expect("an answer").to_string()
}

fn flawed(flaw: Flaw) -> Config {
    Config {
        flaws: Flaws::NONE.with(flaw),
        ..Config::default()
    }
}

#[test]
fn every_symbol_reads_back_as_written() {
    for &act in Act::ALL {
        for line in 0..4 {
            let line = if act.passes_time() { 0 } else { line };
            let symbol = Symbol { line, act };
            assert_eq!(symbol.to_string().parse(), Ok(symbol));
        }
    }
    for text in ["", "a", "a.", "e.open", "a.expire", "a.open.b", "open"] {
        let error = text.parse::<Symbol>().expect_err("no symbol");
        assert_eq!(error.text, text);
    }
}

#[test]
fn a_session_s_life_is_told() {
    let server = Config::default();
    let told = answers(
        &server,
        "a.open a.new a.ping b.open b.renew a.ping b.close b.open b.renew",
    );
    let told: Vec<&str> = told.iter().map(AsRef::as_ref).collect();
    assert_eq!(
        told,
        [
            "open",
            "new session",
            "pong",
            "open",
            "same session; a: closed",
            "-",
            "ok, closed",
            "open",
            "refused, closed",
        ]
    );
}

#[test]
fn every_answer_has_its_words() {
    let server = Config::default();
    for (word, said) in [
        ("a.ping", "-"),
        ("a.open a.open", "-"),
        ("a.open a.ping", "closed"),
        ("a.open a.renew", "refused, closed"),
        ("a.open a.ahead", "closed"),
        ("a.open a.plain", "new session"),
        (
            "a.open a.word",
            "text ruok is not executed because it is not in the whitelist., closed",
        ),
        ("a.open a.new a.word", "closed"),
        ("a.open a.new a.new", "error -6, closed"),
        ("a.open a.new a.unknown", "error -6, closed"),
        ("a.open a.new a.auth", "error -115, closed"),
        ("a.open a.new a.again", "session repeated"),
        ("a.open a.new a.half", "closed"),
        ("a.open a.new a.cut", "cut"),
        ("a.open a.new a.negative", "closed"),
        ("a.open a.new a.empty", "closed"),
        ("a.open a.partial", "silent"),
        ("a.open a.new a.partial", "silent"),
        ("a.open a.new b.open b.wrong", "refused, closed; a: closed"),
        (
            "a.open a.new b.open b.new b.cut b.open b.renew",
            "same session",
        ),
        ("a.open a.new expire", "-; a: closed"),
        ("a.open a.new expire a.open a.renew", "refused, closed"),
    ] {
        assert_eq!(last(&server, word), said, "{word}");
    }
}

#[test]
fn netty_is_silent_where_nio_closes() {
    let netty = Config {
        transport: Transport::Netty,
        ..Config::default()
    };
    assert_eq!(last(&netty, "a.open a.new a.empty"), "silent");
    assert_eq!(last(&netty, "a.open a.new a.empty a.ping"), "closed");
}

#[test]
fn what_is_wrong_with_a_server_shows() {
    for (flaw, word, said) in [
        (
            Flaw::NoEvictOnRenew,
            "a.open a.new b.open b.renew",
            "same session",
        ),
        (
            Flaw::NoPasswordCheck,
            "a.open a.new b.open b.wrong",
            "same session; a: closed",
        ),
        (
            Flaw::EvictAfterCheck,
            "a.open a.new b.open b.wrong",
            "refused, closed",
        ),
        (
            Flaw::RenewNewSession,
            "a.open a.new b.open b.renew",
            "new session",
        ),
        (Flaw::SameId, "a.open a.new b.open b.new", "earlier session"),
        (Flaw::NoCloseReply, "a.open a.new a.close", "closed"),
        (
            Flaw::CloseStaysOpen,
            "a.open a.new a.close",
            "ok, stays open",
        ),
        (
            Flaw::UnknownStaysOpen,
            "a.open a.new a.unknown",
            "error -6, stays open",
        ),
        (Flaw::UnknownDropped, "a.open a.new a.unknown", "silent"),
        (Flaw::PingXidEchoed, "a.open a.new a.ping", "pong"),
        (
            Flaw::PingZxidMissing,
            "a.open a.new a.ping",
            "pong, no zxid",
        ),
        (Flaw::RefusalSilent, "a.open a.renew", "closed"),
        (
            Flaw::RefusalStaysOpen,
            "a.open a.renew",
            "refused, stays open",
        ),
        (
            Flaw::RefusalEchoesId,
            "a.open a.renew",
            "refused, with an id, closed",
        ),
        (
            Flaw::ShortPassword,
            "a.open a.renew",
            "refused, with a password of 14, closed",
        ),
        (
            Flaw::NeverReadOnlyByte,
            "a.open a.new",
            "new session, no readOnly",
        ),
        (
            Flaw::AlwaysReadOnlyByte,
            "a.open a.plain",
            "new session, readOnly unasked",
        ),
        (Flaw::NoExpiry, "a.open a.new expire", "-"),
        (
            Flaw::CloseKeepsSession,
            "a.open a.new a.close a.open a.renew",
            "same session",
        ),
    ] {
        assert_eq!(last(&flawed(flaw), word), said, "{flaw}: {word}");
    }
}

#[test]
fn a_read_only_server_without_sessions_says_so() {
    let server = Config {
        mode: Mode::ReadOnlyNoNew,
        ..Config::default()
    };
    let said = last(&server, "a.open a.new");
    assert_eq!(
        said, "closed",
        "a client that will not have read-only is turned away"
    );
}
