//! `zkspec list` and `zkspec explain`: the catalogue, read.

use anstyle::Style;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::choice::SELECTORS;
use crate::cli::choice::select;
use crate::cli::say;
use crate::judge::Catalogue;

/// What `zkspec list` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = SELECTORS)]
pub(super) struct Arguments {
    /// Which cases; see below.
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// As text for people, or one JSON object a line.
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

/// What `zkspec explain` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    /// A case, by id or name.
    case: String,
}

/// The catalogue that comes with the program.
pub(super) fn catalogue() -> Result<Catalogue, Trouble> {
    Catalogue::embedded().map_err(|error| Trouble::usage(error.to_string()))
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let catalogue = catalogue()?;
    for case in select(&catalogue, &arguments.selectors)? {
        match arguments.format {
            Format::Text => {
                say(format_args!(
                    "{}  {:<6}  {:<48}  {}",
                    case.id, case.level, case.name, case.title
                ));
            }
            Format::Json => say(serde_json::json!({
                "id": case.id,
                "name": case.name,
                "level": case.level,
                "title": case.title,
                "clause": case.clause,
                "source": case.source,
                "observed": case.observed,
                "why": case.why,
                "tags": case.tags,
                "needs": case.needs,
            })),
        }
    }
    Ok(Exit::Fine)
}

pub(super) fn explain(arguments: &Explain) -> Result<Exit, Trouble> {
    let catalogue = catalogue()?;
    let Some(case) = catalogue.find(&arguments.case) else {
        let selectors = [arguments.case.clone()];
        return Err(match select(&catalogue, &selectors) {
            Err(trouble) => trouble,
            Ok(cases) => Trouble::usage(format!("{:?} is {} cases", arguments.case, cases.len()))
                .hint("give one case, by id or name"),
        });
    };
    let bold = Style::new().bold();
    say(format_args!(
        "{bold}{} {}{bold:#} ({})",
        case.id, case.name, case.level
    ));
    for (name, text) in [
        ("claims", case.title.as_str()),
        ("clause", &case.clause),
        ("why", &case.why),
        ("source", &case.source),
        ("observed", &case.observed),
        ("tags", &case.tags.join(" ")),
        ("needs", &case.needs.join(" ")),
    ] {
        if !text.is_empty() {
            say(format_args!("  {name:<9} {text}"));
        }
    }
    say("");
    for step in &case.script.steps {
        say(format_args!("  {step}")
            .to_string()
            .trim_end()
            .replace('\n', "\n  "));
    }
    say(format_args!(
        "\nrun it: zkspec server HOST:PORT {}",
        case.id
    ));
    Ok(Exit::Fine)
}
