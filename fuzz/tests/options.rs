//! Options and dictionaries of the targets, which `.ci/run` and the farms go by.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use zk_fuzz::TARGETS;

fn fuzz() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory)
        .unwrap()
        .map(|it| it.unwrap().path());
    let (folders, mut files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    for folder in folders {
        files.extend(self::files(&folder));
    }
    files.sort();
    files
}

fn names(directory: &str) -> BTreeSet<String> {
    let files = files(&fuzz().join(directory));
    let names = files.iter().map(|path| path.file_name().unwrap());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

/// The keys and values of a target's options.
fn options(target: &str) -> BTreeMap<String, String> {
    let path = fuzz().join(format!("options/{target}.options"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{target}: {error}"));
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("[libfuzzer]"), "{target}");
    let pairs = lines.map(|line| line.split_once(" = ").expect("key = value"));
    pairs
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn every_target_has_options_and_nothing_else_has() {
    let targets = TARGETS.iter().map(|(name, _)| format!("{name}.options"));
    assert_eq!(names("options"), targets.collect());
}

#[test]
fn options_are_those_that_a_run_needs() {
    for (target, _) in TARGETS {
        let options = options(target);
        let keys: Vec<_> = options.keys().map(String::as_str).collect();
        assert_eq!(keys, ["dict", "max_len", "timeout"], "{target}");
        let seconds: u32 = options["timeout"].parse().unwrap();
        assert!((1..=60).contains(&seconds), "{target}");
    }
}

#[test]
fn every_input_is_within_the_longest_length() {
    for (target, _) in TARGETS {
        let longest: u64 = options(target)["max_len"].parse().unwrap();
        for file in files(&fuzz().join("../corpus").join(target)) {
            let length = fs::metadata(&file).unwrap().len();
            assert!(length <= longest, "{} has {length} bytes", file.display());
        }
    }
}

#[test]
fn every_dictionary_is_used() {
    let used = TARGETS
        .iter()
        .map(|(target, _)| options(target)["dict"].clone());
    assert_eq!(names("dict"), used.collect());
}

#[test]
fn flags_are_what_the_options_say() {
    for (target, _) in TARGETS {
        let output = Command::new(fuzz().join("flags")).arg(target).output();
        let output = output.expect("a shell");
        assert!(output.status.success(), "{output:?}");
        let printed = String::from_utf8(output.stdout).unwrap();
        let printed: BTreeMap<_, _> = printed
            .lines()
            .map(|flag| flag.strip_prefix('-').unwrap().split_once('=').unwrap())
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let mut expected = options(target);
        let dictionary = fuzz().join("dict").join(&expected["dict"]);
        expected.insert("dict".to_owned(), dictionary.display().to_string());
        assert_eq!(printed, expected, "{target}");
    }
    let output = Command::new(fuzz().join("flags")).arg("nobody").output();
    assert_eq!(output.expect("a shell").status.code(), Some(2));
}

#[test]
fn dictionaries_are_such_as_libfuzzer_reads() {
    for path in files(&fuzz().join("dict")) {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text
            .lines()
            .filter(|it| !it.is_empty() && !it.starts_with('#'));
        let mut words = BTreeMap::new();
        for line in lines {
            let (name, value) = line.split_once('=').expect("name=\"value\"");
            let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            assert!(name.chars().all(is_plain), "{line}");
            let value = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
            let word = unescaped(value.expect("quotes")).unwrap_or_else(|| panic!("{line}"));
            assert!(!word.is_empty(), "{line}");
            let same = words.insert(word, name);
            assert_eq!(same, None, "{}: {name} is there already", path.display());
        }
        assert!(words.len() > 20, "{}", path.display());
    }
}

/// The values of a key in a file of lines such as `key: value`.
fn values(text: &str, key: &str) -> BTreeSet<String> {
    let lines = text.lines().map(|line| line.trim_start_matches([' ', '-']));
    let values = lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
    values
        .map(|value| value.trim_matches('"').to_owned())
        .collect()
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(ToString::to_string).collect()
}

#[test]
fn workflows_build_and_run_what_the_projects_say() {
    let root = fuzz().join("..");
    let project = fs::read_to_string(root.join(".clusterfuzzlite/project.yaml")).unwrap();
    let mut modes = BTreeSet::new();
    let mut sanitizers = BTreeSet::new();
    for path in files(&root.join(".github/workflows")) {
        let name = path.file_name().unwrap().to_string_lossy();
        if name.starts_with("cflite_") {
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(
                values(&text, "language"),
                values(&project, "language"),
                "{name}"
            );
            modes.extend(values(&text, "mode"));
            sanitizers.extend(values(&text, "sanitizer"));
        }
    }
    assert_eq!(modes, set(&["batch", "code-change", "coverage", "prune"]));
    assert_eq!(sanitizers, set(&["address", "coverage"]));
}

/// As the README says.
#[test]
fn two_words_are_to_be_filled_in_for_a_farm() {
    let folder = fuzz().join("oss-fuzz/zk-conformance");
    let project = fs::read_to_string(folder.join("project.yaml")).unwrap();
    for (key, value) in [
        ("homepage", "REPOSITORY"),
        ("main_repo", "REPOSITORY"),
        ("primary_contact", "CONTACT"),
        ("language", "rust"),
    ] {
        assert_eq!(values(&project, key), set(&[value]), "{key}");
    }
    let image = fs::read_to_string(folder.join("Dockerfile")).unwrap();
    assert!(image.contains("git clone --depth 1 REPOSITORY $SRC/zk-conformance"));
}

/// OSS-Fuzz takes no folder without: `check_license` of its `infra/presubmit.py`.
#[test]
fn what_goes_to_a_farm_names_its_licence() {
    let folder = fuzz().join("oss-fuzz/zk-conformance");
    for name in ["Dockerfile", "build.sh"] {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let licence = "http://www.apache.org/licenses/LICENSE-2.0";
        assert!(text.contains(licence), "{name}");
    }
}

/// The bytes that libFuzzer takes a dictionary's value for.
fn unescaped(value: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'"' => return None,
            b'\\' => match rest.next()? {
                b'x' => {
                    let digits = [rest.next()?, rest.next()?];
                    let digits = std::str::from_utf8(&digits).ok()?;
                    u8::from_str_radix(digits, 16).ok()?
                }
                quoted @ (b'\\' | b'"') => quoted,
                _ => return None,
            },
            byte => byte,
        };
        bytes.push(byte);
    }
    Some(bytes)
}
