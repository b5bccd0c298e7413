//! The player, driven by hand.

use std::sync::Arc;

use zk_conformance::Instant;
use zk_conformance::player::Config;
use zk_conformance::player::End;
use zk_conformance::player::Input;
use zk_conformance::player::Order;
use zk_conformance::player::Player;
use zk_conformance::player::Trouble;
use zk_conformance::player::Verdict;
use zk_conformance::player::wire_log;
use zk_conformance::transcript::Bindings;
use zk_conformance::transcript::parse;

const PONG: [u8; 20] = [
    0, 0, 0, 16, 255, 255, 255, 254, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0,
];

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// A player of these steps, its connection A open.
#[track_caller]
fn opened(steps: &str) -> Player {
    let text = format!("script it\n----\nA open\n{steps}\n");
    let script = parse(&text).expect("a script").scripts.remove(0);
    let mut player = Player::new(
        Arc::new(script),
        Bindings::default(),
        Config::default(),
        at(0),
    );
    assert_eq!(player.poll().map(|output| output.order), Some(Order::Open));
    player.handle(at(0), Input::Opened("A"));
    player
}

/// What was seen instead, if the player has failed.
fn failure(player: &Player) -> String {
    match player.verdict() {
        Some(Verdict::Failed(failure)) => failure.actual.clone(),
        other => format!("not a failure: {other:?}"),
    }
}

const PASSED: Option<&Verdict> = Some(&Verdict::Passed {
    tolerated: Vec::new(),
});

#[test]
fn a_packet_may_come_in_any_pieces() {
    for size in 1..=PONG.len() {
        let mut player = opened("A < ReplyHeader xid=-2 err=OK");
        for piece in PONG.chunks(size) {
            assert_eq!(player.verdict(), None);
            player.handle(at(1), Input::Received("A", piece));
        }
        assert_eq!(player.verdict(), PASSED);
    }
}

#[test]
fn what_comes_early_waits_for_its_step() {
    let mut player = opened("wait 100ms\nA < ReplyHeader xid=-2, fin");
    player.handle(at(1), Input::Received("A", &PONG));
    player.handle(at(2), Input::Ended("A", End::Fin));
    assert_eq!(player.verdict(), None);
    assert_eq!(player.deadline(), Some(at(100)));
    player.handle(at(100), Input::Tick);
    assert_eq!(player.verdict(), PASSED);
}

#[test]
fn the_first_outcome_that_fits_counts_even_if_it_takes_longer() {
    let steps =
        "A expect\n  strict both: ReplyHeader xid=-2, fin\n  tolerated one: ReplyHeader xid=-2";
    let mut player = opened(steps);
    player.handle(at(1), Input::Received("A", &PONG));
    assert_eq!(player.verdict(), None, "the end may still come");
    player.handle(at(2), Input::Ended("A", End::Fin));
    assert_eq!(player.verdict(), PASSED);

    let mut player = opened(steps);
    player.handle(at(1), Input::Received("A", &PONG));
    let deadline = player.deadline().expect("an end to the waiting");
    player.handle(deadline, Input::Tick);
    let tolerated = vec!["one".to_owned()];
    assert_eq!(player.verdict(), Some(&Verdict::Passed { tolerated }));
}

#[test]
fn a_forbidden_outcome_fails_by_its_name() {
    let mut player = opened("A expect\n  strict fine: fin\n  forbidden answered: ReplyHeader");
    player.handle(at(1), Input::Received("A", &PONG));
    player.handle(at(2), Input::Ended("A", End::Fin));
    let Some(Verdict::Failed(failure)) = player.verdict() else {
        panic!("it is forbidden")
    };
    assert_eq!(failure.outcome.as_deref(), Some("answered"));
    assert_eq!(failure.expected, ["fin"]);
}

#[test]
fn silence_is_quiet_and_nothing_else_is() {
    let mut player = opened("A < quiet 50ms");
    assert_eq!(player.deadline(), Some(at(50)));
    player.handle(at(49), Input::Tick);
    assert_eq!(player.verdict(), None);
    player.handle(at(50), Input::Tick);
    assert_eq!(player.verdict(), PASSED);

    let mut player = opened("A < quiet 50ms");
    player.handle(at(49), Input::Received("A", &[0]));
    assert_eq!(failure(&player), "1 bytes instead of silence");
}

#[test]
fn a_field_is_held_against_several_tests() {
    for (test, passes) in [
        ("zxid=@Z&!0&1..", true),
        ("zxid=@Z&!5", false),
        ("zxid=@Z&..4", false),
        ("zxid=!0&@Z&@Z", true),
    ] {
        let mut player = opened(&format!("A < ReplyHeader {test}\nA < ReplyHeader zxid=@Z"));
        player.handle(at(1), Input::Received("A", &PONG));
        player.handle(at(1), Input::Received("A", &PONG));
        assert_eq!(player.verdict() == PASSED, passes, "{test}");
    }
}

