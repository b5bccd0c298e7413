//! `zkspec learn`.

use crate::cli::Serve;
use crate::cli::run;
use crate::cli::scratch;
use crate::cli::stderr;
use crate::cli::stdout;

#[test]
fn the_embedded_server_is_learned_and_checked() {
    let model = scratch().join("learned.json");
    let model = model.to_str().expect("a path");
    let (code, output) = run(&[
        "learn",
        "--json",
        model,
        "--svg",
        "learned.svg",
        "--dot",
        "learned.dot",
    ]);
    assert_eq!(code, 0, "{}", stderr(&output));
    assert!(stdout(&output).starts_with("17 states of the built-in server"));
    assert!(stdout(&output).contains("no conflicts"));

    let (code, output) = run(&["learn", "--check", model, "--seed", "5"]);
    assert_eq!(code, 0, "{}", stdout(&output));

    let (code, output) = run(&["learn", "--check", model, "--flaw", "no-password-check"]);
    assert_eq!(code, 1);
    assert!(
        stdout(&output).contains("≠ a.open a.new b.open b.wrong"),
        "{}",
        stdout(&output)
    );

    let (code, output) = run(&["learn", "diff", model, model]);
    assert_eq!(code, 0);
    assert!(stdout(&output).contains("behave alike"));
    let (code, output) = run(&["learn", "draw", model, "--svg", "-"]);
    assert_eq!(code, 0);
    assert!(stdout(&output).starts_with("<svg "));
    let drawn = std::fs::read_to_string(scratch().join("learned.svg")).expect("a picture");
    assert_eq!(stdout(&output), drawn);
}

#[test]
fn models_are_compared_by_words() {
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/models");
    let nio = format!("{models}/zk3.8.0-nio.json");
    let netty = format!("{models}/zk3.8.0-netty.json");
    let (code, output) = run(&["learn", "diff", &nio, &netty]);
    assert_eq!(code, 1);
    assert!(
        stdout(&output).starts_with("≠ a.open a.empty"),
        "{}",
        stdout(&output)
    );
    let (_, output) = run(&["learn", "diff", &nio, &netty, "--format", "json"]);
    let line: serde_json::Value = serde_json::from_str(stdout(&output).trim()).expect("JSON");
    assert_eq!(line["word"], serde_json::json!(["a.open", "a.empty"]));
    assert_eq!(
        (line["left"].as_str(), line["right"].as_str()),
        (Some("closed"), Some("silent"))
    );
}

