//! Replays the corpora, and holds targets, directories, binaries and README together.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::path::PathBuf;
use std::thread;

use zk_conformance::server::Flaw;
use zk_conformance::transcript::parse;
use zk_fuzz::TARGETS;
use zk_fuzz::Target;
use zk_fuzz::canary;
use zk_fuzz::flawed_server;
use zk_fuzz::plain;
use zk_fuzz::seeds::seeds;

/// Whether the body lets the input pass.
fn replay(body: fn(&[u8]), input: &[u8]) -> bool {
    catch_unwind(|| body(input)).is_ok()
}

fn root() -> &'static Path {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    fuzz.parent().expect("the workspace")
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Where a corpus keeps what a long run grew.
const GROWN: &str = "grown";

/// Where a corpus keeps the cases of the catalogue.
const CATALOGUE: &str = "catalogue";

fn inputs() -> Vec<(Target, PathBuf)> {
    let mut inputs = Vec::new();
    for (target, body) in TARGETS {
        let (folders, mut paths): (Vec<_>, Vec<_>) = entries(&root().join("corpus").join(target))
            .into_iter()
            .partition(|path| path.is_dir());
        assert!(!paths.is_empty(), "{target} has no corpus");
        for folder in folders {
            assert!([GROWN, CATALOGUE].contains(&&*name(&folder)), "{target}");
            paths.extend(entries(&folder));
        }
        inputs.extend(paths.into_iter().map(|path| ((*target, *body), path)));
    }
    inputs
}

fn is_grown(path: &Path) -> bool {
    path.parent().is_some_and(|folder| name(folder) == GROWN)
}

/// What a grown input is called: FNV-1a of its content.
fn hash(input: &[u8]) -> String {
    let hash = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    format!("{hash:016x}.bin")
}