#[test]
fn bytes_have_a_length() {
    let packet = [0, 0, 0, 7, 0, 0, 0, 3, 1, 2, 3];
    for (length, passes) in [(2, false), (3, true), (4, false)] {
        let mut player = opened(&format!("A < GetSASLRequest token=@T&#{length}"));
        player.handle(at(1), Input::Received("A", &packet));
        assert_eq!(player.verdict() == PASSED, passes, "{length}");
    }
}

#[test]
fn many_packets_are_each_held_against_one() {
    for (times, passes) in [(2, false), (3, true)] {
        let mut player = opened(&format!("A < {times} times ReplyHeader xid=-2, fin"));
        player.handle(at(1), Input::Received("A", &PONG.repeat(3)));
        player.handle(at(2), Input::Ended("A", End::Fin));
        assert_eq!(player.verdict() == PASSED, passes, "{times}");
    }
    let mut player = opened("A < 4 times ReplyHeader xid=-2");
    player.handle(at(1), Input::Received("A", &PONG.repeat(3)));
    player.handle(at(2), Input::Ended("A", End::Fin));
    assert_eq!(failure(&player), "after 3 as expected, fin");
}

#[test]
fn numbers_are_sent_among_bytes() {
    let steps = "A < ReplyHeader zxid=@Z\nA > raw int($x/2).long(@Z+1).password(0)[..2]";
    assert!(
        parse(&format!("script a\n----\n{steps}")).is_err(),
        "no slices of these"
    );
    let mut player = opened("A < ReplyHeader zxid=@Z\nA > raw int(-2).long(@Z+1).password(0)");
    player.handle(at(1), Input::Received("A", &PONG));
    let Some(Order::Write(bytes)) = player.poll().map(|output| output.order) else {
        panic!("something to write");
    };
    assert_eq!(bytes[..12], [255, 255, 255, 254, 0, 0, 0, 0, 0, 0, 0, 6]);
    assert_eq!(bytes[12..16], [0xf2, 0x2a, 0xcd, 0x4a]);
    assert_eq!(bytes.len(), 28);
}

#[test]
fn text_is_seen_up_to_the_close() {
    for (pattern, passes) in [
        ("*", true),
        ("one two three", true),
        ("one*", true),
        ("*three", true),
        ("one*two*three", true),
        ("o*t*t*e", true),
        ("one", false),
        ("two*", false),
        ("*two", false),
        ("one*three*two*", false),
        ("one two three*three", false),
    ] {
        let mut player = opened(&format!("A < text \"{pattern}\", fin"));
        player.handle(at(1), Input::Received("A", b"one two"));
        player.handle(at(1), Input::Received("A", b" three"));
        assert_eq!(player.verdict(), None, "there may be more");
        player.handle(at(2), Input::Ended("A", End::Fin));
        assert_eq!(player.verdict() == PASSED, passes, "{pattern}");
    }
}

#[test]
fn silence_that_is_fine_ends_the_waiting() {
    let fine = "A expect\n  strict closed: fin\n  tolerated unnoticed: quiet 50ms";
    let mut player = opened(fine);
    player.handle(at(49), Input::Tick);
    assert_eq!(player.verdict(), None);
    player.handle(at(50), Input::Tick);
    assert_eq!(player.verdict(), None, "the server may be slow");
    assert_eq!(player.deadline(), Some(at(250)));
    player.handle(at(250), Input::Tick);
    let tolerated = vec!["unnoticed".to_owned()];
    assert_eq!(player.verdict(), Some(&Verdict::Passed { tolerated }));

    let timed = "mark m\nA expect\n  strict in-time: fin within ..900 of m\n  \
                 tolerated unnoticed: quiet 50ms";
    let mut player = opened(timed);
    player.handle(at(50), Input::Tick);
    player.handle(at(250), Input::Tick);
    assert_eq!(player.verdict(), None, "there is time until 900 ms");
    player.handle(at(899), Input::Ended("A", End::Fin));
    assert_eq!(player.verdict(), PASSED);
}

#[test]
fn a_longer_silence_is_waited_for() {
    let steps = "A expect\n  strict long: quiet 400ms\n  tolerated short: quiet 50ms";
    let mut player = opened(steps);
    for moment in [50, 250, 399] {
        player.handle(at(moment), Input::Tick);
        assert_eq!(player.verdict(), None, "at {moment}");
        assert!(player.deadline() > Some(at(moment)), "time goes on");
    }
    player.handle(at(400), Input::Tick);
    assert_eq!(player.verdict(), PASSED);
}

#[test]
fn silence_that_is_forbidden_is_no_hurry() {
    let mut player = opened("A expect\n  strict closed: fin\n  forbidden hangs: quiet 50ms");
    player.handle(at(60), Input::Tick);
    assert_eq!(player.verdict(), None, "the server may be slow");
    player.handle(at(70), Input::Ended("A", End::Fin));
    assert_eq!(player.verdict(), PASSED);
}

