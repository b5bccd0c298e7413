//! Expectation files: what is known may fail, and what is no longer known to be true may not stay.

use crate::cli::Serve;
use crate::runner::file;
use crate::runner::folder;
use crate::runner::judge;

/// A server that does not answer closeSession, judged by the cases about that.
const RUN: &[&str] = &["close", "--flaw", "no-close-reply"];

const KNOWN: &str = "\
schema = 1
# About the end of a session.
[[expect]]
case = \"close/answered-then-closed\"
result = \"fail\"
outcome = \"no-close-reply\"
reason = \"closeSession is not answered\" # so far
link = \"https://example.org/1\"
";

fn expecting(test: &str, text: &str, run: &[&str]) -> (i32, String) {
    let folder = folder(test);
    let file = file(&folder, "known.toml", text);
    judge(&folder, &[run, &["--expect", &file]].concat())
}

#[test]
fn what_is_known_to_fail_does_not_fail_the_run() {
    let (code, said) = expecting("known", KNOWN, RUN);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("1 failed as known"), "{said}");
    assert!(said.contains("1 expectation for 1 case"), "{said}");
    assert!(!said.contains("FAILED"), "{said}");
}

#[test]
fn an_entry_whose_case_passes_is_stale() {
    let (code, said) = expecting("stale", KNOWN, &["close"]);
    assert_eq!(code, 1, "{said}");
    let message =
        "known.toml line 3: ZK0701 close/answered-then-closed passes now: remove the entry";
    assert!(said.contains(message), "{said}");
}

#[test]
fn an_entry_that_names_no_case_is_unmatched() {
    let text = format!(
        "{KNOWN}[[expect]]\ncase = \"close/anwsered*\"\nresult = \"flaky\"\nreason = \"x\"\n"
    );
    let (code, said) = expecting("unmatched", &text, RUN);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("line 9: \"close/anwsered*\" names no case"),
        "{said}"
    );
}

#[test]
fn two_entries_for_a_case_are_one_too_many() {
    let text =
        format!("{KNOWN}[[expect]]\ncase = \"ZK0701\"\nresult = \"flaky\"\nreason = \"x\"\n");
    let (code, said) = expecting("duplicate", &text, RUN);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("line 9: ZK0701 close/answered-then-closed has an entry already"),
        "{said}"
    );
}

#[test]
fn an_entry_holds_until_its_last_day() {
    let (code, said) = expecting("expired", &format!("{KNOWN}until = 2001-02-03\n"), RUN);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("expired on 2001-02-03"), "{said}");
    let (code, said) = expecting("expires", &format!("{KNOWN}until = \"2999-12-31\"\n"), RUN);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_case_that_fails_in_another_way_fails_the_run() {
    let text = KNOWN.replace("no-close-reply", "left-open");
    let (code, said) = expecting("differs", &text, RUN);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("FAILED"), "{said}");
    let message = "should fail by the outcome \"left-open\", but the outcome is \"no-close-reply\"";
    assert!(said.contains(message), "{said}");
    let text = KNOWN.replace("outcome = \"no-close-reply\"", "symptom = \"nothing for\"");
    let (code, said) = expecting("differs", &text, RUN);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("should fail with \"nothing for\""), "{said}");
}

#[test]
fn a_symptom_is_a_piece_of_what_is_seen() {
    let text = KNOWN.replace("outcome = \"no-close-reply\"", "symptom = \"closed\"");
    assert_eq!(expecting("symptom", &text, RUN).0, 0);
}

#[test]
fn what_is_flaky_may_pass_and_may_fail() {
    let text = KNOWN.replace("\"fail\"", "\"flaky\"");
    assert_eq!(expecting("flaky", &text, &["close"]).0, 0);
    assert_eq!(expecting("flaky", &text, RUN).0, 0);
}

