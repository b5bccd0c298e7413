//! Keeps a diagram in a file's documentation equal to the table it is drawn from.

use std::env;
use std::fs;
use std::path::Path;

/// Checks that the one Mermaid block in the `//!` docs of `file`, a path within the package, is
/// `diagram`. With `UPDATE=1` in the environment it is rewritten instead.
#[track_caller]
pub(crate) fn check(file: &str, diagram: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let source = fs::read_to_string(&path).expect("the file is there");
    let (before, rest) = source
        .split_once(OPEN)
        .expect("a mermaid block in the docs");
    let (block, after) = rest.split_once(CLOSE).expect("the end of the block");
    let drawn: String = diagram
        .lines()
        .map(|line| format!("//! {line}\n"))
        .collect();
    if block != drawn && env::var_os("UPDATE").is_some() {
        fs::write(&path, [before, OPEN, &drawn, CLOSE, after].concat()).expect("a file to write");
        return;
    }
    assert_eq!(
        block, drawn,
        "the diagram in {file} is not the table; UPDATE=1 rewrites it"
    );
}

const OPEN: &str = "//! ```mermaid\n";
const CLOSE: &str = "//! ```\n";
