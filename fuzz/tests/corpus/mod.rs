//! The seeds of the corpora, and what bodies say of them.

use std::fs;
use std::path::Path;
use std::thread;

/// The seeds of a target.
pub(crate) fn seeds(target: &str) -> Vec<Vec<u8>> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = fs::read_dir(fuzz.join("../corpus").join(target)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// What a body that panics on an input says. In a thread of its own: what counts allocations loses
/// count where there was a panic.
pub(crate) fn words(body: impl Fn(&[u8]) + Sync, input: &[u8]) -> Option<String> {
    let trial = thread::scope(|scope| scope.spawn(|| body(input)).join());
    let words = trial.err()?;
    let words = match words.downcast::<String>() {
        Ok(words) => *words,
        Err(words) => (*words.downcast::<&str>().expect("a message")).to_owned(),
    };
    Some(words)
}