#[test]
fn what_does_harm_is_not_played() {
    let text = KNOWN.replace("\"fail\"", "\"skip\"");
    let (code, said) = expecting("skip", &text, &[RUN, &["--verbose"]].concat());
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("1 skipped"), "{said}");
    assert!(said.contains("closeSession is not answered"), "{said}");
}

#[test]
fn an_entry_may_be_for_some_servers_only() {
    let serve = Serve::start(&["--tick-time", "100"]);
    let run = [serve.address.as_str(), "close", "--no-timing"];
    for (when, code) in [
        ("{ software = \"apache\" }", 1),
        ("{ software = [\"raftkeeper\", \"clickhouse-keeper\"] }", 0),
        ("{ profile = \"none\" }", 0),
        ("{ profile = \"zk-*\", transport = \"n*\" }", 1),
        ("{ transport = \"netty\" }", 0),
    ] {
        let text = format!("{KNOWN}when = {when}\n");
        let (found, said) = expecting("when", &text, &run);
        assert_eq!(found, code, "{when}: {said}");
    }
}

#[test]
fn files_that_make_no_sense_are_2() {
    for (text, message) in [
        ("schema = 2\n", "schema 2 is not known"),
        (
            "schema = 1\n[[expect]]\ncase = \"close\"\nresult = \"fail\"\n",
            "missing field `reason`",
        ),
        (
            &KNOWN
                .replace("so far", "")
                .replace("closeSession is not answered", " "),
            "gives no reason",
        ),
        (&format!("{KNOWN}result = \"fail\"\n"), "duplicate key"),
        (
            &format!("{KNOWN}when = {{ trasport = \"nio\" }}\n"),
            "known.toml line 3: there is no fact \"trasport\"",
        ),
        (
            &format!("{KNOWN}resaon = \"x\"\n"),
            "unknown field `resaon`",
        ),
        (&format!("{KNOWN}until = 12:00:00\n"), "is not a day"),
        (
            &KNOWN.replace("\"fail\"", "\"fails\""),
            "unknown variant `fails`",
        ),
    ] {
        let (code, said) = expecting("nonsense", text, RUN);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(message), "no {message:?} in {said}");
    }
    let folder = folder("nonsense");
    assert_eq!(judge(&folder, &["--expect", "no-such-file.toml"]).0, 2);
}

#[test]
fn a_file_can_be_brought_up_to_date() {
    let folder = folder("update");
    let path = file(
        &folder,
        "known.toml",
        &format!(
            "# Ours.\n{KNOWN}\n# No longer true.\n[[expect]]\ncase = \"close/xid-is-echoed\"\nresult = \"fail\"\nreason = \"x\"\n"
        ),
    );
    let flaws = ["--flaw", "no-close-reply", "--flaw", "version-echoed"];
    let update = ["--update-expectations", &path];
    let cases = [
        "close/answered-then-closed",
        "connect/answer-has-version-zero",
        "connect/version-is-ignored",
    ];
    let run = [&cases[..], &["ZK0702"], &flaws, &update].concat();
    let (code, said) = judge(&folder, &run);
    let text = std::fs::read_to_string(&path).expect("a file");
    assert_eq!(code, 0, "{said}{text}");
    for kept in [
        "# Ours.",
        "# About the end of a session.",
        "# so far",
        "https://example.org/1",
    ] {
        assert!(text.contains(kept), "no {kept} in {text}");
    }
    assert!(text.contains("reason = \"not explained yet\""), "{text}");
    // Blocked by the first case, so nothing is known of it.
    assert!(text.contains("close/xid-is-echoed"), "{text}");
    // With the file as it is now, the run is as expected; so it is when it is updated again.
    let again = [&cases[..], &["ZK0702"], &flaws, &["--expect", &path]].concat();
    let (code, said) = judge(&folder, &again);
    assert_eq!(code, 0, "{said}{text}");
    assert_eq!(judge(&folder, &run).0, 0);
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), text);
    // A server without flaws makes all of it stale: what is left is no entry, and the head.
    let run = [&cases[..], &["ZK0702"], &update].concat();
    let (code, said) = judge(&folder, &run);
    let text = std::fs::read_to_string(&path).expect("a file");
    assert_eq!(code, 0, "{said}{text}");
    assert!(!text.contains("[[expect]]"), "{text}");
    assert!(text.starts_with("# Ours.\nschema = 1\n"), "{text}");
}

