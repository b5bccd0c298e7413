//! The catalogue as data: complete, in its ranges, and without loose ends.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use zk_conformance::judge::Catalogue;
use zk_conformance::judge::CatalogueError;
use zk_conformance::judge::Level;
use zk_conformance::judge::Setting;
use zk_conformance::judge::times;
use zk_conformance::server::Flaw;
use zk_conformance::transcript::Action;
use zk_conformance::transcript::Grade;
use zk_conformance::transcript::parse;

/// The groups, and the hundred in which the ids of each are.
const GROUPS: &[(&str, u32)] = &[
    ("sanity", 0),
    ("frame", 1),
    ("jute", 2),
    ("connect", 3),
    ("renew", 4),
    ("expire", 5),
    ("ping", 6),
    ("close", 7),
    ("header", 8),
    ("auth", 9),
    ("word", 10),
    ("ro", 11),
    ("limit", 12),
];

/// The id of every case there has ever been.
const PUBLISHED: &str = include_str!("cases/published.txt");

/// What is said about a case, in the order in which it is said.
const HEADERS: &[&str] = &[
    "id", "level", "title", "clause", "source", "observed", "why", "tags", "needs", "server",
    "race", "flaws",
];

/// The headers that may be missing.
const OPTIONAL: &[&str] = &["tags", "needs", "server", "race", "flaws"];

/// The words a case may be tagged with.
const TAGS: &[&str] = &[
    "alone",
    "dos",
    "large",
    "sanity",
    "timing",
    "two-connections",
];

fn catalogue() -> Catalogue {
    Catalogue::embedded().expect("the catalogue is in order")
}

#[test]
fn ids_are_in_the_range_of_their_group() {
    for case in catalogue().cases() {
        let hundred = GROUPS.iter().find(|(group, _)| *group == case.group());
        let hundred = hundred.map(|(_, hundred)| *hundred);
        let digits = case.id.strip_prefix("ZK").expect("an id begins with ZK");
        assert_eq!(digits.len(), 4, "{}", case.id);
        let number: u32 = digits.parse().expect("an id ends with digits");
        assert_eq!(Some(number / 100), hundred, "{} {}", case.id, case.name);
    }
}

/// Reports, expectations and issues name cases by their ids, so an id is given once.
#[test]
fn ids_do_not_vanish_and_do_not_appear_unpublished() {
    let published: BTreeSet<_> = PUBLISHED.lines().collect();
    let catalogue = catalogue();
    let cases = catalogue.cases().iter();
    let ids: BTreeSet<_> = cases.map(|case| case.id.as_str()).collect();
    let vanished: Vec<_> = published.difference(&ids).collect();
    assert_eq!(vanished, Vec::<&&str>::new(), "ids that were published");
    let missing: Vec<_> = ids.difference(&published).collect();
    assert_eq!(
        missing,
        Vec::<&&str>::new(),
        "add them to tests/it/cases/published.txt"
    );
}

#[test]
fn cases_are_in_the_order_of_their_ids() {
    let mut last = BTreeMap::new();
    for case in catalogue().cases() {
        let before = last.insert(case.group().to_owned(), case.id.clone());
        assert!(before < Some(case.id.clone()), "{}", case.id);
    }
}

#[test]
fn headers_are_complete_and_in_order() {
    for case in catalogue().cases() {
        let keys = case.script.headers.iter().map(|header| header.key.as_str());
        let keys: Vec<_> = keys.collect();
        let expected: Vec<_> = HEADERS
            .iter()
            .copied()
            .filter(|key| keys.contains(key) || !OPTIONAL.contains(key))
            .collect();
        assert_eq!(keys, expected, "{}", case.id);
        for header in &case.script.headers {
            assert!(!header.text.is_empty(), "{} {}", case.id, header.key);
        }
    }
}

#[test]
fn titles_and_reasons_are_sentences() {
    for case in catalogue().cases() {
        for text in [&case.title, &case.why] {
            assert!(text.ends_with('.'), "{}: {text}", case.id);
            assert!(!text.contains("  "), "{}: {text}", case.id);
        }
        assert_eq!(case.title.matches(". ").count(), 0, "{}", case.title);
    }
}

#[test]
fn sources_name_a_class_and_a_member() {
    for case in catalogue().cases() {
        for source in case.source.split(", ") {
            assert!(source.contains('.'), "{}: {source}", case.id);
            assert!(!source.contains(' '), "{}: {source}", case.id);
        }
    }
}

#[test]
fn tags_and_flaws_are_known() {
    for case in catalogue().cases() {
        for tag in &case.tags {
            assert!(TAGS.contains(&tag.as_str()), "{}: {tag}", case.id);
        }
        let flaws = case.script.header("flaws").unwrap_or_default();
        for flaw in flaws.split(", ").filter(|flaw| !flaw.is_empty()) {
            assert!(Flaw::from_name(flaw).is_some(), "{}: {flaw}", case.id);
        }
    }
}

