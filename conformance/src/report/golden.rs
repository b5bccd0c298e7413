//! Runs held against others that were written down.

use std::collections::BTreeMap;
use std::fmt;

use crate::judge::Product;
use crate::report::Run;

/// One way in which runs are not as written down.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Difference {
    /// Of which product.
    pub product: Product,
    /// Which case, as its id and its name; `None` for the run as a whole.
    pub case: Option<(String, String)>,
    /// What is different.
    pub change: Change,
}

/// What is different.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Change {
    /// It comes out differently.
    Result {
        /// As it was written down.
        was: String,
        /// As it is.
        is: String,
    },
    /// It is not written down.
    New {
        /// As it is.
        is: String,
    },
    /// It is written down, and did not come up.
    Gone {
        /// As it was written down.
        was: String,
    },
}

/// By product and id, `None` for the run as a whole: the name, and what it came to.
type Results = BTreeMap<(Product, Option<String>), (String, Vec<String>)>;

/// What is different in `is` from `was`, in order.
///
/// Verdicts and the names of outcomes count, and which products and cases there are. Times, wire
/// logs and wording do not.
#[must_use]
pub fn compare(was: &[Run], is: &[Run]) -> Vec<Difference> {
    let (mut was, is) = (results(was), results(is));
    let mut differences = Vec::new();
    for (key, (name, is)) in is {
        let is = in_words(&is);
        let change = match was.remove(&key) {
            Some((_, was)) if in_words(&was) == is => continue,
            Some((_, was)) => Change::Result {
                was: in_words(&was),
                is,
            },
            None => Change::New { is },
        };
        differences.push(Difference::new(key, name, change));
    }
    for (key, (name, was)) in was {
        let was = in_words(&was);
        differences.push(Difference::new(key, name, Change::Gone { was }));
    }
    differences.sort();
    differences
}

/// What every run and every case came to; in several runs, to several things.
fn results(runs: &[Run]) -> Results {
    let mut results = Results::new();
    for run in runs {
        let mut note = |id: Option<&String>, name: &str, result: String| {
            let key = (run.info.product.clone(), id.cloned());
            let entry = results.entry(key);
            let (_, results) = entry.or_insert_with(|| (name.to_owned(), Vec::new()));
            if !results.contains(&result) {
                results.push(result);
                results.sort();
            }
        };
        let whole = match &*run.remarks() {
            [] => "finished".to_owned(),
            remarks => remarks.join("; "),
        };
        note(None, "", whole);
        for case in &run.cases {
            let outcomes = case.outcomes().join(", ");
            let word = run.mark(case).word();
            let result = if outcomes.is_empty() {
                word.to_owned()
            } else {
                format!("{word} ({outcomes})")
            };
            note(Some(&case.id), &case.name, result);
        }
    }
    results
}

impl Difference {
    fn new((product, id): (Product, Option<String>), name: String, change: Change) -> Self {
        Self {
            product,
            case: id.map(|id| (id, name)),
            change,
        }
    }
}

fn in_words(results: &[String]) -> String {
    results.join(" or ")
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  ", self.product)?;
        match &self.case {
            Some((id, name)) => write!(f, "{id} {name}")?,
            None => f.write_str("the run as a whole")?,
        }
        match &self.change {
            Change::Result { was, is } => write!(f, ": was {was}, is {is}"),
            Change::New { is } => write!(f, ": new, {is}"),
            Change::Gone { was } => write!(f, ": gone, was {was}"),
        }
    }
}
