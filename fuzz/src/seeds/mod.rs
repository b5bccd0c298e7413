//! The seeds: inputs with a speaking name from which a fuzzer starts.
//!
//! Known answers, recordings and the cases of the catalogue become seeds of the same name, mostly;
//! the rest is made here. `UPDATE=1 cargo
//! test -p zk-fuzz seeds` writes them to `corpus/`, and without `UPDATE` the same test compares.

mod capture;
mod catalogue;
mod client;
mod differential;
mod frame;
mod records;
mod server;
mod transcript;
mod world;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use jute_codec::HANDWRITTEN_RECORDS;
use jute_codec::RECORDS;
use jute_codec::Schema;

/// An input of a target.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Seed {
    /// The target it is for.
    pub target: &'static str,
    /// What it shows, in kebab-case; those of the catalogue are in a folder of that name.
    pub name: String,
    /// The input.
    pub input: Vec<u8>,
}

impl Seed {
    fn new(target: &'static str, name: impl Into<String>, input: Vec<u8>) -> Self {
        let name = name.into();
        Self {
            target,
            name,
            input,
        }
    }
}

/// Every seed there is. `testdata` is the folder of that name.
///
/// # Errors
/// If `testdata` cannot be read.
pub fn seeds(testdata: &Path) -> std::io::Result<Vec<Seed>> {
    let answers = known_answers(testdata)?;
    let mut seeds = capture::seeds(testdata)?;
    seeds.extend(catalogue::seeds());
    seeds.extend(frame::seeds(&answers));
    seeds.extend(records::seeds(&answers));
    seeds.extend(differential::seeds(&answers));
    seeds.extend(server::seeds());
    seeds.extend(client::seeds());
    seeds.extend(world::seeds());
    seeds.extend(transcript::seeds(testdata, &answers)?);
    Ok(seeds)
}

/// A frame as a real peer sends it, and the records in it.
struct KnownAnswer {
    name: String,
    frame: Vec<u8>,
    records: Vec<Schema>,
}

fn known_answers(testdata: &Path) -> std::io::Result<Vec<KnownAnswer>> {
    let mut answers = Vec::new();
    for entry in fs::read_dir(testdata.join("records"))? {
        let path = entry?.path();
        let source = fs::read_to_string(&path)?;
        let (bytes, text) = source.split_once("----\n").expect("a line of four dashes");
        let digits: String = bytes
            .lines()
            .flat_map(|line| line.split('#').next())
            .flat_map(str::split_whitespace)
            .collect();
        let headings = text.lines().filter(|line| !line.starts_with(' '));
        answers.push(KnownAnswer {
            name: path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned(),
            frame: hex::decode(digits).expect("hex"),
            records: headings
                .map(|name| {
                    let mut schemas = RECORDS.iter().chain(HANDWRITTEN_RECORDS);
                    *schemas
                        .find(|schema| schema.name == name)
                        .expect("a record")
                })
                .collect(),
        });
    }
    answers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(answers)
}

/// The recordings in a folder that are small enough to be seeds, and what they are called.
fn recordings(folder: &Path, extensions: &[&str]) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut recordings = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        if extensions.contains(&extension) && fs::metadata(&path)?.len() < LONGEST_RECORDING {
            let name = path.file_name().expect("a name").to_string_lossy();
            recordings.push((name.replace('.', "-"), fs::read(&path)?));
        }
    }
    recordings.sort();
    Ok(recordings)
}

/// Not longer than an input may be, with the byte before it.
const LONGEST_RECORDING: u64 = 4_096;
