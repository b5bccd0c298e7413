//! `zkspec model`.

use crate::cli::run;
use crate::cli::stdout;

#[test]
fn a_scene_is_searched_to_its_end_or_not() {
    let scene = "four-letter";
    let (code, output) = run(&["model", scene]);
    let said = stdout(&output);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("✓ a client and a four-letter word"), "{said}");
    let bounds = "1 client, 1 stranger, 1 server, 2 dials, 0 cuts, 1 piece on its way at a time, \
                  0 naps, 0 restarts; nobody closes";
    assert!(said.contains(bounds), "{said}");
    assert!(!said.contains("not held to"), "{said}");
    let (code, output) = run(&["model", scene, "--limit", "20"]);
    let said = stdout(&output);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("20 states") && said.contains("not searched to the end"),
        "{said}"
    );
    assert!(
        said.contains("? a client and") && !said.contains('✓'),
        "{said}"
    );
    assert_eq!(run(&["model", scene, "--limit", "0"]).0, 2);
    let (code, output) = run(&["model", scene, "--flaw", "no-expiry"]);
    let said = stdout(&output);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("a session ends when its time is up"),
        "{said}"
    );
    let member = "a client of a member without a quorum";
    let (code, output) = run(&["model", member, "--limit", "20"]);
    let said = stdout(&output);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("not held to: what has ended stays ended"),
        "{said}"
    );
    assert_eq!(run(&["model", "no such scene"]).0, 4);
    assert_eq!(run(&["model", "--flaw", "no-such-flaw"]).0, 2);
}
