//! What the codec costs, beside what it could cost at best and what others cost.
//!
//! ```text
//! cargo bench -p jute-codec                      tables and goals; instructions need valgrind
//! cargo bench -p jute-codec -- W4                the workloads whose names start so
//! cargo bench -p jute-codec -- goals             one line each: ours, the goal, and how many times
//!                                                fewer than everyone else's; fails on a goal missed
//! cargo bench -p jute-codec -- instructions      our instructions alone, for .ci/instructions
//! ```
//!
//! Instructions repeat exactly and are what the goals are about. Times are good as ratios within
//! one run. Both include the loop around the work, about 6 instructions. Rows marked `published`
//! are of crates whose codecs are private: their instructions were counted once, on the same kinds
//! of input, with the modules made public in a copy.
//!
//! As a test (`cargo test --benches`) it checks that all implementations come to the same results.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    unreachable_pub,
    reason = "a bench is there to print, and is no library"
)]

use std::env;
use std::io;

use crate::c_client::CClient;
use crate::measure::instructions;
use crate::measure::nanoseconds;
use crate::measure::this_program;
use crate::work::WORKS;
use crate::work::Work;

mod c_client;
mod digest;
mod goals;
mod input;
mod limit;
mod measure;
mod ours;
mod work;

fn main() -> io::Result<()> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let measures = arguments.iter().any(|it| it == "--bench");
    let words: Vec<_> = arguments.iter().filter(|it| !it.starts_with('-')).collect();
    match words[..] {
        [command, work, row, count] if command == "count" => {
            count_rounds(number(work), number(row), number(count) as u64);
            Ok(())
        }
        _ if !measures => {
            WORKS.iter().for_each(check);
            Ok(())
        }
        [command] if command == "instructions" => print_instructions(),
        [command] if command == "goals" => goals::print(),
        [] => report(""),
        [prefix, ..] => report(prefix),
    }
}

fn number(word: &str) -> usize {
    word.parse().expect("a number")
}

fn count_rounds(work: usize, row: usize, count: u64) {
    (WORKS[work].rows[row].subject)().run(count);
}

/// Checks that all implementations agree.
fn check(work: &Work) {
    let mut results = work.rows.iter().filter(|row| row.agrees);
    let ours = results.next().map(|row| (row.subject)().result());
    for row in results {
        let result = Some((row.subject)().result());
        assert!(result == ours, "{}: {} disagrees", work.name, row.name);
    }
}

fn print_instructions() -> io::Result<()> {
    for (index, work) in WORKS.iter().enumerate() {
        println!("{}\t{:.1}", work.name, counted(index, 0)?);
    }
    Ok(())
}

/// Instructions an item of a row.
fn counted(work: usize, row: usize) -> io::Result<f64> {
    let arguments = [&*work.to_string(), &*row.to_string()];
    let round = instructions(&this_program()?, &arguments, WORKS[work].rounds)?;
    Ok(round / f64::from(WORKS[work].items))
}

fn report(prefix: &str) -> io::Result<()> {
    let c_client = CClient::compile();
    let valgrind = instructions(&this_program()?, &["0", "0"], 1);
    let mut notes = Vec::new();
    if let Err(error) = &c_client {
        notes.push(format!("THE C CLIENT WAS NOT MEASURED: {error}"));
    }
    if let Err(error) = &valgrind {
        notes.push(format!(
            "NO INSTRUCTIONS WERE COUNTED, NO GOAL WAS CHECKED: {error}"
        ));
    }
    let mut goals = Vec::new();
    for (index, work) in WORKS.iter().enumerate() {
        if work.name.starts_with(prefix) {
            check(work);
            let costs = costs(index, c_client.as_ref().ok(), valgrind.is_ok())?;
            print_table(work, &costs);
            goals.extend(judge(work, &costs));
        }
    }
    println!("Goals, in instructions");
    for (met, goal) in goals {
        println!("  {:7} {goal}", if met { "met" } else { "NOT MET" });
    }
    for note in notes {
        println!("\n{note}");
    }
    Ok(())
}

