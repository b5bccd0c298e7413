//! What hunters found, given to verbs that it is not meant for.

use crate::cli::run;
use crate::cli::stderr;
use crate::cli::stdout;
use crate::hunt::cli::folder;

#[test]
fn what_was_found_before_stays() {
    let out = folder("diff-twice");
    let words = ["diff", "model", "model", "--runs", "100", "--out", &out];
    for count in 1..=2 {
        let (code, output) = run(&[&words[..], &["--flaw", "no-close-reply"]].concat());
        assert_eq!(code, 1, "{}", stdout(&output));
        let file = format!("{out}/diff-0{count}.zkt");
        assert!(stdout(&output).contains(&file), "{}", stdout(&output));
        let text = std::fs::read_to_string(&file).expect("a transcript");
        assert!(
            text.contains(&format!("script   diff-0{count}/a-1")),
            "{text}"
        );
    }
    assert_eq!(std::fs::read_dir(&out).expect("finds").count(), 2);
}

/// Such a script expects what came: a sound server fails it, and one that has the flaw passes.
#[test]
fn a_find_is_not_made_small_once_more() {
    let out = folder("min-find");
    let flaw = ["--flaw", "no-close-reply"];
    let diff = ["diff", "model", "model", "--runs", "200", "--out", &out];
    let (code, output) = run(&[&diff[..], &flaw].concat());
    assert_eq!(code, 1, "{}", stdout(&output));
    let fuzz = ["fuzz", "--runs", "2000", "--fail-fast", "--out", &out];
    let (code, output) = run(&[&fuzz[..], &flaw].concat());
    assert_eq!(code, 1, "{}{}", stdout(&output), stderr(&output));
    let mut tried = 0;
    for file in std::fs::read_dir(&out).expect("finds") {
        let file = file.expect("a find").path().display().to_string();
        let (code, output) = run(&["min", &file]);
        assert_eq!(code, 2, "{}", stdout(&output));
        let said = stderr(&output);
        assert!(said.contains("as small as they could make it"), "{said}");
        assert!(said.contains(&format!("zkspec replay {file} ")), "{said}");
        tried += 1;
    }
    assert!(tried >= 2, "one of each");
}
