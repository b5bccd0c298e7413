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
    /// Nothing is added to so many files.
    most: usize,
}

/// What became of a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Added {
    /// It was added.
    Now,
    /// It was there.
    Before,
    /// There are so many that it was not.
    NoRoom {
        /// How many.
        most: usize,
    },
}

impl Folder {
    /// Opens a folder, which is made if it is not there. What is in it is read however much it is; to
    /// `most` files no more are added, since each is where the next run begins.
    pub(super) fn open(path: &Path, most: usize) -> Result<Self, Trouble> {
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
            most,
        })
    }

    /// The texts in it, by name.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, io::Result<String>)> {
        let names = self.names.iter();
        names.map(|name| (&**name, std::fs::read_to_string(self.path.join(name))))
    }

    /// Adds a text, unless it is there or there is no room.
    pub(super) fn add(&mut self, text: &str) -> io::Result<Added> {
        let name = name(text);
        if self.names.contains(&name) {
            return Ok(Added::Before);
        }
        if self.names.len() >= self.most {
            return Ok(Added::NoRoom { most: self.most });
        }
        let path = self.path.join(&name);
        if !path.exists() {
            let mut file = tempfile::Builder::new()
                .prefix(".zkspec-")
                .tempfile_in(&self.path)?;
            file.write_all(text.as_bytes())?;
            file.persist(path).map_err(|error| error.error)?;
        }
        self.names.insert(name);
        Ok(Added::Now)
    }
}

/// What a text is called.
fn name(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::Added;
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
        let open = || Folder::open(place.path(), 9).expect("a corpus");
        let (mut one, mut other) = (open(), open());
        assert_eq!(one.add("a.open\n").expect("it is written"), Added::Now);
        assert_eq!(one.add("a.open\n").expect("nothing to do"), Added::Before);
        assert_eq!(other.add("a.open\n").expect("it is there"), Added::Now);
        assert_eq!(other.add("b.open\n").expect("it is written"), Added::Now);
        let all = open();
        let texts: Vec<_> = all.texts().map(|(_, text)| text).collect();
        assert_eq!(texts.len(), 2);
        for (name, text) in all.texts() {
            assert_eq!(super::name(&text.expect("it is read")), name);
        }
    }

    #[test]
    fn to_a_folder_that_is_full_nothing_is_added() {
        let place = tempfile::tempdir().expect("a folder");
        let mut folder = Folder::open(place.path(), 2).expect("a corpus");
        for (text, added) in [
            ("a.open\n", Added::Now),
            ("b.open\n", Added::Now),
            ("c.open\n", Added::NoRoom { most: 2 }),
            ("b.open\n", Added::Before),
        ] {
            assert_eq!(folder.add(text).expect("no trouble"), added, "{text}");
        }
        let files = std::fs::read_dir(place.path()).expect("a folder");
        assert_eq!(files.count(), 2);
    }
}
