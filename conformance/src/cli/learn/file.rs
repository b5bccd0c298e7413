//! Models as files.

use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::input;
use crate::cli::sink::Sink;
use crate::learn;
use crate::learn::Mealy;
use crate::learn::ModelFile;

/// What `zkspec learn draw` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Draw {
    /// A model as JSON.
    file: PathBuf,
    /// Write it in Graphviz's language, to a file or - for stdout.
    #[arg(long, value_name = "FILE")]
    dot: Option<PathBuf>,
    /// Write it as a picture.
    #[arg(long, value_name = "FILE", required_unless_present = "dot")]
    svg: Option<PathBuf>,
}

pub(super) fn draw(arguments: &Draw) -> Result<Exit, Trouble> {
    let file = read_file(&arguments.file)?;
    let model = model(&arguments.file, &file)?;
    let names: Vec<String> = file.states.into_iter().map(|state| state.means).collect();
    if let Some(path) = &arguments.dot {
        Sink::open(path)?.finish(&learn::dot(&model, &names))?;
    }
    if let Some(path) = &arguments.svg {
        Sink::open(path)?.finish(&learn::svg(&model, &names))?;
    }
    Ok(Exit::Fine)
}

/// The model in a file.
pub(super) fn read(path: &Path) -> Result<Mealy, Trouble> {
    model(path, &read_file(path)?)
}

fn read_file(path: &Path) -> Result<ModelFile, Trouble> {
    let name = path.display();
    let text = input::text(path)?;
    serde_json::from_str(&text).map_err(|error| {
        Trouble::usage(format!("{name} is no model: {error}"))
            .hint("`zkspec learn --json FILE` writes one")
    })
}

fn model(path: &Path, file: &ModelFile) -> Result<Mealy, Trouble> {
    file.model()
        .map_err(|error| Trouble::usage(format!("{} is no model: {error}", path.display())))
}

/// The file as JSON, a state, a transition or a conflict a line.
pub(super) fn to_text(file: &ModelFile) -> Result<String, Trouble> {
    let lines = [
        ("states", lines(&file.states)),
        ("transitions", lines(&file.transitions)),
        ("conflicts", lines(&file.conflicts)),
    ];
    let mut text = format!(
        "{{\n\"version\": {},\n\"about\": {},\n\"alphabet\": {}",
        file.version,
        json!(file.about),
        json!(file.alphabet),
    );
    for (name, lines) in lines {
        text += &format!(",\n\"{name}\": [");
        text += &lines
            .map_err(|error| Trouble::usage(error.to_string()))?
            .join(",");
        text += "\n]";
    }
    text += "\n}\n";
    Ok(text)
}

fn lines<T: Serialize>(items: &[T]) -> Result<Vec<String>, serde_json::Error> {
    let line = |item| serde_json::to_string(item).map(|line| format!("\n{line}"));
    items.iter().map(line).collect()
}
