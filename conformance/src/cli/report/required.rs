//! What has to pass, whatever else does not.

use std::collections::BTreeMap;

use crate::judge::Case;
use crate::judge::Product;
use crate::report::Mark;
use crate::report::Run;

/// Which of the required cases did not pass on which product, and which runs say too little.
pub(super) fn missing(runs: &[Run], required: &[&Case]) -> Vec<String> {
    let mut products: BTreeMap<&Product, Vec<&Run>> = BTreeMap::new();
    for run in runs {
        products.entry(&run.info.product).or_default().push(run);
    }
    let mut missing = Vec::new();
    for (product, runs) in products {
        let troubles = runs.iter().filter_map(|run| run.trouble());
        missing.extend(troubles.map(|trouble| format!("{product}  could not test: {trouble}")));
        for Case { id, name, .. } in required {
            // The parts of a product that was judged in shards are runs of their own.
            let marks = runs.iter().flat_map(|run| {
                let reports = run.cases.iter().filter(|report| report.id == *id);
                reports.map(|report| run.mark(report))
            });
            let marks: Vec<_> = marks.collect();
            let is_bad = |mark: &&Mark| !matches!(mark, Mark::Passed | Mark::Tolerated);
            let what = match (marks.is_empty(), marks.iter().find(is_bad)) {
                (true, _) => "was not run",
                (false, Some(mark)) => mark.word(),
                (false, None) => continue,
            };
            missing.push(format!("{product}  {id} {name}: required, and {what}"));
        }
    }
    missing
}
