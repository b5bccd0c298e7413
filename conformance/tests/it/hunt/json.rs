//! What `zkspec min` tells programs.

use std::path::Path;

use zk_conformance::hunt::MIN_SCHEMA;

use crate::cli::Serve;
use crate::cli::run;
use crate::cli::stdout;
use crate::hunt::cli::LONG;
use crate::hunt::cli::folder;
use crate::hunt::cli::steps;
use crate::hunt::cli::write;
use crate::report::stream::errors;

#[test]
fn what_is_made_small_is_told_to_programs() {
    let folder = folder("min-json");
    let file = write(&folder, LONG);
    let small = format!("{folder}/small.zkt");
    let min = |words: &[&str]| {
        let (code, output) = run(&[&["min", &file, "--format", "json"], words].concat());
        let said = stdout(&output);
        let told = serde_json::from_str::<serde_json::Value>(&said).expect(&said);
        assert_eq!(errors(MIN_SCHEMA, &told), Vec::<String>::new(), "{told}");
        (code, told)
    };
    let (code, told) = min(&["--flaw", "no-close-reply"]);
    assert_eq!(code, 0, "{told}");
    assert_eq!(told["target"], "the built-in server");
    assert_eq!(told["shrunk"]["steps_before"], 15);
    assert_eq!(told["shrunk"]["file"], serde_json::Value::Null);
    let (code, written) = min(&["--flaw", "no-close-reply", "--out", &small]);
    assert_eq!(code, 0, "{written}");
    assert_eq!(written["shrunk"]["file"], *small);
    assert_eq!(
        written["shrunk"]["transcript"],
        told["shrunk"]["transcript"]
    );
    let text = std::fs::read_to_string(&small).expect("a file");
    assert_eq!(told["shrunk"]["transcript"], *text);
    assert_eq!(told["shrunk"]["steps"], steps(Path::new(&small)));
    // Where nothing fails, that is what is told.
    let (code, nothing) = min(&[]);
    assert_eq!(code, 4, "{nothing}");
    assert_eq!(nothing["shrunk"], serde_json::Value::Null);
    assert_eq!(nothing["runs"], 20);
    let serve = Serve::start(&["--flaw", "no-close-reply"]);
    let (code, over_tcp) = min(&["--target", &serve.address, "--times", "4"]);
    assert_eq!(code, 0, "{over_tcp}");
    assert_eq!(over_tcp["target"], *serve.address);
    assert_eq!(over_tcp["shrunk"]["failed"], 4);
}

#[test]
fn the_schema_of_what_is_made_small_does_not_take_everything() {
    let folder = folder("min-schema");
    let file = write(&folder, LONG);
    let words = ["min", &file, "--flaw", "no-close-reply", "--format", "json"];
    let said = stdout(&run(&words).1);
    let told: serde_json::Value = serde_json::from_str(&said).expect(&said);
    for (field, value) in [
        ("/schema", serde_json::json!(2)),
        ("/runs", serde_json::json!("many")),
        ("/shrunk", serde_json::json!({})),
        ("/shrunk/script", serde_json::json!("")),
        ("/shrunk/steps", serde_json::json!(0)),
        ("/shrunk/failed", serde_json::json!(0)),
        ("/shrunk/transcript", serde_json::Value::Null),
    ] {
        let mut wrong = told.clone();
        *wrong.pointer_mut(field).expect(field) = value;
        assert_ne!(errors(MIN_SCHEMA, &wrong), Vec::<String>::new(), "{field}");
    }
    for part in ["", "/shrunk"] {
        let mut wrong = told.clone();
        wrong.pointer_mut(part).expect(part)["surprise"] = serde_json::json!(1);
        assert_ne!(errors(MIN_SCHEMA, &wrong), Vec::<String>::new(), "{part}");
    }
}
