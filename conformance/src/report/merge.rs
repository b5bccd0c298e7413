//! One report of many.

use crate::report::Run;

/// Puts runs in an order that does not depend on where they came from: by product, and within a
/// run by case.
///
/// Runs of one product stay runs of their own; formats that have a column a product take them
/// together, so that shards add up and repetitions give a rate.
#[must_use]
pub fn merge(runs: impl IntoIterator<Item = Run>) -> Vec<Run> {
    let mut runs: Vec<Run> = runs.into_iter().collect();
    for run in &mut runs {
        run.cases.sort_by(|one, other| one.id.cmp(&other.id));
    }
    runs.sort_by_cached_key(|run| {
        let product = &run.info.product;
        let mut text = Vec::new();
        // Into memory, everything can be written.
        let _ = crate::report::write(std::slice::from_ref(run), &mut text);
        (
            product.name.to_lowercase(),
            product.version.as_deref().map(numbers),
            product.clone(),
            text,
        )
    });
    runs
}

/// A version as what it counts by, so that 3.10 is later than 3.9.
fn numbers(version: &str) -> Vec<(u64, String)> {
    version
        .split(['.', '-', '+', '_'])
        .map(|part| (part.parse().unwrap_or(u64::MAX), part.to_owned()))
        .collect()
}
