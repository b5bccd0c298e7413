//! `zkspec mutants`.

use crate::cli::run;
use crate::cli::stderr;
use crate::cli::stdout;

#[test]
fn the_kill_matrix_is_printed() {
    let (code, output) = run(&["mutants", "--flaw", "no-password-check"]);
    let text = stdout(&output);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("seen in RaftKeeper"), "{text}");
    assert!(text.contains("ZK0409  MUST"), "{text}");

    let (code, output) = run(&["mutants", "--flaw", "limit-exclusive"]);
    let text = stdout(&output);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("uncaught: a server may be set"), "{text}");

    let flaw = ["--flaw", "no-close-reply", "--flaw", "ping-unanswered"];
    let (code, output) = run(&[&["mutants", "--json"][..], &flaw].concat());
    let matrix: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(code, 0);
    assert_eq!(matrix["complaints"], serde_json::json!([]));
    let mutants = matrix["mutants"].as_array().expect("a list");
    let by_flaw = |name: &str| mutants.iter().find(|it| it["flaw"] == name).expect(name);
    let killers = by_flaw("ping-unanswered")["killed_by"].as_array();
    let killers: Vec<_> = killers
        .expect("a list")
        .iter()
        .map(|it| &it["id"])
        .collect();
    assert!(killers.contains(&&"ZK0001".into()), "{killers:?}");
    assert_eq!(by_flaw("no-close-reply")["killed_by"][0]["id"], "ZK0701");

    let case = ["mutants", "--case", "ZK0701", "--flaw", "no-close-reply"];
    let text = stdout(&run(&case).1);
    assert!(text.contains("kills 1\n  no-close-reply"), "{text}");
    let output = run(&[&case[..], &["--json"]].concat()).1;
    let matrix: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let cases = matrix["cases"].as_array().expect("a list");
    assert_eq!((cases.len(), &cases[0]["id"]), (1, &"ZK0701".into()));
    assert_eq!(run(&["mutants", "--flaw", "none"]).0, 2);
    assert_eq!(
        run(&["mutants", "--case", "renew", "--case", "!renew"]).0,
        4
    );
}

#[test]
fn what_is_about_a_hunt_is_not_taken_without_one() {
    let flaw = ["mutants", "--flaw", "greets"];
    for words in [
        &["--effort", "5"][..],
        &["--seed", "1"],
        &["--by", "cases", "--effort", "5"],
        &["--by", "cases", "--seed", "1"],
        &["--by", "diff", "--effort", "0"],
        &["--by", "fuzz", "--case", "renew"],
    ] {
        let (code, output) = run(&[&flaw, words].concat());
        assert_eq!(code, 2, "{words:?}: {}", stdout(&output));
        let told = stderr(&output);
        assert!(told.contains("--by") || told.contains("--effort"), "{told}");
    }
    let hunt = ["--by", "diff", "--effort", "5", "--seed", "1"];
    assert_eq!(run(&[&flaw[..], &hunt].concat()).0, 0);
}
