//! What the client can do to a server that is learned.

use std::path::Path;

use crate::cli::Trouble;
use crate::cli::quoted;
use crate::driver::Act;
use crate::driver::Symbol;
use crate::learn::Mealy;

/// The usual symbols of a connection that makes sessions.
const FIRST: [Act; 10] = [
    Act::Open,
    Act::New,
    Act::Renew,
    Act::Wrong,
    Act::Ping,
    Act::Close,
    Act::Unknown,
    Act::Empty,
    Act::Half,
    Act::Cut,
];
/// The usual symbols of a connection that takes sessions over.
const SECOND: [Act; 4] = [Act::Open, Act::Renew, Act::Wrong, Act::Ping];
/// The symbols that are learned by if nobody says so.
const USUAL: &str = "two";

/// The symbols that were asked for; those of the model to be compared with, where nobody said.
pub(super) fn choose(
    asked: Option<&str>,
    golden: Option<(&Path, &Mealy)>,
) -> Result<Vec<Symbol>, Trouble> {
    let Some((path, model)) = golden else {
        return parse(asked.unwrap_or(USUAL));
    };
    let file = path.display();
    let names = model.alphabet.iter();
    let known = names
        .map(|name| {
            name.parse::<Symbol>().map_err(|_| {
                let message = format!("{file} was learned with {name:?}, which nobody can do");
                Trouble::usage(message).hint("`zkspec learn diff` compares any two models")
            })
        })
        .collect::<Result<Vec<Symbol>, Trouble>>()?;
    let Some(asked) = asked else {
        return Ok(known);
    };
    let asked = parse(asked)?;
    let only = |ours: &[Symbol], theirs: &[Symbol]| -> String {
        let only = ours.iter().filter(|symbol| !theirs.contains(symbol));
        let only: Vec<String> = only.map(ToString::to_string).collect();
        only.join(", ")
    };
    let (more, fewer) = (only(&asked, &known), only(&known, &asked));
    let message = match (more.is_empty(), fewer.is_empty()) {
        (true, true) => return Ok(asked),
        (false, true) => format!("--symbols has {more}, which {file} was learned without"),
        (true, false) => format!("--symbols lacks {fewer}, which {file} was learned with"),
        (false, false) => format!(
            "--symbols has {more}, which {file} was learned without, and lacks {fewer}, which it was \
             learned with"
        ),
    };
    let file = quoted(&file.to_string());
    Err(Trouble::usage(message).hint(format!(
        "--check {file} without --symbols takes the symbols of the model"
    )))
}

/// The symbols that a text names, each once.
fn parse(text: &str) -> Result<Vec<Symbol>, Trouble> {
    let mut symbols = Vec::new();
    for word in text.split(',').map(str::trim) {
        let of =
            |line: usize, acts: &'static [Act]| acts.iter().map(move |&act| Symbol { line, act });
        match word {
            "one" => symbols.extend(of(0, &FIRST)),
            "two" => symbols.extend(of(0, &FIRST).chain(of(1, &SECOND))),
            _ => {
                let symbol = word.parse::<Symbol>().map_err(|error| {
                    Trouble::usage(error.to_string())
                        .hint("`zkspec learn --symbols help` lists what can be done on a, b, c, d")
                })?;
                symbols.push(symbol);
            }
        }
    }
    let mut once = Vec::with_capacity(symbols.len());
    for symbol in symbols {
        if !once.contains(&symbol) {
            once.push(symbol);
        }
    }
    Ok(once)
}
