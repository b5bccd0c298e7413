//! What `zkspec server` does around a run: which cases, what is known of them, how often, and how
//! it ends.

mod expectations;
#[cfg(unix)]
mod glue;
mod pages;
#[cfg(unix)]
pub(crate) mod process;
mod profiles;
mod replays;
mod selection;
mod silent;
mod stress;
mod tls;

use std::path::PathBuf;

use crate::cli::scratch;

/// A folder of a test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = scratch().join("runner").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A file in it.
fn file(folder: &std::path::Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.to_str().expect("a path").to_owned()
}

/// What `zkspec` prints and how it ends, with traces in `folder`.
fn judge(folder: &std::path::Path, arguments: &[&str]) -> (i32, String) {
    let traces = folder.join("traces");
    let traces = traces.to_str().expect("a path");
    let all = [&["server"], arguments, &["--trace-dir", traces]].concat();
    let (code, output) = crate::cli::run(&all);
    let said = crate::cli::stdout(&output) + &crate::cli::stderr(&output);
    (code, said)
}