#[test]
fn every_case_needs_a_sanity_case_and_none_needs_itself() {
    let catalogue = catalogue();
    let is_sane = |id: &String| {
        id == "ZK0001"
            || catalogue
                .find(id)
                .is_some_and(|case| case.has_tag("sanity"))
    };
    for case in catalogue.cases() {
        let needs_one = case.needs.iter().any(is_sane);
        assert_eq!(needs_one, !is_sane(&case.id), "{}", case.id);
        for id in case.needs.iter().filter(|id| is_sane(id)) {
            // Of the kind of server that it is for.
            let sane = catalogue.find(id).expect("what is needed is there");
            let mode = |script| Setting::of(script).map(|setting| setting.mode());
            assert_eq!(mode(&sane.script), mode(&case.script), "{}", case.id);
        }
        // Nothing that is needed needs it back.
        let mut open: Vec<_> = case.needs.clone();
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            assert_ne!(id, case.id, "a circle");
            if seen.insert(id.clone()) {
                let needed = catalogue.find(&id).expect("what is needed is there");
                open.extend(needed.needs.iter().cloned());
            }
        }
    }
}

/// Cases run side by side, and the longest wait is the length of a run: no case that waits for
/// a session to expire may wait for another one that does.
#[test]
fn timing_cases_wait_for_no_timing_case() {
    let catalogue = catalogue();
    for case in catalogue
        .cases()
        .iter()
        .filter(|case| case.has_tag("timing"))
    {
        for id in &case.needs {
            let needed = catalogue.find(id).expect("what is needed is there");
            assert!(!needed.has_tag("timing"), "{} needs {id}", case.id);
        }
    }
}

#[test]
fn every_outcome_among_several_has_a_name_and_one_is_strict() {
    for case in catalogue().cases() {
        for step in &case.script.steps {
            let Action::Expect { outcomes, .. } = &step.action else {
                continue;
            };
            let strict = outcomes
                .iter()
                .any(|outcome| outcome.grade == Grade::Strict);
            assert!(strict, "{} line {}", case.id, step.line);
            if outcomes.len() > 1 {
                let names: BTreeSet<_> = outcomes.iter().map(|outcome| &outcome.name).collect();
                assert_eq!(names.len(), outcomes.len(), "{}", case.id);
                assert!(!names.contains(&String::new()), "{}", case.id);
            }
        }
    }
}

#[test]
fn settings_and_races_can_be_read() {
    for case in catalogue().cases() {
        assert!(Setting::of(&case.script).is_ok(), "{}", case.id);
        let times = times(&case.script).expect("a number of times");
        // How often something comes about is a fact, not a rule.
        assert!(times == 1 || case.level >= Level::May, "{}", case.id);
    }
}

/// What is read first has to be right.
#[test]
fn the_front_pages_count_right() {
    let front = include_str!("../../../README.md");
    let crates = include_str!("../../README.md");
    let cases = format!("{} cases", catalogue().cases().len());
    assert!(front.contains(&cases) && crates.contains(&cases), "{cases}");
    let flaws = format!("{} servers with one deliberate flaw each", Flaw::ALL.len());
    assert!(front.contains(&flaws), "{flaws}");
}

#[test]
fn every_level_is_used() {
    let catalogue = catalogue();
    let levels: BTreeSet<_> = catalogue.cases().iter().map(|case| case.level).collect();
    let all = [Level::Must, Level::Should, Level::May, Level::Quirk];
    assert_eq!(levels, BTreeSet::from(all));
}

#[test]
fn cases_survive_being_printed() {
    for case in catalogue().cases() {
        let printed = case.script.to_string();
        let again = parse(&printed).expect("what is printed parses");
        assert_eq!(again.scripts, [(*case.script).clone()], "{}", case.id);
    }
}

/// A catalogue of cases that do nothing, by their ids and what they need.
fn needing(cases: &[(&str, &str)]) -> Result<Catalogue, CatalogueError> {
    let mut text = String::new();
    for (id, needs) in cases {
        text += &format!(
            "script g/{id}\nid {id}\nlevel must\ntitle t\nclause FRAME-1 c\nsource s\n\
             observed o\nwhy w\n"
        );
        if !needs.is_empty() {
            text += &format!("needs {needs}\n");
        }
        text += "----\nA open\n\n";
    }
    Catalogue::parse([("g", text.as_str())])
}

#[test]
fn what_is_needed_is_there_and_comes_before() {
    assert!(needing(&[("ZK1", ""), ("ZK2", "ZK1, ZK3"), ("ZK3", "ZK1")]).is_ok());
    for (cases, message) in [
        (
            &[("ZK1", "ZK2")][..],
            "g/ZK1 needs ZK2, which is the id of no case",
        ),
        (
            &[("ZK1", ""), ("ZK2", "g/ZK1")],
            "g/ZK2 needs g/ZK1, which is the id of no case",
        ),
        (&[("ZK1", ""), ("ZK1", "")], "ZK1 is there twice"),
        (&[("ZK1", "ZK1")], "g/ZK1 cannot be played"),
        (
            &[
                ("ZK1", ""),
                ("ZK2", "ZK1 ZK4"),
                ("ZK3", "ZK2"),
                ("ZK4", "ZK3"),
            ],
            "g/ZK2 cannot be played: it waits for cases that wait for each other",
        ),
    ] {
        let error = needing(cases).expect_err(message);
        assert!(error.to_string().contains(message), "{error}");
    }
}
