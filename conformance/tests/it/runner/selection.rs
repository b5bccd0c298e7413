//! Which cases a run plays.

use std::collections::BTreeSet;

use zk_conformance::judge::Catalogue;
use zk_conformance::judge::Shard;

use crate::cli::run;
use crate::cli::scratch;
use crate::cli::stdout;
use crate::cli::zkspec;
use crate::runner::file;
use crate::runner::folder;
use crate::runner::judge;

/// The ids that a run plays.
fn ids(folder: &std::path::Path, arguments: &[&str]) -> Vec<String> {
    let json = folder.join("run.jsonl");
    let json = json.to_str().expect("a path");
    let (code, said) = judge(folder, &[arguments, &["--json", json]].concat());
    assert_eq!(code, 0, "{said}");
    let text = std::fs::read_to_string(json).expect("a report");
    let first: serde_json::Value =
        serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    let selected = first["selected"].as_array().expect("a list");
    selected
        .iter()
        .map(|id| id.as_str().expect("an id").to_owned())
        .collect()
}

#[test]
fn shards_are_disjoint_cover_all_and_are_stable() {
    let catalogue = Catalogue::embedded().expect("the catalogue is in order");
    for count in 1..=7 {
        for case in catalogue.cases() {
            let shards = (0..count).map(|index| Shard::new(index, count).expect("a part"));
            let holding = shards.filter(|shard| shard.holds(&case.id));
            assert_eq!(holding.count(), 1, "{}", case.id);
        }
    }
    // Where a case is, it stays: written down once and for all.
    let third: Shard = "3/4".parse().expect("a part");
    let held: Vec<_> = ["ZK0001", "ZK0101", "ZK0301", "ZK0401", "ZK0501", "ZK0601"]
        .into_iter()
        .filter(|id| third.holds(id))
        .collect();
    assert_eq!(held, ["ZK0101", "ZK0501"]);
}

#[test]
fn shards_of_a_run_come_from_the_flag_or_the_environment() {
    let folder = folder("shards");
    let all: BTreeSet<_> = ids(&folder, &["renew"]).into_iter().collect();
    let mut union = BTreeSet::new();
    for part in ["1/3", "2/3", "3/3"] {
        let some = ids(&folder, &["renew", "--shard", part]);
        assert!(!some.is_empty() && some.len() < all.len());
        for id in &some {
            assert!(union.insert(id.clone()), "{id} is in two parts");
        }
    }
    assert_eq!(union, all);
    let status = folder.join("shard-status");
    let from_environment = |index: &str| {
        let output = zkspec(&["server", "renew", "--json", "-"])
            .env("TEST_TOTAL_SHARDS", "3")
            .env("TEST_SHARD_INDEX", index)
            .env("TEST_SHARD_STATUS_FILE", &status)
            .current_dir(scratch())
            .output()
            .expect("zkspec runs");
        let text = stdout(&output);
        let line = text.lines().next().unwrap_or_default().to_owned();
        (output.status.code(), line)
    };
    let (code, line) = from_environment("1");
    assert_eq!(code, Some(0));
    let first: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let expected = ids(&folder, &["renew", "--shard", "2/3"]);
    assert_eq!(first["selected"], serde_json::json!(expected));
    assert!(
        status.exists(),
        "the caller is told that shards are understood"
    );
    assert_eq!(from_environment("3").0, Some(2), "there is no such part");
    assert_eq!(from_environment("x").0, Some(2));
}

