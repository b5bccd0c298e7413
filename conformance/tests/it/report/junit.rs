//! JUnit, held to the shape that its readers share.

use roxmltree::Document;
use roxmltree::Node;

use zk_conformance::report::Format;
use zk_conformance::report::Mark;

use super::runs::all_sorts;
use super::runs::flawed;
use super::runs::sound;

use zk_conformance::judge::Options;
use zk_conformance::server::Flaw;

fn count(node: Node<'_, '_>, attribute: &str) -> usize {
    let value = node.attribute(attribute).expect(attribute);
    value.parse().expect("a number")
}

fn children<'a>(node: Node<'a, 'a>, name: &str) -> Vec<Node<'a, 'a>> {
    node.children()
        .filter(|node| node.has_tag_name(name))
        .collect()
}

/// Holds a document to the schema: which elements where, what each has to have, and that the
/// counts are those of the elements.
fn check(document: &Document<'_>) {
    let root = document.root_element();
    assert!(root.has_tag_name("testsuites"));
    let mut totals = [0; 3];
    for suite in root.children().filter(Node::is_element) {
        assert!(suite.has_tag_name("testsuite"), "{:?}", suite.tag_name());
        assert!(!suite.attribute("name").expect("a name").is_empty());
        let mut found = [0; 4];
        for element in suite.children().filter(Node::is_element) {
            match element.tag_name().name() {
                "properties" => properties(element),
                "testcase" => test_case(element, &mut found),
                other => unreachable!("{other} in a suite"),
            }
        }
        let said = ["tests", "failures", "errors"].map(|name| count(suite, name));
        assert_eq!(said, [found[0], found[1], found[2]]);
        for (total, found) in totals.iter_mut().zip(said) {
            *total += found;
        }
        let time: f64 = suite
            .attribute("time")
            .expect("a time")
            .parse()
            .expect("seconds");
        assert!(time >= 0.0);
    }
    assert_eq!(
        ["tests", "failures", "errors"].map(|name| count(root, name)),
        totals
    );
}

fn properties(element: Node<'_, '_>) {
    for property in element.children().filter(Node::is_element) {
        assert!(property.has_tag_name("property"));
        assert!(property.has_attribute("name") && property.has_attribute("value"));
    }
}

/// Counts tests, failures, errors and skips.
fn test_case(element: Node<'_, '_>, found: &mut [usize; 4]) {
    found[0] += 1;
    assert!(!element.attribute("name").expect("a name").is_empty());
    let class = element.attribute("classname").expect("a class name");
    assert!(class.starts_with("zkspec"), "{class}");
    let mut verdicts = 0;
    for part in element.children().filter(Node::is_element) {
        let place = match part.tag_name().name() {
            "failure" => 1,
            "error" => 2,
            "skipped" => 3,
            "properties" => {
                properties(part);
                continue;
            }
            "system-out" | "system-err" => continue,
            other => unreachable!("{other} in a case"),
        };
        assert!(part.has_attribute("message"), "it says why");
        assert!(place == 3 || part.has_attribute("type"));
        found[place] += 1;
        verdicts += 1;
    }
    assert!(verdicts <= 1, "one verdict a case");
}

#[test]
fn it_has_the_shape_that_readers_expect() {
    for runs in [vec![sound()], all_sorts()] {
        let text = Format::Junit.render(&runs).expect("a report");
        check(&Document::parse(&text).expect("well-formed XML"));
    }
}

#[test]
fn failures_are_failures_and_what_was_not_tested_is_an_error() {
    for run in all_sorts() {
        let text = Format::Junit
            .render(std::slice::from_ref(&run))
            .expect("a report");
        let document = Document::parse(&text).expect("well-formed XML");
        let all = |name: &str| {
            document
                .descendants()
                .filter(|node| node.has_tag_name(name))
                .count()
        };
        let remarks = run.remarks().len();
        assert_eq!(all("failure"), run.count(Mark::Failed));
        assert_eq!(all("error"), run.count(Mark::Untested) + remarks);
        let skipped = [Mark::Skipped, Mark::Excused, Mark::Differs, Mark::Blocked];
        let skipped: usize = skipped.into_iter().map(|mark| run.count(mark)).sum();
        assert_eq!(all("skipped"), skipped);
        assert_eq!(all("testcase"), run.cases.len() + remarks);
    }
}

#[test]
fn suites_of_several_runs_have_names_of_their_own() {
    let run = flawed(Flaw::PingXidEchoed, Options::default());
    let runs = [run.clone(), sound(), run];
    let text = Format::Junit.render(&runs).expect("a report");
    let document = Document::parse(&text).expect("well-formed XML");
    let suites = children(document.root_element(), "testsuite");
    let mut names: Vec<_> = suites
        .iter()
        .filter_map(|suite| suite.attribute("name"))
        .collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "{names:?}");
    assert!(
        names
            .iter()
            .any(|name| name.ends_with("ping-xid-echoed #2 ping")),
        "{names:?}"
    );
}
