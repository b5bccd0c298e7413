//! `zkspec list`: the catalogue and the specification.

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::choice::select;
use crate::cli::clause;
use crate::cli::help;
use crate::cli::say;
use crate::judge::Case;
use crate::judge::Catalogue;
use crate::judge::Specification;

/// What `zkspec list` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::LIST)]
pub(super) struct Arguments {
    /// Which cases; see below.
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// The clauses instead of the cases: by id, such as CONNECT-4, or by group.
    #[arg(long)]
    clauses: bool,
    /// As text for people, as one JSON object a line, or as a table in Markdown.
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Md,
}

/// The catalogue that comes with the program.
pub(super) fn catalogue() -> Result<Catalogue, Trouble> {
    Catalogue::embedded().map_err(|error| Trouble::usage(error.to_string()))
}

/// The specification that comes with the program.
pub(super) fn specification() -> Result<Specification, Trouble> {
    Specification::embedded().map_err(|error| Trouble::usage(error.to_string()))
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    if arguments.clauses {
        return clauses(arguments);
    }
    let catalogue = catalogue()?;
    let cases = select(&catalogue, &arguments.selectors)?;
    if let Format::Md = arguments.format {
        say("| id | level | name | claim | clause |\n|---|---|---|---|---|");
    }
    for case in cases {
        match arguments.format {
            Format::Text => line(case),
            Format::Md => say(format_args!(
                "| {} | {} | `{}` | {} | {} |",
                case.id,
                case.level,
                case.name,
                case.title.replace('|', "\\|"),
                case.clause.id
            )),
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
                "flaws": case.flaws,
                "waits_for_expiry": case.has_tag("timing"),
                "connections": case.connections(),
                "server": case.script.header("server"),
                "race": case.script.header("race"),
            })),
        }
    }
    Ok(Exit::Fine)
}

/// Tells of a case in one line.
pub(super) fn line(case: &Case) {
    say(format_args!(
        "{}  {:<6}  {:<48}  {}",
        case.id, case.level, case.name, case.title
    ));
}

fn clauses(arguments: &Arguments) -> Result<Exit, Trouble> {
    let catalogue = catalogue()?;
    let specification = specification()?;
    let clauses = clause::select(&specification, &arguments.selectors)?;
    if let Format::Md = arguments.format {
        say("| id | level | clause |\n|---|---|---|");
    }
    for clause in clauses {
        match arguments.format {
            Format::Md => say(format_args!(
                "| {} | {} | {} |",
                clause.id,
                clause.level,
                clause.text.replace('|', "\\|")
            )),
            Format::Text => clause::text(clause, &catalogue),
            Format::Json => clause::json(clause, &catalogue),
        }
    }
    Ok(Exit::Fine)
}
