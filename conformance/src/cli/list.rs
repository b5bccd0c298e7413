//! `zkspec list` and `zkspec explain`: the catalogue and the specification, read.

use anstyle::Style;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::clause;
use crate::cli::say;
use crate::judge::Case;
use crate::judge::Catalogue;
use crate::judge::Selection;
use crate::judge::Specification;

/// What `zkspec list` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Which cases: ZK0402, a group, a name with *, tag:NAME, level:LEVEL; ! in front excludes.
    selectors: Vec<String>,
    /// The clauses instead of the cases: by id, such as CONNECT-4, or by group.
    #[arg(long)]
    clauses: bool,
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
    /// A case, by id or name, or a clause, by id.
    #[arg(value_name = "ID")]
    id: String,
}

/// The catalogue that comes with the program.
pub(super) fn catalogue() -> Result<Catalogue, Trouble> {
    Catalogue::embedded().map_err(|error| Trouble::usage(error.to_string()))
}

/// The specification that comes with the program.
fn specification() -> Result<Specification, Trouble> {
    Specification::embedded().map_err(|error| Trouble::usage(error.to_string()))
}

/// The cases that `selectors` choose; a selector that matches nothing is an error of its own.
pub(super) fn select<'a>(
    catalogue: &'a Catalogue,
    selectors: &[String],
) -> Result<Vec<&'a Case>, Trouble> {
    let selection = Selection::parse(selectors.iter().map(String::as_str), catalogue)
        .map_err(|error| Trouble::usage(error.to_string()).hint("zkspec list shows every case"))?;
    let cases: Vec<_> = catalogue
        .cases()
        .iter()
        .filter(|case| selection.chooses(case))
        .collect();
    if cases.is_empty() {
        return Err(Trouble {
            exit: Exit::NothingSelected,
            message: "the selectors leave no case to run".to_owned(),
            hint: Some("zkspec list SELECTOR… shows what a selection holds".to_owned()),
        });
    }
    Ok(cases)
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    if arguments.clauses {
        return clauses(arguments);
    }
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

fn clauses(arguments: &Arguments) -> Result<Exit, Trouble> {
    let catalogue = catalogue()?;
    let specification = specification()?;
    for clause in clause::select(&specification, &arguments.selectors)? {
        match arguments.format {
            Format::Text => clause::text(clause, &catalogue),
            Format::Json => clause::json(clause, &catalogue),
        }
    }
    Ok(Exit::Fine)
}

pub(super) fn explain(arguments: &Explain) -> Result<Exit, Trouble> {
    let catalogue = catalogue()?;
    let specification = specification()?;
    if let Some(clause) = specification.find(&arguments.id) {
        clause::explain(clause, &catalogue);
        return Ok(Exit::Fine);
    }
    let Some(case) = catalogue.find(&arguments.id) else {
        let selectors = [arguments.id.clone()];
        return Err(match select(&catalogue, &selectors) {
            Err(trouble) => {
                trouble.hint("zkspec list shows every case, zkspec list --clauses every clause")
            }
            Ok(cases) => Trouble::usage(format!("{:?} is {} cases", arguments.id, cases.len()))
                .hint("give one case, by id or name, or one clause, by id"),
        });
    };
    let bold = Style::new().bold();
    say(format_args!(
        "{bold}{} {}{bold:#} ({})",
        case.id, case.name, case.level
    ));
    for (name, text) in [
        ("claims", case.title.as_str()),
        ("clause", &case.clause.to_string()),
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
    if let Some(clause) = specification.find(&case.clause.id) {
        say("");
        clause::explain(clause, &catalogue);
    }
    Ok(Exit::Fine)
}
