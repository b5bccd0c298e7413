//! A folder of sequences, each in a file that is called by what is in it.
//!
//! Many may write to it at once, and folders of several machines are merged by copying: a file
//! never changes, and the same content has the same name everywhere.

use std::collections::BTreeSet;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest;
use sha2::Sha256;

use crate::cli::Trouble;

/// A folder of sequences.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    names: BTreeSet<String>,
}

impl Folder {
    /// Opens a folder, which is made if it is not there.
    pub(super) fn open(path: &Path) -> Result<Self, Trouble> {
        let cannot = |error: io::Error| {
            Trouble::usage(format!(
                "cannot use {} for a corpus: {error}",
                path.display()
            ))
        };
        std::fs::create_dir_all(path).map_err(cannot)?;
        let mut names = BTreeSet::new();
        for entry in std::fs::read_dir(path).map_err(cannot)? {
            let name = entry.map_err(cannot)?.file_name();
            // What begins with a dot is being written by somebody.
            let name = name.to_string_lossy().into_owned();
            if !name.starts_with('.') {
                names.insert(name);
            }
        }
        Ok(Self {
            path: path.to_owned(),
            names,
        })
    }

    /// The texts in it, by name.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, io::Result<String>)> {
        let names = self.names.iter();
        names.map(|name| (&**name, std::fs::read_to_string(self.path.join(name))))
    }

    /// Adds a text, unless it is there; whether it was added.
    pub(super) fn add(&mut self, text: &str) -> io::Result<bool> {
        let name = name(text);
        if self.names.contains(&name) {
            return Ok(false);
        }
        let path = self.path.join(&name);
        if !path.exists() {
            let mut file = tempfile::Builder::new()
                .prefix(".zkspec-")
                .tempfile_in(&self.path)?;
            file.write_all(text.as_bytes())?;
            file.persist(path).map_err(|error| error.error)?;
        }
        Ok(self.names.insert(name))
    }
}

/// What a text is called.
fn name(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::Folder;
    use super::name;

    /// The known answer of the hash's standard.
    #[test]
    fn a_name_is_the_hash_of_the_text() {
        let of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(name("abc"), of_abc);
    }

    #[test]
    fn the_same_text_is_there_once_and_others_see_it() {
        let place = tempfile::tempdir().expect("a folder");
        let mut one = Folder::open(place.path()).expect("a corpus");
        let mut other = Folder::open(place.path()).expect("a corpus");
        assert!(one.add("a.open\n").expect("it is written"));
        assert!(!one.add("a.open\n").expect("nothing to do"));
        assert!(other.add("a.open\n").expect("it is there"));
        assert!(other.add("b.open\n").expect("it is written"));
        let all = Folder::open(place.path()).expect("a corpus");
        let texts: Vec<_> = all.texts().map(|(_, text)| text).collect();
        assert_eq!(texts.len(), 2);
        for (name, text) in all.texts() {
            assert_eq!(super::name(&text.expect("it is read")), name);
        }
    }
}
