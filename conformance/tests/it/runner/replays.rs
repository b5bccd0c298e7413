//! What a failure leaves behind plays it again.

use std::path::PathBuf;

use zk_conformance::server::Flaw;

use crate::cli::Serve;
use crate::cli::run;
use crate::cli::stdout;
use crate::runner::folder;
use crate::runner::judge;

/// The transcripts in a folder of traces.
fn traces(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("traces")).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "zkt"))
        .collect()
}

#[test]
fn whatever_fails_is_played_again_from_what_it_left() {
    let mut played = 0;
    // Some of them, evenly: each takes two processes.
    for flaw in Flaw::ALL.iter().step_by(Flaw::ALL.len().div_ceil(20)) {
        let folder = folder("replays");
        let (code, said) = judge(&folder, &["--flaw", flaw.name(), "--profile", "none"]);
        assert!([0, 1, 3].contains(&code), "{}: {said}", flaw.name());
        let traces = traces(&folder);
        if traces.is_empty() {
            continue;
        }
        let files = traces.iter().map(|path| path.to_str().expect("a path"));
        let flags = ["--flaw", flaw.name(), "--times", "2"];
        let words: Vec<_> = ["replay"].into_iter().chain(files).chain(flags).collect();
        let (code, output) = run(&words);
        let said = stdout(&output);
        // A flaw may be such that no handshake works, and nothing can be played.
        if code == 3 {
            continue;
        }
        assert_eq!(code, 1, "{}: {said}", flaw.name());
        let again = said.matches("failed 2 of 2 times (100 %)").count();
        assert_eq!(again, traces.len(), "{}: {said}", flaw.name());
        played += again;
    }
    assert!(played > 20, "{played}");
}

#[test]
fn over_tcp_a_failure_is_played_again_by_the_command_it_names() {
    let folder = folder("replay-tcp");
    let serve = Serve::start(&["--tick-time", "500", "--flaw", "no-close-reply"]);
    let (code, said) = judge(&folder, &[&serve.address, "close", "--profile", "none"]);
    assert_eq!(code, 1, "{said}");
    let command = said
        .split("zkspec replay ")
        .nth(1)
        .expect("how to play it again");
    let words = command.lines().next().unwrap_or_default().split(' ');
    let words: Vec<_> = ["replay"]
        .into_iter()
        .chain(words)
        .chain(["--times", "7"])
        .collect();
    let (code, output) = run(&words);
    let said = stdout(&output);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("failed 7 of 7 times (100 %)"), "{said}");
    // A server that does it right is told from it.
    let sound = Serve::start(&["--tick-time", "500"]);
    let words: Vec<_> = words
        .iter()
        .map(|word| {
            if *word == serve.address {
                sound.address.as_str()
            } else {
                word
            }
        })
        .collect();
    let (code, output) = run(&words);
    let said = stdout(&output);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("failed 0 of 7 times (0 %)"), "{said}");
}