/// What one implementation costs an item.
struct Cost {
    name: String,
    instructions: Option<f64>,
    nanoseconds: Option<f64>,
    allocations: Option<u64>,
}

fn costs(index: usize, c_client: Option<&CClient>, valgrind: bool) -> io::Result<Vec<Cost>> {
    let work = &WORKS[index];
    let items = f64::from(work.items);
    let mut subjects: Vec<_> = work.rows.iter().map(|row| (row.subject)()).collect();
    let times = nanoseconds(&mut subjects);
    let mut costs = Vec::new();
    for (row, (mut subject, time)) in subjects.into_iter().zip(times).enumerate() {
        subject.run(1);
        let allocations = allocation_counter::measure(|| subject.run(1)).count_total;
        costs.push(Cost {
            name: work.rows[row].name.to_owned(),
            instructions: valgrind.then(|| counted(index, row)).transpose()?,
            nanoseconds: Some(time / items),
            allocations: Some(allocations),
        });
    }
    if let Some(c_client) = c_client.filter(|_| work.fewer_than_c > 0.0) {
        let instructions = valgrind.then(|| c_client.instructions(work)).transpose()?;
        costs.push(Cost {
            name: C_CLIENT.to_owned(),
            instructions: instructions.map(|it| it / items),
            nanoseconds: Some(c_client.nanoseconds(work)? / items),
            allocations: None,
        });
    }
    costs.extend(work.published.iter().map(|(name, instructions)| Cost {
        name: format!("{name}, published"),
        instructions: Some(*instructions),
        nanoseconds: None,
        allocations: None,
    }));
    Ok(costs)
}

fn print_table(work: &Work, costs: &[Cost]) {
    println!("{}  {}", work.name, work.what);
    println!(
        "  {:40} {:>12} {:>8} {:>8} {:>11} {:>11}",
        "", "instructions", "x limit", "x ours", "ns", "allocations"
    );
    let [ours, limit] = [0, 1].map(|row| costs[row].instructions);
    for cost in costs {
        let ratio = |to: Option<f64>| Some(cost.instructions? / to?);
        println!(
            "  {:40} {:>12} {:>8} {:>8} {:>11} {:>11}",
            cost.name,
            shown(cost.instructions, 1),
            shown(ratio(limit), 2),
            shown(ratio(ours), 2),
            shown(cost.nanoseconds, 1),
            shown(cost.allocations.map(|it| it as f64), 0),
        );
    }
    println!();
}

fn shown(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

/// Whether each of the work's goals is met, and how it says so.
fn judge(work: &Work, costs: &[Cost]) -> Vec<(bool, String)> {
    let Some(ours) = costs[0].instructions else {
        return Vec::new();
    };
    let name = work.name;
    let goal = work.goal;
    let mut goals = vec![(
        ours <= goal,
        format!("{name}: {ours:.1}, at most {goal:.0}"),
    )];
    let to_c = [(C_CLIENT, work.fewer_than_c)];
    for (peer, times) in to_c.iter().chain(work.fewer_than) {
        let peers = costs.iter().find(|cost| cost.name.starts_with(peer));
        if let Some(theirs) = peers.and_then(|cost| cost.instructions) {
            let ratio = theirs / ours;
            goals.push((
                ratio >= *times,
                format!("{name}: {ratio:.1} times fewer than {peer}, at least {times}"),
            ));
        }
    }
    // The list that W5 fills is its own.
    let allowed = u64::from(name.starts_with("W5"));
    let allocations = costs[0].allocations.unwrap_or_default();
    goals.push((
        allocations <= allowed,
        format!("{name}: {allocations} allocations, at most {allowed}"),
    ));
    goals
}

const C_CLIENT: &str = "C client";