#[test]
fn a_file_holds_selectors() {
    let folder = folder("files");
    let inner = file(&folder, "inner.txt", "renew/right-password-resumes\n");
    let outer = file(
        &folder,
        "outer.txt",
        &format!("# What is looked at.\nclose   # all of it\n!ZK0702\n\n@{inner}\n"),
    );
    let chosen = ids(&folder, &[&format!("@{outer}")]);
    let of = |group: &str| ids(&folder, &[group]).len();
    assert_eq!(chosen.len(), of("close"), "{chosen:?}");
    assert!(chosen.contains(&"ZK0401".to_owned()) && !chosen.contains(&"ZK0702".to_owned()));
    let without = ids(&folder, &["renew", "close", &format!("!@{inner}")]);
    assert_eq!(without.len(), of("renew") + of("close") - 1);
    let (code, output) = run(&["list", &format!("@{outer}")]);
    assert_eq!((code, stdout(&output).lines().count()), (0, chosen.len()));
    let circle = folder.join("circle.txt");
    let circle = circle.to_str().expect("a path");
    std::fs::write(circle, format!("@{circle}\n")).expect("written");
    let empty = file(&folder, "empty.txt", "# nothing\n");
    for (selector, message) in [
        ("@no-such-file", "cannot read no-such-file"),
        (&format!("@{circle}"), "contains itself"),
        (&format!("@{empty}"), "holds no selector"),
    ] {
        let (code, said) = judge(&folder, &[selector]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(message), "{said}");
    }
}

#[test]
fn a_clause_selects_what_judges_it() {
    let folder = folder("clauses");
    let catalogue = Catalogue::embedded().expect("the catalogue is in order");
    let judging = |is: &dyn Fn(&str) -> bool| {
        let cases = catalogue.cases().iter();
        let ids = cases.filter(|case| is(&case.clause.id));
        ids.map(|case| case.id.clone()).collect::<BTreeSet<_>>()
    };
    let chosen = |selectors: &[&str]| ids(&folder, selectors).into_iter().collect();
    let one: BTreeSet<_> = chosen(&["clause:RENEW-8"]);
    assert_eq!(one, judging(&|id| id == "RENEW-8"));
    assert!(one.contains("ZK0409"), "{one:?}");
    let several = judging(&|id| id.starts_with("RENEW-") && id != "RENEW-8");
    assert_eq!(chosen(&["clause:renew-*", "!clause:RENEW-8"]), several);
}

#[test]
fn a_seed_draws_an_order_and_always_the_same() {
    let folder = folder("seed");
    let plain = ids(&folder, &["renew"]);
    let drawn = ids(&folder, &["renew", "--seed", "7"]);
    assert_ne!(plain, drawn);
    assert_ne!(drawn, ids(&folder, &["renew", "--seed", "8"]));
    assert_eq!(drawn, ids(&folder, &["renew", "--seed", "7"]));
    let sorted = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<_>>();
    assert_eq!(sorted(&plain), sorted(&drawn));
}

#[test]
fn what_failed_can_be_run_again() {
    let folder = folder("rerun");
    let (code, said) = judge(&folder, &["--rerun-failed"]);
    assert_eq!(code, 2, "there was no run: {said}");
    let flaw = ["--flaw", "no-close-reply"];
    assert_eq!(
        judge(&folder, &[&["close", "ping"][..], &flaw].concat()).0,
        1
    );
    let (code, said) = judge(&folder, &[&["--rerun-failed"][..], &flaw].concat());
    assert_eq!(code, 1, "{said}");
    // The one that failed, and those that it blocked.
    assert!(said.contains("8 cases"), "{said}");
    let (code, said) = judge(&folder, &["--rerun-failed"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("8 passed"), "{said}");
    let (code, said) = judge(&folder, &["--rerun-failed"]);
    assert_eq!(code, 4, "none is left: {said}");
    // What a run did not come to is not passed.
    let (code, said) = judge(
        &folder,
        &[
            "close",
            "--fail-fast",
            "-j",
            "1",
            "--flaw",
            "no-close-reply",
        ],
    );
    assert_eq!(code, 1, "{said}");
    let (_, said) = judge(&folder, &["--rerun-failed"]);
    assert!(said.contains("11 cases"), "{said}");
}

#[test]
fn the_first_failure_can_end_a_run() {
    let folder = folder("fail-fast");
    let flaw = ["--flaw", "no-close-reply", "-j", "1"];
    let (_, all) = judge(&folder, &[&["close"][..], &flaw].concat());
    let (code, said) = judge(&folder, &[&["close", "--fail-fast"][..], &flaw].concat());
    assert_eq!(code, 1);
    assert!(
        all.contains("blocked") && !said.contains("blocked"),
        "{said}"
    );
    assert!(said.contains("1 failed, 10 not played"), "{said}");
    assert!(!all.contains("not played"), "{all}");
}
