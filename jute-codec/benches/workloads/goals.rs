//! All goals on one screen.

use std::io;

use crate::c_client::CClient;
use crate::counted;
use crate::work::CLIENT;
use crate::work::TOKIO;
use crate::work::WORKS;
use crate::work::Work;

/// Prints a line for each piece of work. What is not met, or cannot be measured, is an error.
pub fn print() -> io::Result<()> {
    let c_client = CClient::compile()?;
    println!("Instructions an item, and how many times those of others.");
    println!(
        "{:12} {:>9} {:>7}  {:7} {:>7} {:>7} {:>13} {:>18} {:>18}",
        "",
        "ours",
        "goal",
        "",
        "x limit",
        "memcpy",
        "C 3.8.0",
        "zookeeper-client *",
        "tokio-zookeeper *"
    );
    let mut missed = 0;
    for (index, work) in WORKS.iter().enumerate() {
        missed += usize::from(!print_line(index, work, &c_client)?);
    }
    println!("* published: counted once, with private modules made public in a copy");
    if missed > 0 {
        return Err(io::Error::other(format!("{missed} not met")));
    }
    Ok(())
}

/// Whether its goals are met.
fn print_line(index: usize, work: &Work, c_client: &CClient) -> io::Result<bool> {
    let ours = counted(index, 0)?;
    let limit = counted(index, 1)?;
    let memcpy = work.rows.iter().position(|row| !row.agrees);
    let memcpy = memcpy.map(|row| counted(index, row)).transpose()?;
    let c = (work.fewer_than_c > 0.0)
        .then(|| c_client.instructions(work))
        .transpose()?
        .map(|it| it / f64::from(work.items));
    let published = |name: &str| {
        let mut peers = work.published.iter();
        peers.find(|(peer, _)| *peer == name).map(|(_, it)| *it)
    };
    let is_fewer = |peer: &str, theirs: Option<f64>| {
        let goal = work.fewer_than.iter().find(|(name, _)| *name == peer);
        goal.is_none_or(|(_, times)| theirs.is_some_and(|it| it / ours >= *times))
    };
    let is_met = ours <= work.goal
        && c.is_none_or(|it| it / ours >= work.fewer_than_c)
        && [CLIENT, TOKIO]
            .into_iter()
            .all(|peer| is_fewer(peer, published(peer)));
    let times = |theirs: Option<f64>, goal: f64| match theirs {
        Some(theirs) if goal > 0.0 => format!("{:.2} >= {goal}", theirs / ours),
        Some(theirs) => format!("{:.2}", theirs / ours),
        None => "-".to_owned(),
    };
    let goal_of = |peer: &str| {
        let goal = work.fewer_than.iter().find(|(name, _)| *name == peer);
        goal.map_or(0.0, |(_, times)| *times)
    };
    println!(
        "{:12} {ours:>9.1} {:>7.0}  {:7} {:>7.2} {:>7} {:>13} {:>18} {:>18}",
        work.name,
        work.goal,
        if is_met { "met" } else { "NOT MET" },
        ours / limit,
        times(memcpy, 0.0),
        times(c, work.fewer_than_c),
        times(published(CLIENT), goal_of(CLIENT)),
        times(published(TOKIO), goal_of(TOKIO)),
    );
    Ok(is_met)
}
