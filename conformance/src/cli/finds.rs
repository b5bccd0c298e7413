//! The folder that finds are left in.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::cli::Trouble;

/// A folder for transcripts of what was found. What was found before stays there.
#[derive(Debug)]
pub(super) struct Finds {
    folder: PathBuf,
    /// The folders that were not there before.
    made: Vec<PathBuf>,
}

impl Finds {
    /// Makes sure, before there is anything to write, that something can be written there.
    pub(super) fn open(folder: &Path) -> Result<Self, Trouble> {
        let above = folder.ancestors().filter(|it| !it.as_os_str().is_empty());
        let made = above.take_while(|it| !it.exists()).map(Path::to_owned);
        let made = made.collect();
        let probe = || {
            fs::create_dir_all(folder)?;
            tempfile::tempfile_in(folder).map(drop)
        };
        match probe() {
            Ok(()) => Ok(Self {
                folder: folder.to_owned(),
                made,
            }),
            Err(error) => Err(Trouble::usage(format!(
                "cannot write to {}: {error}",
                folder.display()
            ))
            .hint("--out says into which folder")),
        }
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
            let path = self.folder.join(format!("{name}.zkt"));
            match File::create_new(&path) {
                Ok(mut file) => return file.write_all(text(&name).as_bytes()).map(|()| path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => {
                    let text = format!("cannot write {}: {error}", path.display());
                    return Err(io::Error::new(error.kind(), text));
                }
            }
        }
    }
}

/// A folder that was made for finds goes if there were none.
impl Drop for Finds {
    fn drop(&mut self) {
        for folder in &self.made {
            // It stays if there is something in it.
            if fs::remove_dir(folder).is_err() {
                break;
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
    fn a_folder_without_a_find_is_no_more() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(Finds::open(&folder.path().join("a/b")).expect("a folder"));
        assert!(!folder.path().join("a").exists());
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
