//! All orders of what clients, a server and a failing network can do to each other.

use zk_conformance::checker::Role;
use zk_conformance::checker::Scene;
use zk_conformance::checker::search;

#[test]
fn explore() {
    let mut seen = std::collections::BTreeSet::new();
    for (name, scene) in Scene::all() {
        let started = std::time::Instant::now();
        let found = search(&scene, 300_000);
        eprintln!(
            "{name}: {} states, {} moves, depth {}, {} {:?}\n{}",
            found.states,
            found.moves,
            found.depth,
            found.is_complete,
            started.elapsed(),
            found.violation.map_or(String::new(), |it| it.to_string())
        );
        seen.extend(found.steps.into_keys());
    }
    for step in zk_conformance::checker::Step::all() {
        if !seen.contains(&step) {
            eprintln!("never {step}");
        }
    }
}
