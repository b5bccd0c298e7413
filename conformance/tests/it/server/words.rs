//! Four-letter words.

use zk_conformance::server::Config;
use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::server::Mode;
use zk_conformance::server::Requests;
use zk_conformance::server::Word;
use zk_conformance::server::Words;

use crate::server::world::World;
use crate::server::world::hex;
use crate::server::world::new;
use crate::server::world::request;

fn talkative() -> Config {
    Config {
        words: Words::ALL,
        ..Config::default()
    }
}

#[track_caller]
fn ask(config: Config, word: &str) -> String {
    let mut world = World::new(config);
    let answer = world.open(1, word.as_bytes());
    assert!(world.is_closed(1), "{word}");
    String::from_utf8(answer).expect("text")
}

#[test]
fn only_srvr_is_on_by_default_and_the_others_say_so() {
    for &word in Word::ALL {
        let answer = ask(Config::default(), word.text());
        let refused = format!("{word} is not executed because it is not in the whitelist.\n");
        assert_eq!(answer == refused, word != Word::Srvr, "{word}");
    }
}

/// The flaw is about words that are not enabled, and about no others.
#[test]
fn a_server_that_is_silent_about_words_answers_those_that_are_on() {
    let silent = Config {
        flaws: Flaws::NONE.with(Flaw::WordSilent),
        ..Config::default()
    };
    for &word in Word::ALL {
        let answer = ask(silent.clone(), word.text());
        assert_eq!(answer.is_empty(), word != Word::Srvr, "{word}: {answer}");
    }
}

#[test]
fn unknown_words_and_capitals_are_lengths() {
    for word in ["abcd", "RUOK", "ruoK", "GET "] {
        assert_eq!(ask(talkative(), word), "");
    }
}

#[test]
fn a_word_may_come_in_pieces_and_with_more_behind_it() {
    let mut world = World::new(talkative());
    assert_eq!(world.open(1, b"r"), hex(""));
    assert_eq!(world.send(1, b"uok\n"), b"imok");
    assert!(world.is_closed(1));
}

#[test]
fn a_word_leaves_other_sessions_alone() {
    let mut world = World::new(talkative());
    let session_id = world.session(1, 4_000);
    assert_eq!(world.open(2, b"ruok"), b"imok");
    assert!(world.has_session(session_id));
    assert!(!world.is_closed(1));
}

#[test]
fn isro_tells_what_sessions_there_are() {
    assert_eq!(ask(talkative(), "isro"), "rw");
    let read_only = Config {
        mode: Mode::ReadOnly,
        ..Config::default()
    };
    assert_eq!(ask(read_only, "isro"), "ro");
}

#[test]
fn a_server_that_does_not_serve_says_so_and_makes_no_sessions() {
    let config = Config {
        serving: false,
        ..talkative()
    };
    assert_eq!(ask(config.clone(), "ruok"), "imok");
    assert_eq!(ask(config.clone(), "isro"), "null");
    for word in ["stat", "srvr", "mntr", "cons", "dump", "crst", "srst"] {
        let text = "This ZooKeeper instance is not currently serving requests\n";
        assert_eq!(ask(config.clone(), word), text);
    }
    let mut world = World::new(config);
    assert_eq!(world.open(1, &new(4_000)), hex(""));
    assert!(world.is_closed(1));
}

#[test]
fn srvr_and_stat_have_the_shape_clients_parse() {
    let srvr = ask(Config::default(), "srvr");
    let expected = "Zookeeper version: 3.9.5-conformance\n\
                    Latency min/avg/max: 0/0.0/0\n\
                    Received: 1\n\
                    Sent: 0\n\
                    Connections: 1\n\
                    Outstanding: 0\n\
                    Zxid: 0x0\n\
                    Mode: standalone\n\
                    Node count: 5\n";
    assert_eq!(srvr, expected);
    let stat = ask(talkative(), "stat");
    assert!(stat.contains("\nClients:\n /127.0.0.1:1[1](queued=0,recved=1,sent=0)\n\n"));
}

#[test]
fn dump_lists_sessions_by_expiry() {
    let mut world = World::new(talkative());
    world.session(1, 4_000);
    world.session(2, 4_000);
    world.session(3, 9_000);
    let dump = String::from_utf8(world.open(4, b"dump")).expect("text");
    let expected = "Session Sets (2)/(3):\n\
                    2 expire at 6000ms:\n\
                    \t0x100000000000000\n\
                    \t0x100000000000001\n\
                    1 expire at 10000ms:\n\
                    \t0x100000000000002\n";
    assert!(dump.contains(expected), "{dump}");
}

#[test]
fn dump_counts_the_moments_of_expiry() {
    let mut world = World::new(talkative());
    world.session(1, 4_000);
    world.session(2, 4_000);
    let dump = String::from_utf8(world.open(3, b"dump")).expect("text");
    assert!(dump.contains("Session Sets (1)/(2):\n"), "{dump}");
    assert!(ask(talkative(), "mntr").contains("\nzk_global_sessions\t0\n"));
}

#[test]
fn a_word_that_is_not_executed_counts_nothing_anew() {
    let mut world = World::default();
    world.open(1, b"srst");
    let srvr = String::from_utf8(world.open(2, b"srvr")).expect("text");
    assert!(srvr.contains("\nReceived: 2\n"), "{srvr}");
}

#[test]
fn a_word_without_an_answer_is_answered_by_the_end_alone() {
    let mut world = World::new(talkative());
    world.open(1, b"envi");
    assert!(!world.log.contains(" < \n"), "{}", world.log);
    assert!(world.is_closed(1));
}

#[test]
fn what_a_delegate_has_not_answered_is_outstanding() {
    let mut world = World::new(Config {
        requests: Requests::Delegate,
        ..talkative()
    });
    world.session(1, 4_000);
    world.send(1, &request(5, 4, &[]));
    let srvr = String::from_utf8(world.open(2, b"srvr")).expect("text");
    assert!(srvr.contains("\nOutstanding: 1\n"), "{srvr}");
    let cons = String::from_utf8(world.open(3, b"cons")).expect("text");
    assert!(cons.contains("(queued=1,"), "{cons}");
}

#[test]
fn cons_conf_and_mntr_tell_of_sessions() {
    let mut world = World::new(talkative());
    world.session(1, 4_000);
    let mut ask = |id, word: &[u8]| String::from_utf8(world.open(id, word)).expect("text");
    assert!(ask(2, b"cons").contains(",sid=0x100000000000000,to=4000)\n"));
    assert!(ask(3, b"conf").contains("\nminSessionTimeout=4000\nmaxSessionTimeout=40000\n"));
    assert!(ask(4, b"mntr").contains("\nzk_global_sessions\t1\n"));
    assert!(ask(5, b"cons").contains("(queued=0,recved=1,sent=1,sid="));
    assert_eq!(ask(6, b"crst"), "Connection stats reset.\n");
    assert!(ask(7, b"cons").contains("(queued=0,recved=0,sent=0,sid="));
    assert_eq!(ask(8, b"srst"), "Server stats reset.\n");
    assert!(ask(9, b"mntr").contains("\nzk_packets_received\t1\n"));
}
