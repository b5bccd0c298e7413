//! `zkspec report`, and the reports of `zkspec server`, as their users meet them.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use zk_conformance::report::SCHEMA;

/// A folder of a test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("report")
        .join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, Output) {
    let output = Command::new(env!("CARGO_BIN_EXE_zkspec"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("GITHUB_STEP_SUMMARY")
        .output()
        .expect("zkspec runs");
    (output.status.code().expect("an exit code"), output)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs it, and wants this exit code.
fn exits(code: i32, folder: &Path, arguments: &[&str]) -> Output {
    let (found, output) = run(folder, arguments);
    assert_eq!(found, code, "{arguments:?}: {}", text(&output.stderr));
    output
}

const FILES: [(&str, &str); 6] = [
    ("jsonl", "{\"event\":\"run-started\""),
    ("junit", "<?xml"),
    ("tap", "TAP version 14\n"),
    ("sarif", "{\n"),
    ("markdown", "## "),
    ("html", "<!doctype html>"),
];

#[test]
fn a_run_leaves_every_report_and_each_can_be_made_later() {
    let folder = folder("every");
    let mut arguments = vec!["server", "--flaw", "no-password-check"];
    let flags = FILES.map(|(format, _)| format!("--{format}"));
    let names = FILES.map(|(format, _)| format!("now.{format}"));
    for (flag, name) in flags.iter().zip(&names) {
        arguments.extend([flag.as_str(), name.as_str()]);
    }
    exits(1, &folder, &arguments);
    for (format, start) in FILES {
        let now = std::fs::read_to_string(folder.join(format!("now.{format}"))).expect(format);
        assert!(now.starts_with(start), "{format}: {}", &now[..40]);
        if format == "jsonl" {
            continue;
        }
        let later = exits(0, &folder, &["report", format, "now.jsonl"]);
        let later = text(&later.stdout);
        assert_eq!(later.lines().count(), now.lines().count(), "{format}");
    }
    let files = std::fs::read_dir(&folder).expect("the folder").count();
    assert_eq!(
        files,
        FILES.len() + 1,
        "the reports, the transcripts, and nothing else"
    );
}

#[test]
fn github_gets_annotations_and_a_summary() {
    let folder = folder("github");
    let summary = folder.join("summary.md");
    std::fs::write(&summary, "before\n").expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_zkspec"));
    let output = command
        .args(["server", "--github", "--flaw", "no-password-check"])
        .current_dir(&folder)
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .expect("zkspec runs");
    assert_eq!(output.status.code(), Some(1));
    let stdout = text(&output.stdout);
    let errors = stdout
        .lines()
        .filter(|line| line.starts_with("::error title="));
    assert_eq!(errors.count(), 3, "{stdout}");
    let summary = std::fs::read_to_string(&summary).expect("the summary");
    assert!(summary.starts_with("before\n## "), "{summary}");
}

#[test]
fn a_stream_on_stdout_has_stdout_to_itself() {
    let folder = folder("stdout");
    let output = exits(
        1,
        &folder,
        &["server", "--github", "--jsonl", "-", "--flaw", "no-clamp"],
    );
    for line in text(&output.stdout).lines() {
        assert!(line.starts_with('{'), "{line}");
    }
    assert!(text(&output.stderr).contains("::error title="));
}

#[test]
fn stable_streams_of_two_runs_are_equal() {
    let folder = folder("stable");
    for name in ["one", "two"] {
        exits(
            1,
            &folder,
            &[
                "server",
                "--stable",
                "--jsonl",
                name,
                "--flaw",
                "late-expiry",
            ],
        );
    }
    let read = |name: &str| std::fs::read(folder.join(name)).expect(name);
    assert_eq!(read("one"), read("two"));
    exits(0, &folder, &["report", "merge", "one", "-o", "merged"]);
    assert_eq!(
        read("merged"),
        read("one"),
        "there is nothing left to put in order"
    );
}

#[test]
fn merging_makes_one_report_of_many() {
    let folder = folder("merge");
    exits(
        0,
        &folder,
        &["server", "--jsonl", "a.jsonl", "--product", "A"],
    );
    exits(
        1,
        &folder,
        &[
            "server",
            "--jsonl",
            "b.jsonl",
            "--product",
            "B",
            "--flaw",
            "no-clamp",
        ],
    );
    exits(
        0,
        &folder,
        &["report", "merge", "b.jsonl", "a.jsonl", "-o", "all.jsonl"],
    );
    exits(
        0,
        &folder,
        &["report", "html", "all.jsonl", "-o", "matrix.html"],
    );
    let page = std::fs::read_to_string(folder.join("matrix.html")).expect("the page");
    let count = crate::cli::cases();
    assert!(page.contains(&format!("2 products by {count} cases")));
    let output = exits(0, &folder, &["report", "text", "all.jsonl"]);
    assert_eq!(
        text(&output.stdout)
            .matches(&format!("{count} cases"))
            .count(),
        2
    );
}

#[test]
fn a_check_fails_on_any_difference_and_names_it() {
    let folder = folder("check");
    exits(0, &folder, &["server", "--jsonl", "good.jsonl"]);
    exits(
        1,
        &folder,
        &[
            "server",
            "--jsonl",
            "bad.jsonl",
            "--flaw",
            "no-password-check",
        ],
    );
    exits(0, &folder, &["server", "renew", "--jsonl", "part.jsonl"]);
    exits(
        0,
        &folder,
        &[
            "report",
            "check",
            "good.jsonl",
            "--golden",
            "golden",
            "--update",
        ],
    );
    exits(
        0,
        &folder,
        &["report", "check", "good.jsonl", "--golden", "golden"],
    );
    let output = exits(
        1,
        &folder,
        &["report", "check", "bad.jsonl", "--golden", "golden"],
    );
    let told = text(&output.stdout);
    assert!(
        told.contains("ZK0409 renew/wrong-password-is-refused: was passed, is failed (resumed)")
    );
    assert!(told.contains("13 differences from golden"), "{told}");
    exits(
        1,
        &folder,
        &["report", "check", "part.jsonl", "--golden", "golden"],
    );
    exits(
        0,
        &folder,
        &[
            "report",
            "check",
            "part.jsonl",
            "--golden",
            "golden",
            "--partial",
        ],
    );
}

#[test]
fn what_is_required_has_to_pass_on_every_product() {
    let folder = folder("required");
    let label = |name: &'static str| ["--product", name, "--product-version", "1"];
    let run = |name, jsonl: &str, more: &[&str], code| {
        let fixed = ["server", "close", "renew", "--jsonl", jsonl];
        exits(code, &folder, &[&fixed[..], &label(name), more].concat());
    };
    run("Good", "good.jsonl", &["--shard", "1/2"], 0);
    run("Good", "rest.jsonl", &["--shard", "2/2"], 0);
    run("Bad", "bad.jsonl", &["--flaw", "no-password-check"], 1);
    let files = ["good.jsonl", "rest.jsonl", "bad.jsonl"];
    exits(
        0,
        &folder,
        &[&["report", "merge"], &files[..], &["-o", "all.jsonl"]].concat(),
    );
    let check = |file: &str, required: &[&str], code| {
        let words: Vec<_> = required
            .iter()
            .flat_map(|one| ["--required", *one])
            .collect();
        let output = exits(
            code,
            &folder,
            &[&["report", "check", file][..], &words].concat(),
        );
        text(&output.stdout)
    };
    let told = check("all.jsonl", &["close", "clause:RENEW-1"], 0);
    assert!(told.contains(" required cases passed"), "{told}");
    let told = check("all.jsonl", &["close", "ZK0409"], 1);
    let line = "Bad 1  ZK0409 renew/wrong-password-is-refused: required, and failed\n";
    assert_eq!(told, line);
    // Half of it is not enough, and what was not played has not passed.
    let told = check("good.jsonl", &["close"], 1);
    assert!(told.contains(": required, and was not run"), "{told}");
    run("Other", "other.jsonl", &["--read-only"], 4);
    let told = check("other.jsonl", &["ZK0701"], 1);
    assert!(told.contains("required, and skipped"), "{told}");
    check("all.jsonl", &["clsoe"], 2);
    exits(2, &folder, &["report", "check", "all.jsonl"]);
}

#[test]
fn what_cannot_be_written_is_said_before_the_run() {
    let folder = folder("unwritable");
    for (path, says) in [
        ("no/such/folder/x", "cannot write no/such/folder/x: "),
        (".", "cannot write .: "),
    ] {
        for (format, _) in FILES {
            let output = exits(2, &folder, &["server", &format!("--{format}"), path]);
            assert!(
                text(&output.stderr).contains(says),
                "{}",
                text(&output.stderr)
            );
            assert!(!text(&output.stderr).contains(".zkspec-"), "no other file");
            assert_eq!(text(&output.stdout), "", "nothing was run");
        }
    }
    let output = exits(2, &folder, &["server", "--tap", "x", "--junit", "x"]);
    assert!(text(&output.stderr).contains("cannot both go to x"));
}

/// The device that takes nothing.
#[cfg(target_os = "linux")]
#[test]
fn what_could_not_be_written_is_said_after_the_run() {
    let folder = folder("full");
    for format in ["--jsonl", "--junit", "--html"] {
        let output = exits(2, &folder, &["server", format, "/dev/full"]);
        let told = text(&output.stderr);
        assert!(told.contains("cannot write /dev/full: "), "{told}");
        assert!(
            text(&output.stdout).contains(&format!("{} passed", crate::cli::cases())),
            "the run itself went well"
        );
    }
}

#[test]
fn a_report_that_fails_leaves_the_old_one() {
    let folder = folder("atomic");
    std::fs::write(folder.join("page.html"), "old").expect("written");
    std::fs::write(folder.join("no.jsonl"), "nonsense").expect("written");
    exits(
        2,
        &folder,
        &["report", "html", "no.jsonl", "-o", "page.html"],
    );
    let page = std::fs::read_to_string(folder.join("page.html")).expect("the page");
    assert_eq!(page, "old");
}

#[test]
fn what_is_no_stream_is_2_and_says_where() {
    let folder = folder("nonsense");
    std::fs::write(folder.join("x.jsonl"), "{\"event\":\"rained\"}\n").expect("written");
    for arguments in [
        &["report", "html", "x.jsonl"][..],
        &["report", "html", "no-such-file.jsonl"],
        &["report", "merge"],
        &["report", "check", "x.jsonl", "--golden", "x.jsonl"],
        &["report", "merge", "x.jsonl", "x.jsonl"],
        &["report", "gif", "x.jsonl"],
    ] {
        let output = exits(2, &folder, arguments);
        assert!(!output.stderr.is_empty(), "{arguments:?} says why");
    }
    let output = exits(2, &folder, &["report", "tap", "x.jsonl"]);
    let told = text(&output.stderr);
    assert!(
        told.contains("cannot read x.jsonl: line 1 is no event of a run"),
        "{told}"
    );
}

#[test]
fn the_schema_can_be_had() {
    let output = exits(0, &folder("schema"), &["report", "schema"]);
    assert_eq!(text(&output.stdout), SCHEMA);
}
