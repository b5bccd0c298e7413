//! Two of the crate's own servers compared, under virtual time.

use crate::driver;
use crate::hunt::diff::Comparison;
use crate::hunt::diff::Options;
use crate::hunt::outcomes;
use crate::server;

/// Compares two of the crate's own servers under virtual time, by so many tasks; it ends early when
/// `is_enough`.
#[must_use]
pub fn in_lab(
    servers: [&server::Config; 2],
    options: Options,
    driver: &driver::Config,
    tasks: usize,
    is_enough: impl Fn(&Comparison) -> bool,
) -> Comparison {
    let options = Options {
        certain: true,
        ..options
    };
    let model = servers[0].clone();
    let mut comparison = Comparison::new(options, model, driver.clone());
    for _ in 0..tasks {
        let Some(task) = comparison.ask() else { break };
        let [a, b] = servers.map(|server| outcomes(server, &task.sequence, driver));
        comparison.tell(task.id, a, b);
        if is_enough(&comparison) {
            break;
        }
    }
    comparison.finish();
    comparison
}
