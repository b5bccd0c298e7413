//! Help texts, manual pages, and what is said of a case.

use crate::cli::run;
use crate::cli::stdout;
use crate::runner::folder;

/// What a verb prints.
fn printed(arguments: &[&str]) -> String {
    let (code, output) = run(arguments);
    assert_eq!(code, 0, "{arguments:?}: {}", crate::cli::stderr(&output));
    stdout(&output)
}

#[test]
fn every_verb_has_a_manual_page() {
    let folder = folder("man");
    let dir = folder.to_str().expect("a path");
    printed(&["man", "--dir", dir]);
    let help = printed(&["--help"]);
    let verbs = help.split("Commands:").nth(1).expect("the verbs");
    let verbs: Vec<_> = verbs
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .collect();
    assert!(
        verbs.contains(&"server") && verbs.contains(&"probe"),
        "{verbs:?}"
    );
    for verb in &verbs {
        let text =
            std::fs::read_to_string(folder.join(format!("zkspec-{verb}.1"))).expect("a page");
        assert!(
            text.contains(&format!(".TH zkspec-{verb} 1")),
            "{verb}: {text}"
        );
        assert_eq!(text, printed(&["man", verb]));
    }
    let server = printed(&["man", "server"]);
    assert!(
        server.contains("rerun\\-failed") && server.contains("Examples"),
        "{server}"
    );
    assert!(printed(&["man"]).contains(".TH zkspec 1"));
    assert_eq!(
        std::fs::read_dir(&folder).expect("a folder").count(),
        verbs.len() + 1
    );
    assert_eq!(run(&["man", "no-such-verb"]).0, 2);
}

#[test]
fn help_shows_examples_that_are_understood() {
    for verb in [
        "server", "serve", "probe", "replay", "list", "explain", "decode", "man",
    ] {
        let help = printed(&[verb, "--help"]);
        let (_, examples) = help.split_once("Examples:\n").expect("examples");
        let examples = examples
            .lines()
            .filter_map(|line| line.strip_prefix("  zkspec "));
        let mut count = 0;
        for example in examples {
            count += 1;
            let command = example.split(['|']).next().unwrap_or_default();
            let flags = command
                .split_whitespace()
                .filter(|word| word.starts_with("--"));
            for flag in flags.filter(|flag| flag.len() > 2) {
                assert!(
                    help.contains(&format!("{flag} ")) || help.contains(&format!("{flag}\n")),
                    "{verb}: {flag}"
                );
            }
        }
        assert!(count > 1, "{verb}");
    }
}

#[test]
fn a_case_is_explained_with_its_outcomes_and_who_differs() {
    let said = printed(&["explain", "ZK0401"]);
    for part in [
        "outcomes",
        "right     resumed",
        "forbidden silent-new-session",
        "ClickHouse Keeper differs by silent-new-session",
        "zkspec server HOST:PORT ZK0401 --stress 100",
        "zkspec replay zk-out/ZK0401.zkt --target HOST:PORT --times 100",
    ] {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
}

#[test]
fn a_dry_run_lists_what_would_run() {
    let list = printed(&["list", "renew"]);
    assert_eq!(
        printed(&["server", "127.0.0.1:1", "renew", "--dry-run"]),
        list
    );
    let part = printed(&["server", "renew", "--dry-run", "--shard", "1/2"]);
    assert!(part.lines().count() < list.lines().count() && !part.is_empty());
}

#[test]
fn the_catalogue_can_be_a_table() {
    let table = printed(&["list", "close", "--format", "md"]);
    assert!(table.starts_with("| id | level | name |"), "{table}");
    assert!(
        table.contains("| ZK0701 | SHOULD | `close/answered-then-closed` |"),
        "{table}"
    );
    assert_eq!(
        table.lines().count(),
        2 + printed(&["list", "close"]).lines().count()
    );
}