#[test]
fn an_update_makes_the_file_and_changes_what_differs() {
    let folder = folder("update-new");
    let path = folder.join("new.toml");
    let path = path.to_str().expect("a path");
    let run = [RUN, &["--update-expectations", path]].concat();
    assert_eq!(judge(&folder, &run).0, 0);
    let text = std::fs::read_to_string(path).expect("a file");
    assert!(text.contains("outcome = \"no-close-reply\""), "{text}");
    std::fs::write(path, text.replace("no-close-reply", "left-open")).expect("written");
    let (code, said) = judge(&folder, &run);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("0 added, 1 changed, 0 removed"), "{said}");
    assert_eq!(std::fs::read_to_string(path).expect("a file"), text);
    // Nor does it matter by which name the file is expected, too.
    let roundabout = folder.join("..").join("update-new").join("new.toml");
    let roundabout = roundabout.to_str().expect("a path");
    let (code, said) = judge(&folder, &[&run[..], &["--expect", roundabout]].concat());
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("1 expectation for 1 case"), "{said}");
    // What covers several cases is for a person to look at.
    std::fs::write(path, text.replace("close/answered-then-closed", "close/*")).expect("written");
    let (code, said) = judge(
        &folder,
        &[RUN, &["close/*", "--update-expectations", path]].concat(),
    );
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("3 things need a look by you: see above what was said of them"),
        "{said}"
    );
}

#[test]
fn an_update_of_one_file_does_not_hide_what_is_wrong_with_another() {
    let folder = folder("update-other");
    let other = file(&folder, "other.toml", KNOWN);
    let path = folder.join("new.toml");
    let path = path.to_str().expect("a path");
    let run = ["close", "--expect", &other, "--update-expectations", path];
    let (code, said) = judge(&folder, &run);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("1 thing needs a look by you: see above what was said of it"),
        "{said}"
    );
    assert_eq!(std::fs::read_to_string(&other).expect("a file"), KNOWN);
}

#[test]
fn a_run_that_says_too_little_changes_no_file() {
    let folder = folder("update-nothing");
    let path = folder.join("new.toml");
    let path = path.to_str().expect("a path");
    let flaws = ["--flaw", "zero-id-session"];
    let run = [&["close", "--update-expectations", path][..], &flaws].concat();
    let (code, said) = judge(&folder, &run);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("new.toml is left as it is"), "{said}");
    assert!(!folder.join("new.toml").exists());
    // That it cannot be written is said before the run.
    let nowhere = folder.join("no-such-folder").join("new.toml");
    let nowhere = nowhere.to_str().expect("a path");
    let (code, said) = judge(
        &folder,
        &[RUN, &["--update-expectations", nowhere]].concat(),
    );
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("cannot write") && !said.contains("FAILED"),
        "{said}"
    );
}

#[test]
fn an_update_does_not_hide_what_could_not_be_tested() {
    let folder = folder("update-untested");
    let path = folder.join("new.toml");
    let path = path.to_str().expect("a path");
    // ZK0405 is a SHOULD that does not count, and ZK0433, which needs it, a MUST.
    let cases = ["ZK0405", "ZK0433", "ZK0409", "--level", "must"];
    let run = [&cases[..], &["--update-expectations", path]].concat();
    let flaws = ["--flaw", "no-evict-on-renew", "--flaw", "no-password-check"];
    let (code, said) = judge(&folder, &[&run[..], &flaws].concat());
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("1 untested") && said.contains("2 added"),
        "{said}"
    );
}
