//! Moments: what comes of steps that are taken at once, and of twisted ones.

use bytes::BytesMut;
use jute_codec::ConnectResponse;
use jute_codec::put_frame;
use zk_conformance::Instant;
use zk_conformance::driver::Act;
use zk_conformance::driver::Config;
use zk_conformance::driver::Driver;
use zk_conformance::driver::Sequence;
use zk_conformance::driver::Symbol;
use zk_conformance::hunt::Generator;
use zk_conformance::hunt::Menu;
use zk_conformance::hunt::outcomes;
use zk_conformance::lab;
use zk_conformance::player::Happening;
use zk_conformance::player::Input;
use zk_conformance::player::Order;
use zk_conformance::server::Transport;

use crate::hunt::driver;
use crate::hunt::sequence;
use crate::hunt::sound;

/// The last answers of every order.
fn last(text: &str) -> Vec<String> {
    last_of(text, &driver())
}

fn last_of(text: &str, config: &Config) -> Vec<String> {
    let runs = outcomes(&sound(), &sequence(text), config);
    let last = |run: &zk_conformance::hunt::Run| run.answers.last().expect("an answer").to_string();
    runs.iter().map(last).collect()
}

#[test]
fn what_is_done_at_once_is_answered_in_line() {
    for (text, said) in [
        ("a.open+a.new", "open, new session, timeout 10000"),
        (
            "a.open a.new+a.ping+a.ping",
            "new session, timeout 10000, pong, pong",
        ),
        ("a.open a.new a.close+a.half", "ok, closed"),
        ("a.open a.new a.ping+a.cut", "cut"),
        ("a.open a.new a.empty+a.half", "closed"),
        ("a.open a.new a.partial+a.ping", "closed"),
        ("a.open a.ping+a.ping", "closed"),
        ("a.ping+b.ping", "a: -; b: -"),
        ("a.open a.new a.open+a.ping", "-, pong"),
        ("a.open+b.open", "a: open; b: open"),
        (
            "a.open a.new b.open a.ping+b.renew",
            "a: pong; b: same session, timeout 10000; a: closed",
        ),
    ] {
        let all = last(text);
        assert!(all.iter().any(|it| it == said), "{text}: {all:?}");
    }
}

#[test]
fn a_race_comes_out_in_every_order() {
    let all = last("a.open a.new b.open+c.open b.renew+c.renew");
    let told = |loser: &str| {
        format!(
            "b: same session, timeout 10000; c: same session, timeout 10000; a: closed; {loser}: closed"
        )
    };
    assert_eq!(all.len(), 2, "{all:?}");
    for loser in ["b", "c"] {
        assert!(all.contains(&told(loser)), "{all:?}");
    }
}

#[test]
fn twists_change_what_is_sent() {
    for (text, said) in [
        ("a.open a.new[timeout=1]", "new session, timeout 4000"),
        ("a.open a.new[timeout=99999]", "new session, timeout 40000"),
        ("a.open a.new[zxid=1000]", "closed"),
        ("a.open a.new[version=7]", "new session, timeout 10000"),
        ("a.open a.new[password=3]", "new session, timeout 10000"),
        ("a.open a.new[claim=99]", "closed"),
        ("a.open a.new[id=5]", "refused, closed"),
        ("a.open a.new[pieces=1]", "new session, timeout 10000"),
        ("a.open a.new[cut=20]", "silent"),
        ("a.open a.new[half=20]", "closed"),
        ("a.open a.new[reset=20]", "cut"),
        ("a.open a.new[more=9]", "new session, timeout 10000"),
        ("a.open a.new[keep=3]", "closed"),
        ("a.open a.new[length=-5]", "closed"),
        ("a.open a.new[flip=0]", "closed"),
        ("a.open a.new a.read[xid=-9]", "ok, 72 bytes"),
        ("a.open a.new a.ping[op=9999]", "error -6, closed"),
    ] {
        assert_eq!(last(text), [said], "{text}");
    }
}

#[test]
fn one_who_lingers_sees_whether_the_server_loses_patience() {
    let text = sequence("a.open a.linger");
    for (transport, said) in [(Transport::Nio, "closed"), (Transport::Netty, "silent")] {
        let server = zk_conformance::server::Config {
            transport,
            ..sound()
        };
        let runs = outcomes(&server, &text, &driver());
        assert_eq!(&*runs[0].answers[1], said, "{transport:?}");
    }
}

