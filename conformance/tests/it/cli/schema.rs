//! `zkspec schema`.

use crate::cli::run;
use crate::cli::scratch;
use crate::cli::stderr;
use crate::cli::stdout;

#[test]
fn the_schema_file_is_what_the_codec_declares() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/zookeeper.jute");
    let (code, output) = run(&["schema", file]);
    let text = stdout(&output);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("72 classes in the file, 72 in the codec"),
        "{text}"
    );
    let (code, output) = run(&["schema", file, "--format", "json"]);
    assert_eq!((code, stdout(&output)), (0, String::new()));
}

#[test]
fn another_schema_file_differs_and_says_where() {
    let original = include_str!("../../../../testdata/zookeeper.jute");
    let other = original
        .replace("        boolean readOnly;\n", "")
        .replace("        int xid;\n", "        long xid;\n");
    let file = scratch().join("other.jute");
    std::fs::write(&file, other).unwrap();
    let file = file.to_str().unwrap();
    let (code, output) = run(&["schema", file]);
    let text = stdout(&output);
    assert_eq!(code, 1, "{text}");
    for part in [
        "ConnectRequest\n  boolean readOnly: only in the codec  (in the schema since 3.9.0",
        "RequestHeader\n  xid: long in the file, int in the codec\n",
        "differs in 4 classes: 4 differences, 2 of them known",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    let (code, output) = run(&["schema", file, "--format", "json"]);
    assert_eq!(code, 1);
    let lines = stdout(&output);
    let lines: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[1],
        serde_json::json!({
            "class": "ConnectResponse",
            "difference": "field-only-in-codec",
            "field": "readOnly",
            "type": "boolean",
            "remark": "in the schema since 3.9.0, on the wire since 3.4.0",
        })
    );
}

#[test]
fn what_is_no_schema_file_cannot_be_read() {
    let file = scratch().join("broken.jute");
    std::fs::write(&file, "module m {\n  class C { int }\n}\n").unwrap();
    let (code, output) = run(&["schema", file.to_str().unwrap()]);
    assert_eq!(code, 2);
    let text = stderr(&output);
    let trouble = "line 2, column 17: expected the field's name, found \"}\"";
    assert!(text.contains(trouble), "{text}");
    assert_eq!(run(&["schema", "there-is-none.jute"]).0, 2);
}
