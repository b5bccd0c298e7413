//! Machines as pictures.

mod dot;
mod layers;
mod svg;

pub use self::dot::dot;
pub use self::svg::svg;

use std::collections::BTreeMap;

use crate::learn::Mealy;

/// An arrow of a picture, and each output with the inputs that it comes for.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Arrow {
    from: usize,
    to: usize,
    answers: Vec<(String, Vec<String>)>,
}

/// The arrows of a machine. What is answered by nothing and changes nothing is left out.
fn arrows(model: &Mealy) -> Vec<Arrow> {
    let mut arrows: BTreeMap<(usize, usize), BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for (from, row) in model.states.iter().enumerate() {
        for (input, transition) in model.alphabet.iter().zip(row) {
            if from == transition.to && NOTHING.contains(&transition.output.as_ref()) {
                continue;
            }
            let arrow = arrows.entry((from, transition.to)).or_default();
            let answer = arrow.entry(transition.output.to_string()).or_default();
            answer.push(input.clone());
        }
    }
    let arrow = |((from, to), answers): ((usize, usize), BTreeMap<_, _>)| Arrow {
        from,
        to,
        answers: answers.into_iter().collect(),
    };
    arrows.into_iter().map(arrow).collect()
}

/// Outputs of steps that do nothing.
const NOTHING: [&str; 2] = ["-", "not followed"];