#[test]
fn a_window_has_two_ends_and_both_count() {
    for (moment, passes) in [(99, false), (100, true), (200, true), (201, false)] {
        let mut player = opened("mark m\nA < fin within 100..200 of m");
        player.handle(at(moment), Input::Ended("A", End::Fin));
        assert_eq!(player.verdict() == PASSED, passes, "at {moment}");
    }
}

#[test]
fn a_fin_is_not_an_rst() {
    for (seen, end, passes) in [
        ("fin", End::Fin, true),
        ("fin", End::Rst, false),
        ("rst", End::Rst, true),
        ("rst", End::Fin, false),
        ("closed", End::Fin, true),
        ("closed", End::Rst, true),
    ] {
        let mut player = opened(&format!("A < {seen}"));
        player.handle(at(1), Input::Ended("A", end));
        assert_eq!(player.verdict() == PASSED, passes, "{seen} {end}");
    }
}

#[test]
fn a_symbol_is_what_was_seen_first() {
    let steps = "A < ReplyHeader zxid=@Z\nA < ReplyHeader zxid=@Z";
    let mut player = opened(steps);
    player.handle(at(1), Input::Received("A", &PONG));
    player.handle(at(1), Input::Received("A", &PONG));
    assert_eq!(player.verdict(), PASSED);

    let mut player = opened(steps);
    player.handle(at(1), Input::Received("A", &PONG));
    let mut other = PONG;
    other[15] = 6;
    player.handle(at(1), Input::Received("A", &other));
    assert_eq!(failure(&player), "zxid is 6");
}

#[test]
fn patience_begins_anew_with_what_is_expected() {
    let mut player = opened("A < 3 times ReplyHeader xid=-2 err=OK");
    for (nth, late) in [1_500, 3_000].into_iter().enumerate() {
        player.handle(at(late), Input::Received("A", &PONG));
        assert_eq!(player.verdict(), None, "pong {nth}");
    }
    let deadline = player.deadline().expect("patience ends");
    assert_eq!(deadline, at(5_000));
    player.handle(deadline, Input::Tick);
    assert_eq!(
        failure(&player),
        "after 2 as expected, nothing for 2000 ms, and the connection is open"
    );
}

#[test]
fn nothing_at_all_fails_when_patience_ends() {
    let mut player = opened("A < ReplyHeader");
    let deadline = player.deadline().expect("patience ends");
    player.handle(deadline, Input::Tick);
    assert_eq!(
        failure(&player),
        "nothing for 2000 ms, and the connection is open"
    );
}

#[test]
fn writes_are_cut_as_the_script_says() {
    let mut player = opened("A > raw 0102030405 | pieces 2\nA < fin");
    let mut written = Vec::new();
    while let Some(output) = player.poll() {
        if let Order::Write(bytes) = output.order {
            written.push(bytes);
        }
    }
    assert_eq!(written, [vec![1, 2], vec![3, 4], vec![5]]);
}

#[test]
fn a_server_that_floods_is_bounded_and_fails() {
    let mut player = opened("A < ReplyHeader");
    let megabyte = vec![0x7f; 1 << 20];
    for _ in 0..100 {
        player.handle(at(1), Input::Received("A", &megabyte));
    }
    assert!(
        failure(&player).contains("nobody asked for"),
        "{}",
        failure(&player)
    );
    let kept: usize = wire_log(player.log()).iter().map(String::len).sum();
    assert!(kept < 10_000, "{kept} bytes of log");
}

#[test]
fn a_script_that_cannot_be_played_is_no_verdict() {
    let player = opened("A > ConnectRequest sessionId=@S");
    let Some(Verdict::Untested(trouble)) = player.verdict() else {
        panic!("it cannot be played")
    };
    assert_eq!(trouble.to_string(), "line 4: @S is used before it was seen");
}

#[test]
fn a_connection_refused_is_no_verdict_unless_it_is_expected() {
    let text = "script it\n----\nA open\n";
    let script = Arc::new(parse(text).expect("a script").scripts.remove(0));
    let mut player = Player::new(script, Bindings::default(), Config::default(), at(0));
    player.handle(at(1), Input::Refused("A"));
    let unreachable = Trouble::Unreachable {
        connection: "A".to_owned(),
        before: false,
    };
    assert_eq!(player.verdict(), Some(&Verdict::Untested(unreachable)));

    let text = "script it\n----\nA open refused\n";
    let script = Arc::new(parse(text).expect("a script").scripts.remove(0));
    let mut player = Player::new(script, Bindings::default(), Config::default(), at(0));
    player.handle(at(1), Input::Refused("A"));
    assert_eq!(player.verdict(), PASSED);
}

#[test]
fn every_connection_is_closed_at_the_end() {
    let mut player = opened("A < fin");
    player.handle(at(1), Input::Ended("A", End::Rst));
    assert_eq!(player.poll().map(|output| output.order), Some(Order::Close));
}