#[test]
fn a_server_is_learned_over_tcp() {
    let server = Serve::start(&[]);
    let symbols = "a.open,a.new,a.renew,a.ping,a.close,a.cut";
    let common = ["--symbols", symbols, "--random-words", "100"];
    let (code, output) = run(&[&["learn", "--json", "virtual.json"], &common[..]].concat());
    assert_eq!(code, 0, "{}", stderr(&output));
    let over_tcp = [
        &["learn", &server.address, "--check", "virtual.json"],
        &common[..],
    ]
    .concat();
    let (code, output) = run(&over_tcp);
    assert_eq!(code, 0, "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn what_cannot_be_learned_is_an_error_of_its_kind() {
    let (code, output) = run(&["learn", "127.0.0.1:1"]);
    assert_eq!(code, 3, "{}", stdout(&output));
    assert!(stderr(&output).contains("cannot be reached"));
    let (code, output) = run(&["learn", "--symbols", "a.open,a.fly"]);
    assert_eq!(code, 2);
    assert!(stderr(&output).contains("there is no symbol \"a.fly\""));
    let (code, output) = run(&["learn", "--check", "/nowhere.json"]);
    assert_eq!(code, 2);
    assert!(stderr(&output).contains("cannot read /nowhere.json"));
    let (code, output) = run(&["learn", "--max-resets", "5"]);
    assert_eq!(code, 3, "{}", stdout(&output));
    let (code, output) = run(&["learn", "--max-resets", "300"]);
    assert_eq!(code, 1);
    assert!(
        stdout(&output).contains("not complete"),
        "{}",
        stdout(&output)
    );
    let (code, output) = run(&["learn", "diff", "--longest", "0", "a.json", "b.json"]);
    assert_eq!(code, 2, "{}", stdout(&output));
}

/// The model tells by which symbols it is to be checked, unless somebody knows better.
#[test]
fn a_model_is_checked_by_its_own_symbols() {
    let (code, output) = run(&["learn", "--symbols", "a.open,a.new,a.ping", "--json", "few"]);
    assert_eq!(code, 0, "{}", stderr(&output));
    let (code, output) = run(&["learn", "--check", "few"]);
    assert_eq!(code, 0, "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("behave alike"));
    for (symbols, told) in [
        ("a.ping,a.new,a.open", None),
        (
            "a.open,a.new,a.ping,b.open",
            Some("--symbols has b.open, which few was learned without"),
        ),
        (
            "a.open,a.new",
            Some("--symbols lacks a.ping, which few was learned with"),
        ),
        (
            "a.open,a.new,a.cut",
            Some("has a.cut, which few was learned without, and lacks a.ping"),
        ),
    ] {
        let (code, output) = run(&["learn", "--check", "few", "--symbols", symbols]);
        let said = stderr(&output);
        let Some(told) = told else {
            assert_eq!(code, 0, "in another order: {}{said}", stdout(&output));
            continue;
        };
        assert_eq!(code, 2, "{symbols}: {}", stdout(&output));
        assert!(said.contains(told), "{symbols}: {said}");
        assert!(said.contains("without --symbols"), "{symbols}: {said}");
    }
}

/// A hypothesis that was not tried to the end may be as the model should be, and is no proof.
#[test]
fn what_is_not_learned_to_the_end_passes_no_check() {
    let (code, output) = run(&["learn", "--symbols", "one", "--json", "one.json"]);
    assert_eq!(code, 0, "{}", stderr(&output));
    let text = stdout(&output);
    let resets = text
        .split(" resets")
        .next()
        .and_then(|it| it.split(' ').next_back());
    let resets: usize = resets.and_then(|it| it.parse().ok()).expect("a number");
    let early = (resets - 1).to_string();
    let early = ["--check", "one.json", "--max-resets", &early];
    let (code, output) = run(&[&["learn", "--symbols", "one"], &early[..]].concat());
    let text = stdout(&output);
    assert!(text.contains("not complete: the resets ran out"), "{text}");
    assert!(text.contains("behave alike"), "{text}");
    assert_eq!(code, 1, "{text}");
}

#[test]
fn what_has_no_effect_is_an_error() {
    let server = Serve::start(&[]);
    let (code, output) = run(&["learn", &server.address, "--flaw", "same-id"]);
    assert_eq!(code, 2, "{}", stdout(&output));
    let said = stderr(&output);
    assert!(
        said.contains("--flaw same-id sets the built-in server up"),
        "{said}"
    );
    for flags in [&["--jobs", "3"], &["--about", "it"]] {
        let (code, output) = run(&[&["learn"], &flags[..]].concat());
        assert_eq!(code, 2, "{}", stdout(&output));
    }
}

#[test]
fn a_file_on_stdout_is_there_alone() {
    let learn = ["learn", "--symbols", "a.open,a.new,a.cut"];
    for (flag, first) in [("--svg", "<svg "), ("--dot", "digraph"), ("--json", "{\n")] {
        let (code, output) = run(&[&learn[..], &[flag, "-"]].concat());
        assert_eq!(code, 0, "{}", stderr(&output));
        assert!(stdout(&output).starts_with(first), "{}", stdout(&output));
        assert!(!stdout(&output).contains("no conflicts"));
        assert!(
            stderr(&output).contains("no conflicts"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn models_may_be_compared_on_short_words_only() {
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/models");
    let nio = format!("{models}/zk3.8.0-nio.json");
    let netty = format!("{models}/zk3.8.0-netty.json");
    let (code, output) = run(&["learn", "diff", &nio, &netty, "--longest", "1"]);
    assert_eq!(code, 0, "{}", stdout(&output));
    let said = stdout(&output);
    assert!(
        said.contains("behave alike on words of up to 1 symbol "),
        "{said}"
    );
}

/// Answers whatever comes by a pong or by the end, as a coin says.
fn coin() -> std::net::SocketAddr {
    use std::io::Read;
    use std::io::Write;

    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let mut rng = fastrand::Rng::with_seed(4);
        while let Ok((mut stream, _)) = listener.accept() {
            let mut coins = rng.fork();
            std::thread::spawn(move || {
                let pong = [&[0, 0, 0, 16, 255, 255, 255, 254][..], &[0; 12]].concat();
                while stream.read(&mut [0; 512]).is_ok_and(|count| count > 0) && coins.bool() {
                    if stream.write_all(&pong).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

#[test]
fn a_server_that_answers_by_chance_is_reported() {
    let address = coin().to_string();
    let symbols = ["--symbols", "a.open,a.new,a.ping,a.cut"];
    let (code, output) = run(&[&["learn", &address], &symbols[..]].concat());
    assert_eq!(code, 1, "{}{}", stdout(&output), stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("  racy     a.open a.ping  → "), "{text}");
    assert!(text.contains("pong") && text.contains("closed"), "{text}");

    let (code, output) = run(&[&["learn", &address, "--max-racy", "0"], &symbols[..]].concat());
    let text = stdout(&output);
    assert_eq!(code, 1, "{text}{}", stderr(&output));
    assert!(text.contains("too much depends on chance"), "{text}");
}

/// Answers as a server does, until somebody sends an empty frame, and then nobody any more.
fn easily_silenced() -> std::net::SocketAddr {
    use std::io::Read;
    use std::io::Write;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;
    use std::sync::atomic::Ordering;

    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let silenced = Arc::new(AtomicBool::new(false));
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let silenced = Arc::clone(&silenced);
            std::thread::spawn(move || {
                let mut length = [0; 4];
                while stream.read_exact(&mut length).is_ok() {
                    let mut frame = vec![0; u32::from_be_bytes(length) as usize];
                    let is_empty = frame.is_empty();
                    silenced.fetch_or(is_empty, Ordering::Relaxed);
                    if stream.read_exact(&mut frame).is_err() {
                        return;
                    }
                    let pong = [&[0, 0, 0, 16, 255, 255, 255, 254][..], &[0; 12]].concat();
                    if !silenced.load(Ordering::Relaxed) && stream.write_all(&pong).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

#[test]
fn a_server_that_answers_nobody_any_more_is_told_of_with_what_was_sent() {
    let address = easily_silenced().to_string();
    let flags = [
        "--timeout",
        "300",
        "--symbols",
        "a.open,a.new,a.empty,a.cut",
    ];
    let (code, output) = run(&[&["learn", &address], &flags[..]].concat());
    let said = stderr(&output);
    assert_eq!(code, 1, "{}{said}", stdout(&output));
    assert!(said.contains("does not answer any more"), "{said}");
    assert!(said.contains("\n  a.open a.empty"), "{said}");
    let model = format!("zkspec diff {address} model --sequence ");
    assert!(said.contains(&model), "what to do next: {said}");
    assert!(!stdout(&output).contains("no conflicts\n"));
}

/// Sessions of a server that gives all of them one id, or ends them all with one, are in each
/// other's way when several words are asked at once.
#[test]
fn a_broken_server_is_reported_not_learned() {
    for (flaw, symbols) in [
        ("same-id", "a.open,a.new,a.renew,a.ping"),
        ("close-ends-others", "a.open,a.new,a.ping,a.close"),
    ] {
        let server = Serve::start(&["--flaw", flaw]);
        let symbols = ["--symbols", symbols, "--max-racy", "8"];
        let learn = ["learn", &server.address, "--json", "broken.json"];
        let (code, output) = run(&[&learn[..], &symbols[..]].concat());
        let text = stdout(&output);
        assert_eq!(code, 1, "{flaw}: {text}{}", stderr(&output));
        assert!(text.contains("\n  racy     a.open a."), "{flaw}: {text}");
        assert!(text.contains("not complete: too much depends on chance"));
        let file = std::fs::read_to_string(scratch().join("broken.json")).expect("a file");
        let file: serde_json::Value = serde_json::from_str(&file).expect("JSON");
        let conflicts = file["conflicts"].as_array().expect("conflicts");
        let racy = conflicts.iter().filter(|it| it["settled"].is_null());
        assert!(racy.count() > 8, "{flaw}: {conflicts:?}");
    }
}
