//! `zkspec man`: manual pages, made from the help texts.

use std::path::Path;
use std::path::PathBuf;

use clap::Command;
use clap_mangen::Man;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::help;
use crate::cli::print;
use crate::cli::sink::OutFolder;

/// What `zkspec man` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = help::MAN)]
pub(super) struct Arguments {
    /// The page of this verb; without one, that of the program.
    verb: Option<String>,
    /// Write the pages of the program and of all its verbs to a folder.
    #[arg(long, value_name = "DIR", conflicts_with = "verb")]
    dir: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, program: Command) -> Result<Exit, Trouble> {
    let pages = pages(program);
    if let Some(dir) = &arguments.dir {
        write(dir, pages)?;
        return Ok(Exit::Fine);
    }
    let name = match &arguments.verb {
        None => "zkspec".to_owned(),
        Some(verb) => format!("zkspec-{verb}"),
    };
    let Some((_, page)) = pages.into_iter().find(|(known, _)| *known == name) else {
        return Err(Trouble::usage(format!("there is no page called {name}"))
            .hint("zkspec --help lists the verbs"));
    };
    print(&text(page)?);
    Ok(Exit::Fine)
}

/// The program and its verbs, each by the name of its page.
fn pages(mut program: Command) -> Vec<(String, Command)> {
    program.build();
    let mut pages = vec![("zkspec".to_owned(), program.clone())];
    let verbs = program
        .get_subcommands()
        .filter(|verb| verb.get_name() != "help");
    pages.extend(verbs.map(|verb| {
        let name = format!("zkspec-{}", verb.get_name());
        (name.clone(), verb.clone().name(name))
    }));
    pages
}

fn write(dir: &Path, pages: Vec<(String, Command)>) -> Result<(), Trouble> {
    let folder = OutFolder::open(dir)?;
    for (name, page) in pages {
        folder.write(format!("{name}.1"), &text(page)?)?;
    }
    Ok(())
}

fn text(page: Command) -> Result<Vec<u8>, Trouble> {
    let mut text = Vec::new();
    Man::new(page)
        .render(&mut text)
        .map_err(|error| Trouble::usage(format!("cannot make the page: {error}")))?;
    Ok(text)
}