#[test]
fn every_claim_holds_for_the_whole_corpus() {
    let mut failed = Vec::new();
    let mut count = 0;
    for ((target, body), path) in inputs() {
        count += 1;
        if !replay(body, &fs::read(&path).unwrap()) {
            failed.push(format!("{target}/{}", name(&path)));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(count > TARGETS.len(), "{count} inputs are no corpus");
}

#[test]
fn canary_dies() {
    assert!(replay(canary, b"a bird"));
    assert!(!replay(canary, b"canary"));
}

/// A claim that nothing can break is not worth much: the seeds have to break it for a server that
/// is wrong.
#[test]
fn corpus_finds_out_every_flawed_server() {
    let seeds = inputs().into_iter();
    let seeds = seeds.filter(|((target, _), path)| *target == "server" && !is_grown(path));
    let inputs: Vec<_> = seeds.map(|(_, path)| fs::read(path).unwrap()).collect();
    // A thread for each: what counts allocations loses count in one that panics often.
    let survives = |flaw: Flaw| {
        let mut inputs = inputs.iter();
        let trial = || inputs.all(|input| catch_unwind(|| flawed_server(flaw, input)).is_ok());
        thread::scope(|scope| scope.spawn(trial).join()).unwrap()
    };
    let flaws = Flaw::ALL.iter().copied();
    let missed: Vec<_> = flaws.filter(|flaw| survives(*flaw)).collect();
    assert_eq!(missed, UNSEEN);
}

/// The flaws that no seed shows to the model: frames of 64 KiB are longer than what a seed may become.
const UNSEEN: &[Flaw] = &[Flaw::LargeFrameStalls, Flaw::LargePasswordStalls];

#[test]
fn every_body_survives_nothing_and_noise() {
    let noise: Vec<_> = (0..1024_u32)
        .map(|n| (n * n / 7).to_be_bytes()[3])
        .collect();
    for (target, body) in TARGETS {
        for length in [0, 1, 2, 3, 5, 8, 64, 1024] {
            assert!(
                replay(*body, &noise[..length]),
                "{target}, {length} bytes of noise"
            );
            assert!(replay(*body, &vec![0; length]), "{target}, {length} zeros");
        }
    }
}

#[test]
fn directories_and_binaries_are_the_targets() {
    let targets: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(targets.len(), TARGETS.len(), "a target twice");

    let directories = entries(&root().join("corpus"));
    let directories = directories.iter().filter(|path| path.is_dir());
    assert_eq!(
        directories.map(|path| name(path)).collect::<BTreeSet<_>>(),
        targets
    );

    let mut with_canary = targets;
    with_canary.insert("canary".to_owned());
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    let binaries = manifest.split("[[bin]]\nname = \"").skip(1);
    let binaries = binaries.map(|rest| rest.split('"').next().unwrap().to_owned());
    assert_eq!(binaries.collect::<BTreeSet<_>>(), with_canary);

    let sources = entries(&root().join("fuzz/fuzz_targets"));
    for (path, target) in sources.iter().zip(&with_canary) {
        assert_eq!(name(path), format!("{target}.rs"));
        let source = fs::read_to_string(path).unwrap();
        assert!(
            source.contains(&format!("zk_fuzz::{target}(")),
            "{target} runs another"
        );
    }
    assert_eq!(sources.len(), with_canary.len());

    let readme = fs::read_to_string(root().join("fuzz/README.md")).unwrap();
    for target in &with_canary {
        assert!(
            readme.contains(&format!("\n| `{target}` |")),
            "README has no {target}"
        );
    }
}

/// `UPDATE=1` writes them instead.
#[test]
fn seeds_are_as_the_codec_makes_them() {
    let seeds = seeds(&root().join("testdata")).unwrap();
    let mut paths = BTreeMap::new();
    for seed in &seeds {
        let path = format!("corpus/{}/{}.bin", seed.target, seed.name);
        assert!(
            paths.insert(path, &seed.input).is_none(),
            "{} twice",
            seed.name
        );
    }
    for (target, _) in TARGETS {
        assert!(
            seeds.iter().any(|seed| seed.target == *target),
            "{target} has no seed"
        );
    }
    let is_update = env::var_os("UPDATE").is_some();
    for (_, path) in inputs() {
        let short = path.strip_prefix(root()).unwrap().to_string_lossy();
        let is_case = path.parent().is_some_and(|it| name(it) == CATALOGUE);
        if is_case && !paths.contains_key(&*short) {
            assert!(is_update, "{short} is no case: to be removed with UPDATE=1");
            fs::remove_file(&path).unwrap();
        }
    }
    for (path, input) in paths {
        let file = root().join(&path);
        if is_update {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, input).unwrap();
        }
        let found = fs::read(&file).unwrap_or_default();
        assert!(found == *input, "{path}: to be written with UPDATE=1");
    }
}

/// A seed that is refused at once is none.
#[test]
fn texts_among_the_seeds_are_transcripts() {
    for seed in seeds(&root().join("testdata")).unwrap() {
        if let (Some((0, text)), "transcript") = (seed.input.split_first(), seed.target) {
            let text = std::str::from_utf8(text).unwrap();
            assert_eq!(parse(text).err(), None, "{}", seed.name);
        }
    }
}

/// What has no meaning today may get one, and must not change what inputs do.
#[test]
fn everything_in_an_input_has_a_meaning() {
    for ((target, _), path) in inputs() {
        let input = fs::read(&path).unwrap();
        let is_plain = plain(target, &input).is_some_and(|plain| plain == input);
        let path = path.strip_prefix(root()).unwrap();
        // What a run grew is mended with its name.
        assert!(
            is_plain || is_grown(path) && env::var_os("UPDATE").is_some(),
            "{}: see fuzz/grow",
            path.display()
        );
    }
}

/// What a run grew is named by its content. `UPDATE=1` renames it instead, and leaves out of it what
/// has no meaning.
#[test]
fn grown_inputs_are_named_by_their_content() {
    for ((target, _), path) in inputs() {
        if !is_grown(&path) {
            continue;
        }
        if env::var_os("UPDATE").is_some() {
            match plain(target, &fs::read(&path).unwrap()) {
                Some(plain) => fs::write(&path, plain).unwrap(),
                None => {
                    fs::remove_file(&path).unwrap();
                    continue;
                }
            }
        }
        let right = path.with_file_name(hash(&fs::read(&path).unwrap()));
        if env::var_os("UPDATE").is_some() {
            fs::rename(&path, &right).unwrap();
        } else {
            assert_eq!(path, right, "{target}");
        }
    }
}

fn assert_speaking(target: &str, name: &str) {
    let stem = name.strip_suffix(".bin").unwrap_or_default();
    let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    assert!(
        !stem.is_empty() && stem.chars().all(kebab),
        "{target}/{name}"
    );
    assert!(
        stem.contains('-') || stem.len() < 20,
        "{target}/{name} is a hash"
    );
}

#[test]
fn inputs_are_small_and_have_speaking_names_or_are_grown() {
    let mut total = 0;
    let mut contents = BTreeSet::new();
    let mut names = BTreeSet::new();
    for ((target, _), path) in inputs() {
        let name = name(&path);
        let input = fs::read(&path).unwrap();
        if !is_grown(&path) {
            assert_speaking(target, &name);
        }
        assert!(
            contents.insert((target, input.clone())) || !is_grown(&path),
            "{target}/{name} is there already"
        );
        // The farms have the corpus of a target in one folder.
        assert!(
            names.insert((target, name.clone())),
            "{target}/{name} twice"
        );
        let length = input.len();
        assert!(length <= 4096, "{target}/{name} has {length} bytes");
        total += length;
    }
    assert!(total <= 2 << 20, "the corpora have {total} bytes");
}
