//! Where what is made goes: files, stdout, folders. Whether they can be written is found out before there
//! is anything to write.

use std::fs::File;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use tempfile::NamedTempFile;

use crate::cli::Trouble;

/// A file that is there whole or not at all, or else stdout or a device.
#[derive(Debug)]
pub(super) struct Sink {
    path: PathBuf,
    to: To,
}

#[derive(Debug)]
enum To {
    Stdout,
    /// What is no plain file, such as a pipe, has to be written as it is.
    Device(File),
    Whole(NamedTempFile),
}

impl Sink {
    /// Makes sure that `path` can be written, or stdout for `-`, before there is anything to write.
    pub(super) fn open(path: &Path) -> Result<Self, Trouble> {
        let to = if is_stdout(path) {
            Ok(To::Stdout)
        } else if path.exists() && !path.is_file() {
            File::options().write(true).open(path).map(To::Device)
        } else {
            beside(path).map(To::Whole)
        };
        Ok(Self {
            to: to.map_err(|error| cannot_write(path, &error))?,
            path: path.to_owned(),
        })
    }

    /// Writes all of the report.
    pub(super) fn finish(self, report: &str) -> Result<(), Trouble> {
        let Self { path, to } = self;
        let bytes = report.as_bytes();
        let written = match to {
            To::Stdout => to_stdout(bytes),
            To::Device(mut file) => file.write_all(bytes).and_then(|()| file.flush()),
            To::Whole(mut file) => {
                // What a link stands for is replaced, not the link.
                let place = path.canonicalize().unwrap_or_else(|_| path.clone());
                file.write_all(bytes)
                    .and_then(|()| file.persist(place).map_err(|error| error.error))
                    .map(|_| ())
            }
        };
        written.map_err(|error| cannot_write(&path, &error))
    }
}

/// A file of which what is there stays if the program is killed: lines, as they come.
#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    /// `None` for stdout.
    file: Option<File>,
    failed: Option<io::Error>,
}

impl Lines {
    /// Opens `path`, or stdout for `-`.
    pub(super) fn open(path: &Path) -> Result<Self, Trouble> {
        let file = (!is_stdout(path)).then(|| File::create(path)).transpose();
        Ok(Self {
            file: file.map_err(|error| cannot_write(path, &error))?,
            path: path.to_owned(),
            failed: None,
        })
    }

    /// Writes a line; what is in the way is told at the end.
    pub(super) fn say(&mut self, line: &str) {
        if self.failed.is_some() {
            return;
        }
        let line = format!("{line}\n");
        let written = match &mut self.file {
            Some(file) => file.write_all(line.as_bytes()),
            None => to_stdout(line.as_bytes()),
        };
        self.failed = written.err();
    }

    /// Whether all of it was written.
    pub(super) fn finish(self) -> Result<(), Trouble> {
        match self.failed {
            Some(error) => Err(cannot_write(&self.path, &error)),
            None => Ok(()),
        }
    }
}

/// A folder for files that are not known yet.
#[derive(Debug)]
pub(super) struct OutFolder(PathBuf);

impl OutFolder {
    /// Makes sure that files can be written into the folder at `path`, which is made when the first of
    /// them is.
    pub(super) fn open(path: &Path) -> Result<Self, Trouble> {
        let there = path.ancestors().find(|folder| folder.exists());
        // What is relative begins in the folder that is here.
        let there = there.filter(|folder| !folder.as_os_str().is_empty());
        match probe(there.unwrap_or(Path::new("."))) {
            Ok(()) => Ok(Self(path.to_owned())),
            Err(error) => Err(cannot_write(path, &error)),
        }
    }

    /// Where a file of this name is, which may have folders in it.
    pub(super) fn place(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }

    /// Makes a file in the folder, unless it is there.
    pub(super) fn create_new(&self, path: &Path) -> io::Result<File> {
        std::fs::create_dir_all(path.parent().unwrap_or(&self.0))?;
        File::create_new(path)
    }

    /// Writes a file of this name, whether it is there or not.
    pub(super) fn write(&self, name: impl AsRef<Path>, bytes: &[u8]) -> Result<(), Trouble> {
        let path = self.place(name);
        let folder = std::fs::create_dir_all(path.parent().unwrap_or(&self.0));
        let written = folder.and_then(|()| std::fs::write(&path, bytes));
        written.map_err(|error| cannot_write(&path, &error))
    }
}

/// Whether a file can be made in a folder.
fn probe(folder: &Path) -> io::Result<()> {
    if !folder.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    tempfile::Builder::new()
        .prefix(".zkspec-")
        .tempfile_in(folder)
        .map(|_| ())
}

/// Adds to what is there.
pub(super) fn append(path: &Path, text: &str) -> Result<(), Trouble> {
    let file = File::options().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| cannot_write(path, &error))
}

/// Whether a path stands for stdout.
pub(super) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A reader that went away is not an error.
fn to_stdout(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// A file in the same folder, with the rights that a new file has.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let place = path.canonicalize();
    let place = place.as_deref().unwrap_or(path);
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if place.file_name().is_none() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // A folder that is not there is told of by its own error, and not by that of the file in it.
    folder.metadata()?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.prefix(".zkspec-").tempfile_in(folder)
}

fn cannot_write(path: &Path, error: &io::Error) -> Trouble {
    let place = if is_stdout(path) {
        "stdout".to_owned()
    } else {
        path.display().to_string()
    };
    let trouble = Trouble::usage(format!("cannot write {place}: {error}"));
    match error.kind() {
        io::ErrorKind::NotFound => trouble.hint("the folder has to be there"),
        _ => trouble,
    }
}
