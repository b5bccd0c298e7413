//! The folder that finds are left in.

use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::cli::Trouble;
use crate::cli::sink::OutFolder;

/// A folder for transcripts of what was found. What was found before stays there.
#[derive(Debug)]
pub(super) struct Finds(OutFolder);

impl Finds {
    /// Makes sure, before there is anything to write, that something can be written there.
    pub(super) fn open(folder: &Path) -> Result<Self, Trouble> {
        let folder = OutFolder::open(folder);
        let folder = folder.map_err(|trouble| trouble.hint("--out says into which folder"))?;
        Ok(Self(folder))
    }

    /// Writes a find to a file that was not there before, called by a number from `number` on; which.
    ///
    /// `text` is what to write into a file of this name.
    pub(super) fn write(
        &self,
        kind: &str,
        mut number: usize,
        text: impl Fn(&str) -> String,
    ) -> io::Result<PathBuf> {
        loop {
            let name = format!("{kind}-{number:02}");
            let path = self.0.place(format!("{name}.zkt"));
            let written = self.0.create_new(&path);
            let written = written.and_then(|mut file| file.write_all(text(&name).as_bytes()));
            match written {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => {
                    let text = format!("cannot write {}: {error}", path.display());
                    return Err(io::Error::new(error.kind(), text));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Finds;

    #[test]
    fn what_was_found_before_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("a/b");
        for round in ["first", "second"] {
            let finds = Finds::open(&inner).expect("a folder");
            let path = finds.write("fuzz", 1, |name| format!("{name}, {round}"));
            assert!(path.is_ok(), "{path:?}");
        }
        let text = |name| fs::read_to_string(inner.join(name)).expect("a file");
        assert_eq!(text("fuzz-01.zkt"), "fuzz-01, first");
        assert_eq!(text("fuzz-02.zkt"), "fuzz-02, second");
    }

    #[test]
    fn a_folder_without_a_find_is_not_made() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(Finds::open(&folder.path().join("a/b")).expect("a folder"));
        assert!(!folder.path().join("a").exists());
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
        drop(Finds::open(folder.path()).expect("a folder"));
        assert!(folder.path().exists(), "it was there before");
    }

    #[test]
    fn what_cannot_be_written_to_is_known_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "").expect("a file");
        let trouble = Finds::open(&file.join("a")).expect_err("no folder");
        assert!(trouble.message.contains("file/a"), "{trouble:?}");
    }
}