#[test]
fn waiting_half_the_timeout_lets_no_session_expire_but_twice_does() {
    assert_eq!(last("a.open a.new wait a.ping"), ["pong"]);
    assert_eq!(last("a.open a.new expire"), ["-; a: closed"]);
    assert_eq!(last("a.open a.new wait wait wait a.ping"), ["-"]);
    // The latest session is not the one that lasts longest.
    assert_eq!(
        last("a.open a.new[timeout=40000] b.open b.new[timeout=4000] expire"),
        ["-; a: closed; b: closed"]
    );
}

/// One who says more than anybody asked for, for as long as it is listened to.
#[test]
fn a_server_that_floods_is_cut_off() {
    for (is_listened_to, said) in [(true, "flood"), (false, "open; a: flood")] {
        let mut driver = Driver::new(driver());
        let now = Instant::ZERO;
        driver.push(
            now,
            Symbol {
                line: 0,
                act: Act::Open,
            },
        );
        driver.handle(now, Input::Opened("a1"));
        // A length that no frame has, and no end.
        let new = Symbol {
            line: 0,
            act: Act::New,
        };
        driver.push(now, new);
        if !is_listened_to {
            let granted = session_frame();
            driver.handle(now, Input::Received("a1", &granted));
            driver.push(
                now,
                Symbol {
                    line: 1,
                    act: Act::Open,
                },
            );
        }
        let mut taken = 0_usize;
        let mut is_reset = false;
        while !is_reset && taken < 64 << 20 {
            let bytes = vec![0xff; 64 << 10];
            taken += bytes.len();
            driver.handle(now, Input::Received("a1", &bytes));
            while let Some(output) = driver.poll() {
                is_reset |= output.connection == "a1" && output.order == Order::Reset;
            }
        }
        assert!(is_reset, "{taken} bytes were taken");
        driver.handle(now, Input::Opened("b1"));
        assert_eq!(driver.answers().last().map(|it| &**it), Some(said));
        let heard = driver.log().iter().map(|event| match &event.what {
            Happening::Received(bytes) => bytes.len(),
            _ => 0,
        });
        assert!(heard.sum::<usize>() <= 9 << 20);
    }
}

/// A session that is granted.
fn session_frame() -> Vec<u8> {
    let response = ConnectResponse {
        time_out: 10_000,
        session_id: 7,
        passwd: Some(&[1; 16]),
        read_only: Some(false),
        ..ConnectResponse::default()
    };
    let mut bytes = BytesMut::new();
    put_frame(&mut bytes, &response);
    bytes.to_vec()
}

/// What overtakes an answer in one of them does not in the other.
#[test]
fn a_server_may_be_heard_out_before_the_client_goes_on() {
    let text = sequence("a.open a.new a.read+a.half");
    let hurried = lab::hunt(&sound(), &text, driver());
    let in_turn = lab::hunt_in_turn(&sound(), &text, driver());
    assert_eq!(&*hurried.answers[2], "closed");
    assert_eq!(&*in_turn.answers[2], "ok, 72 bytes, closed");
}

#[test]
fn sequences_read_back_as_written() {
    let config = Config::default();
    let mut generator = Generator::new(3, Menu::default(), sound(), config);
    for _ in 0..300 {
        let made = generator.next_sequence();
        let text = made.to_string();
        assert_eq!(text.parse::<Sequence>(), Ok(made.clone()), "{text}");
        let mutant = generator.mutate(&made);
        assert_eq!(mutant.to_string().parse(), Ok(mutant));
    }
}

#[test]
fn what_is_no_sequence_is_said() {
    for text in [
        "a",
        "a.open+",
        "a.new[",
        "a.new[timeout]",
        "a.new[timeout=x]",
        "a.new[nothing=1]",
        "a.open+expire",
    ] {
        let error = text.parse::<Sequence>().expect_err(text);
        assert!(error.to_string().contains("there is no symbol"), "{error}");
    }
}

#[test]
fn most_of_what_is_made_up_makes_sense() {
    let menu = Menu::default();
    let mut generator = Generator::new(1, menu, sound(), driver());
    let mut moments = 0;
    let mut idle = 0;
    let mut welcomes = 0;
    for _ in 0..200 {
        let made = generator.next_sequence();
        let runs = outcomes(&sound(), &made, &driver());
        for answer in &runs[0].answers {
            moments += 1;
            idle += usize::from(&**answer == "-");
            welcomes += usize::from(answer.contains("new session"));
        }
    }
    assert!(idle * 10 < moments, "{idle} of {moments} did nothing");
    assert!(
        welcomes * 25 > moments,
        "{welcomes} of {moments} are sessions"
    );
}
