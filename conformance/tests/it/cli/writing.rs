//! What cannot be written is said before anything is done.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::cli::run;
use crate::cli::scratch;
use crate::cli::stderr;
use crate::cli::stdout;
use crate::cli::zkspec;

/// Nothing listens on port 1: who tried it before it looked at its files would end with 3.
#[test]
fn what_cannot_be_written_is_said_first() {
    let folder = scratch();
    fs::write(folder.join("file"), "").expect("a file");
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/models");
    let model = format!("{models}/zk3.8.0-nio-one.json");
    for words in [
        &["learn", "127.0.0.1:1", "--json"][..],
        &["learn", "127.0.0.1:1", "--dot"],
        &["learn", "127.0.0.1:1", "--svg"],
        &["learn", "draw", &model, "--svg"],
        &["diff", "127.0.0.1:1", "model", "--out"],
        &["model", "four-letter", "--export"],
        &["man", "--dir"],
        &["server", "127.0.0.1:1", "--junit"],
    ] {
        let (code, output) = run(&[words, &["file/under"]].concat());
        let said = stderr(&output);
        assert_eq!(code, 2, "{words:?}: {}{said}", stdout(&output));
        assert!(said.contains("cannot write file/under: "), "{said}");
        assert_eq!(stdout(&output), "", "{words:?}");
    }
}

/// To look whether files can be written leaves none.
#[test]
fn nothing_is_left_where_nothing_came_of_it() {
    let folder = scratch().join("empty");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).expect("a folder");
    for words in [
        &["learn", "127.0.0.1:1", "--json", "empty/model.json"][..],
        &["diff", "model", "model", "--runs", "5", "--out", "empty/zk"],
    ] {
        run(words);
        let left = fs::read_dir(&folder).expect("a folder").count();
        assert_eq!(left, 0, "{words:?}");
    }
}

#[test]
fn files_go_where_they_are_to_go() {
    let export = scratch().join("some/where");
    let _ = fs::remove_dir_all(&export);
    let (code, output) = run(&["model", "four-letter", "--export", "some/where"]);
    assert_eq!(code, 0, "{}", stderr(&output));
    let said = stdout(&output);
    let count = said.lines().last().and_then(|line| line.split(' ').next());
    let count: usize = count.and_then(|it| it.parse().ok()).expect(&said);
    assert!(said.ends_with(" in some/where\n"), "{said}");
    let folders = fs::read_dir(&export).expect("folders");
    let files = |folder: &Path| fs::read_dir(folder).expect("files").count();
    let all: usize = folders.map(|it| files(&it.expect("one").path())).sum();
    assert_eq!(all, count);
}

/// What stands for stdout stands for stdin where something is read.
#[test]
fn a_model_and_a_schema_may_come_on_stdin() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata");
    let model = format!("{data}/models/zk3.8.0-nio-one.json");
    let schema = format!("{data}/zookeeper.jute");
    for (words, file, told) in [
        (&["learn", "diff", "-", &model][..], &model, "behave alike"),
        (&["schema", "-"], &schema, "is what the codec declares"),
    ] {
        let child = zkspec(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = child.expect("it starts");
        let text = fs::read(file).expect("a file");
        let mut stdin = child.stdin.take().expect("stdin");
        stdin.write_all(&text).expect("read");
        drop(stdin);
        let output = child.wait_with_output().expect("an end");
        assert!(stdout(&output).contains(told), "{}", stdout(&output));
    }
}

#[test]
fn numbers_that_make_no_sense_are_2() {
    for words in [
        &["diff", "model", "127.0.0.1:1", "--jobs", "0"][..],
        &["diff", "model", "127.0.0.1:1", "--quiet-time", "0"],
        &["diff", "model", "127.0.0.1:1", "--quiet-time", "3600000"],
        &["learn", "127.0.0.1:1", "--jobs", "0"],
        &["learn", "127.0.0.1:1", "--quiet-time", "0"],
        &["learn", "127.0.0.1:1", "--timeout", "0"],
        &["learn", "127.0.0.1:1", "--max-time", "0"],
        &["learn", "127.0.0.1:1", "--max-resets", "0"],
    ] {
        let (code, output) = run(words);
        assert_eq!(code, 2, "{words:?}: {}", stdout(&output));
        let flag = words[words.len() - 2];
        assert!(stderr(&output).contains(flag), "{}", stderr(&output));
    }
}
