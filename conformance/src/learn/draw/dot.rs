//! As text for Graphviz.

use std::fmt::Write;

use crate::learn::Mealy;
use crate::learn::draw::arrows;

/// The machine in Graphviz's language; `names` are those of the states. Steps that do nothing are
/// left out.
#[must_use]
pub fn dot(model: &Mealy, names: &[String]) -> String {
    let mut text = String::from("digraph {\n  node [shape=box, style=rounded]\n");
    for state in 0..model.states.len() {
        let name = names.get(state).map_or("", String::as_str);
        let label = quote(&format!("{state}\n{name}"));
        let _ = writeln!(text, "  {state} [label={label}]");
    }
    for arrow in arrows(model) {
        let answers = arrow.answers.iter();
        let lines = answers.map(|(output, inputs)| format!("{} / {output}", inputs.join(", ")));
        let label = quote(&lines.collect::<Vec<_>>().join("\n"));
        let _ = writeln!(text, "  {} -> {} [label={label}]", arrow.from, arrow.to);
    }
    text += "}\n";
    text
}

fn quote(text: &str) -> String {
    let text = text.trim_end().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n"))
}
