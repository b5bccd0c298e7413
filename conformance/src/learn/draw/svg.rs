//! As a picture: a card for each state, which says what it answers to what.
//!
//! Labels on arrows do not fit where every state has a dozen inputs. So they are on the cards, and
//! only arrows that lead away from the start are drawn; where the others lead is said by number.

use std::fmt::Write;

use crate::learn::Mealy;
use crate::learn::draw::Arrow;
use crate::learn::draw::arrows;
use crate::learn::draw::layers::columns;

const CARD_WIDTH: usize = 300;
const GAP_X: usize = 70;
const GAP_Y: usize = 22;
const LINE: usize = 15;
const TITLE: usize = 24;
const MARGIN: usize = 20;
/// Letters that fit on a line of a card.
const LETTERS: usize = 40;

/// The machine as an SVG picture; `names` are those of the states. Steps that do nothing are left
/// out.
#[must_use]
pub fn svg(model: &Mealy, names: &[String]) -> String {
    let cards = cards(model, names);
    let columns = columns(model);
    let heights = columns.iter().map(|column| {
        let cards = column.iter().map(|&state| cards[state].height() + GAP_Y);
        cards.sum::<usize>()
    });
    let height = heights.max().unwrap_or(0) + 2 * MARGIN + LINE;
    let width = columns.len() * (CARD_WIDTH + GAP_X) - GAP_X.min(width_of(&columns)) + 2 * MARGIN;
    let mut corners = vec![(0, 0); cards.len()];
    for (at, column) in columns.iter().enumerate() {
        let taken: usize = column
            .iter()
            .map(|&state| cards[state].height() + GAP_Y)
            .sum();
        let mut y = MARGIN + (height - 2 * MARGIN - LINE - taken) / 2;
        for &state in column {
            corners[state] = (MARGIN + at * (CARD_WIDTH + GAP_X), y);
            y += cards[state].height() + GAP_Y;
        }
    }
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" \
         font-size=\"11\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    let shown = columns.concat();
    for &state in &shown {
        draw_arrows(&mut text, &cards[state], &corners, state);
    }
    for &state in &shown {
        draw_card(&mut text, &cards[state], corners[state], state);
    }
    let _ = writeln!(
        text,
        "<text x=\"{MARGIN}\" y=\"{}\" fill=\"#666666\">Numbers in boxes are the states that follow. \
         What changes nothing and is not answered is left out.</text>\n</svg>",
        height - MARGIN / 2,
    );
    text
}

const fn width_of(columns: &[Vec<usize>]) -> usize {
    if columns.is_empty() { 0 } else { GAP_X }
}

/// A state as it is drawn.
#[derive(Clone, Debug, Default)]
struct Card {
    name: String,
    rows: Vec<Row>,
}

/// Inputs that are answered alike and lead to the same state.
#[derive(Clone, Debug)]
struct Row {
    inputs: Vec<String>,
    output: String,
    to: usize,
}

impl Row {
    fn height(&self) -> usize {
        (self.inputs.len() + 1) * LINE + LINE / 3
    }
}

impl Card {
    fn height(&self) -> usize {
        TITLE + LINE / 2 + self.rows.iter().map(Row::height).sum::<usize>()
    }
}

fn cards(model: &Mealy, names: &[String]) -> Vec<Card> {
    let mut cards = vec![Card::default(); model.states.len()];
    for (state, card) in cards.iter_mut().enumerate() {
        card.name = names.get(state).cloned().unwrap_or_default();
    }
    for Arrow { from, to, answers } in arrows(model) {
        for (output, inputs) in answers {
            cards[from].rows.push(Row {
                inputs: wrap(&inputs),
                output,
                to,
            });
        }
    }
    for (state, card) in cards.iter_mut().enumerate() {
        // Onwards first, then back, then what stays.
        card.rows
            .sort_by_key(|row| (row.to == state, row.to < state, row.to, row.output.clone()));
    }
    cards
}

/// Words on lines.
fn wrap(words: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() + 2 <= LETTERS => {
                line.push_str("  ");
                line.push_str(word);
            }
            _ => lines.push(word.clone()),
        }
    }
    lines
}

fn draw_card(text: &mut String, card: &Card, (x, y): (usize, usize), state: usize) {
    let height = card.height();
    let color = color(state);
    let _ = writeln!(
        text,
        "<g id=\"state-{state}\">\n\
         <rect x=\"{x}\" y=\"{y}\" width=\"{CARD_WIDTH}\" height=\"{height}\" rx=\"5\" \
         fill=\"#fdfdfd\" stroke=\"#555555\"/>\n\
         <path d=\"M{x} {} v{} a5 5 0 0 1 5 -5 h{} a5 5 0 0 1 5 5 v{} z\" fill=\"{color}\" \
         stroke=\"#555555\"/>\n\
         <text x=\"{}\" y=\"{}\" font-weight=\"bold\">{state}: {}</text>",
        y + TITLE,
        5 - i64::try_from(TITLE).unwrap_or(0),
        CARD_WIDTH - 10,
        TITLE - 5,
        x + 8,
        y + 16,
        escape(&card.name),
    );
    let mut top = y + TITLE + LINE / 2;
    for row in &card.rows {
        let mut line = top;
        for inputs in &row.inputs {
            line += LINE;
            let _ = writeln!(
                text,
                "<text x=\"{}\" y=\"{}\">{}</text>",
                x + 8,
                line - 4,
                escape(inputs)
            );
        }
        line += LINE;
        let ink = if row.output.starts_with("racy") {
            "#c00000"
        } else {
            "#555555"
        };
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{}\" fill=\"{ink}\">{}</text>",
            x + 20,
            line - 4,
            escape(&row.output)
        );
        let _ = writeln!(
            text,
            "<rect x=\"{}\" y=\"{}\" width=\"26\" height=\"14\" rx=\"3\" fill=\"{}\" \
             stroke=\"#888888\"/>\n<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            x + CARD_WIDTH - 32,
            line - 14,
            self::color(row.to),
            x + CARD_WIDTH - 19,
            line - 3,
            row.to,
        );
        top += row.height();
    }
    text.push_str("</g>\n");
}

/// The arrows to states further on.
fn draw_arrows(text: &mut String, card: &Card, corners: &[(usize, usize)], state: usize) {
    let (x, y) = corners[state];
    let mut top = y + TITLE + LINE / 2;
    let mut drawn = None;
    for row in &card.rows {
        top += row.height();
        let (to_x, to_y) = corners[row.to];
        if to_x <= x || drawn.replace(row.to) == Some(row.to) {
            continue;
        }
        let (start_x, start_y) = (x + CARD_WIDTH - 6, top - LINE / 3 - 7);
        let (end_x, end_y) = (to_x, to_y + TITLE / 2);
        let bend = (end_x - start_x) / 2;
        let _ = writeln!(
            text,
            "<path d=\"M{start_x} {start_y} C{} {start_y} {} {end_y} {} {end_y}\" fill=\"none\" \
             stroke=\"#7a7a7a\" stroke-width=\"1.3\"/>\n\
             <path d=\"M{end_x} {end_y} l-8 -4 v8 z\" fill=\"#7a7a7a\"/>",
            start_x + bend,
            end_x.saturating_sub(bend),
            end_x - 6,
        );
    }
}

/// Neighbours in number are far from each other in colour.
fn color(state: usize) -> String {
    format!("hsl({}, 65%, 86%)", state * 137 % 360)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
