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
}
