//! The specification: complete, quoted as it stands, and judged wherever it says MUST.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use zk_conformance::judge::Catalogue;
use zk_conformance::judge::Clause;
use zk_conformance::judge::Fault;
use zk_conformance::judge::Level;
use zk_conformance::judge::Specification;

/// The id of every clause there has ever been.
const PUBLISHED: &str = include_str!("../../spec/published.txt");

fn specification() -> Specification {
    Specification::embedded().expect("the specification is in order")
}

#[test]
fn clauses_and_cases_have_no_loose_ends() {
    let catalogue = Catalogue::embedded().expect("the catalogue is in order");
    let faults = specification().faults(&catalogue, PUBLISHED);
    let faults: Vec<_> = faults.iter().map(Fault::to_string).collect();
    assert_eq!(faults, Vec::<String>::new());
}

/// The chapters and the pages beside them, by name.
fn pages() -> BTreeMap<String, String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/spec");
    let files = std::fs::read_dir(folder).expect("the folder of the specification");
    files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            (
                name.into_owned(),
                std::fs::read_to_string(&path).expect("text"),
            )
        })
        .collect()
}

#[test]
fn the_front_page_leads_to_every_page() {
    let pages = pages();
    let front = &pages["README.md"];
    for name in pages.keys().filter(|name| *name != "README.md") {
        assert!(front.contains(&format!("]({name})")), "{name}");
    }
    let specification = specification();
    let groups: BTreeSet<_> = specification.clauses().iter().map(Clause::group).collect();
    let chapters = groups.iter().map(|group| format!("{group}.md"));
    let others = ["README.md", "sources.md"].map(str::to_owned);
    let expected: BTreeSet<_> = chapters.chain(others).collect();
    assert_eq!(pages.into_keys().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn every_clause_that_is_mentioned_is_there() {
    let specification = specification();
    let groups: BTreeSet<_> = specification.clauses().iter().map(Clause::group).collect();
    for (name, page) in pages() {
        for word in page.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-') {
            let Some((group, _)) = word.split_once('-') else {
                continue;
            };
            if groups.contains(&group.to_ascii_lowercase()) {
                assert!(specification.find(word).is_some(), "{name} mentions {word}");
            }
        }
    }
}

#[test]
fn links_lead_to_clauses_and_pages() {
    let pages = pages();
    let specification = specification();
    let places: BTreeSet<_> = specification.clauses().iter().map(Clause::place).collect();
    for (name, page) in &pages {
        for (at, _) in page.match_indices("](") {
            let target = &page[at + 2..];
            let target = target.split(')').next().expect("an end");
            let place = match target.strip_prefix('#') {
                Some(anchor) => format!("{name}#{anchor}"),
                None => target.to_owned(),
            };
            let leads = target.starts_with("https://")
                || places.contains(&place)
                || pages.contains_key(&place)
                || place == "published.txt";
            assert!(leads, "{name}: {target}");
        }
    }
}

#[test]
fn every_must_says_who_relies_on_it() {
    for clause in specification().clauses() {
        let said = clause.relied_on_by.is_some();
        assert!(said || clause.level != Level::Must, "{}", clause.id);
    }
}

#[test]
fn every_class_that_is_named_can_be_found() {
    let sources = &pages()["sources.md"];
    for clause in specification().clauses() {
        for source in &clause.source {
            let (class, member) = source.split_once('.').expect("a class and a member");
            assert!(!member.is_empty(), "{} {source}", clause.id);
            let file = format!("[`{class}`](https://");
            assert!(sources.contains(&file), "{} {class}", clause.id);
        }
    }
}

/// A release of Apache's server, such as 3.9.5.
#[track_caller]
fn release(word: &str) -> Vec<u8> {
    let numbers = word.split('.').map(str::parse);
    let numbers: Vec<_> = numbers.map(|number| number.expect(word)).collect();
    assert_eq!(numbers.len(), 3, "{word}");
    numbers
}

/// From the first release to the last.
#[track_caller]
fn range(text: &str) -> RangeInclusive<Vec<u8>> {
    let (first, last) = text.split_once(" to ").expect("a range");
    release(first)..=release(last)
}

#[test]
fn observations_are_of_releases_the_clause_is_about() {
    for clause in specification().clauses() {
        let mut ranges = clause.versions.split(", except ").map(range);
        let about = ranges.next().expect("a range");
        let except: Vec<_> = ranges.collect();
        if clause.observed == "by source only" {
            assert!(
                clause.level > Level::Should,
                "{} was seen nowhere",
                clause.id
            );
            continue;
        }
        for servers in clause.observed.split(", ") {
            let (releases, factory) = servers.rsplit_once(' ').expect("servers");
            assert!(
                ["NIO", "Netty"].contains(&factory),
                "{}: {servers}",
                clause.id
            );
            for word in releases.split(' ') {
                let seen = release(word);
                let within = about.contains(&seen) && !except.iter().any(|no| no.contains(&seen));
                assert!(within, "{} is not about {word}", clause.id);
            }
        }
    }
}

#[test]
fn clauses_are_sentences() {
    for clause in specification().clauses() {
        let text = &clause.text;
        assert!(text.ends_with('.'), "{}: {text}", clause.id);
        assert!(
            !text.contains("  ") && !text.contains('`'),
            "{}: {text}",
            clause.id
        );
    }
}

/// A specification of one clause, `level`, and a catalogue of one case that quotes it.
fn faults(level: &str, case_level: &str, citation: &str, published: &str) -> Vec<Fault> {
    let clause = clause("PING-1", level, "An answer\nis `due`.");
    let spec = Specification::parse([("ping", clause.as_str())]).expect("a clause");
    let case = format!(
        "script ping/one\nid ZK0601\nlevel {case_level}\ntitle T.\nclause {citation}\n\
         source A.b\nobserved 1\nwhy W.\n----\nA open\n"
    );
    let catalogue = Catalogue::parse([("ping", case.as_str())]).expect("a case");
    spec.faults(&catalogue, published)
}

/// A clause, written out.
fn clause(id: &str, level: &str, text: &str) -> String {
    format!(
        "# Title\n\n### {id}\n\n**{level}** {text}\n\n- source: `A.b`,\n  `C.d`\n\
         - versions: 3.4.14 to 3.9.5\n- observed: 3.9.5 NIO\n"
    )
}

#[test]
fn a_quote_across_lines_and_markup_is_found() {
    assert_eq!(
        faults("MUST", "must", "PING-1 An answer is due.", "PING-1"),
        []
    );
}

#[test]
fn a_quote_that_drifted_is_a_fault() {
    let found = faults("MUST", "must", "PING-1 An answer was due.", "PING-1\n");
    let [Fault::Drifted { case, clause, .. }] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!((case.as_str(), clause.as_str()), ("ZK0601", "PING-1"));
}

#[test]
fn a_clause_that_is_not_there_is_a_fault() {
    let found = faults("SHOULD", "should", "PING-2 An answer is due.", "PING-1\n");
    assert!(
        matches!(
            found.as_slice(),
            [Fault::Unknown { .. }, Fault::Uncovered(_)]
        ),
        "{found:?}"
    );
}

#[test]
fn a_case_stronger_than_its_clause_is_a_fault() {
    for (level, case_level) in [("SHOULD", "must"), ("MAY", "should"), ("QUIRK", "may")] {
        let found = faults(level, case_level, "PING-1 An answer", "PING-1\n");
        assert!(
            matches!(found.as_slice(), [Fault::TooStrong { .. }]),
            "{found:?}"
        );
    }
    assert_eq!(
        faults("SHOULD", "quirk", "PING-1 An answer", "PING-1\n"),
        []
    );
}

#[test]
fn a_must_that_no_must_case_judges_is_a_fault() {
    let found = faults("MUST", "should", "PING-1 An answer", "PING-1\n");
    assert_eq!(found, [Fault::Unjudged("PING-1".to_owned())]);
}

#[test]
fn a_clause_is_judged_or_says_why_not() {
    let published = "PING-1\nPING-2\n";
    let silent = clause("PING-2", "MAY", "Nobody asks.");
    let excused = format!("{silent}- no case: it takes two servers\n");
    let judged = clause("PING-1", "MAY", "An answer is due.");
    let case = "script ping/one\nid ZK0601\nlevel may\ntitle T.\nclause PING-1 An answer\n\
                source A.b\nobserved 1\nwhy W.\n----\nA open\n";
    let catalogue = Catalogue::parse([("ping", case)]).expect("a case");
    let faults = |text: &str| {
        let spec = Specification::parse([("ping", text)]).expect("clauses");
        spec.faults(&catalogue, published)
    };
    assert_eq!(faults(&format!("{judged}\n{excused}")), []);
    let lost = Fault::Uncovered("PING-2".to_owned());
    assert_eq!(faults(&format!("{judged}\n{silent}")), [lost]);
    let both = format!("{judged}- no case: it takes two servers\n\n{excused}");
    assert_eq!(faults(&both), [Fault::Covered("PING-1".to_owned())]);
}

#[test]
fn ids_do_not_vanish_and_do_not_appear_unpublished() {
    let found = faults("MAY", "may", "PING-1 An answer", "PING-1\nPING-2\n");
    assert_eq!(found, [Fault::Vanished("PING-2".to_owned())]);
    let found = faults("MAY", "may", "PING-1 An answer", "");
    assert_eq!(found, [Fault::Unpublished("PING-1".to_owned())]);
}

#[track_caller]
fn refused(file: &str, text: &str, problem: &str) {
    let error = Specification::parse([(file, text)]).expect_err("not a specification");
    assert_eq!(error.to_string(), problem);
}

#[test]
fn a_file_that_is_no_specification_says_where_and_why() {
    let twice = clause("PING-1", "MUST", "A.") + &clause("PING-1", "MUST", "B.");
    refused("ping", &twice, "ping.md:13: PING-1 is there twice");
    let lost = clause("RENEW-1", "MUST", "A.");
    refused("ping", &lost, "ping.md:3: RENEW-1 belongs into renew.md");
    refused(
        "ping",
        "### ping 1\n",
        "ping.md:1: \"ping 1\" is no id of a clause, such as CONNECT-4",
    );
    refused(
        "ping",
        "### PING-01\n",
        "ping.md:1: \"PING-01\" is no id of a clause, such as CONNECT-4",
    );
    let text = "### PING-1\n\nA ping.\n";
    refused(
        "ping",
        text,
        "ping.md:1: PING-1 does not begin with its level: **MUST**",
    );
    let text = clause("PING-1", "SHALL", "A.");
    let problem = "ping.md:3: PING-1: level \"SHALL\" is none of must, should, may, quirk";
    refused("ping", &text, problem);
    let text = clause("PING-1", "MUST", "A.").replace("- versions: 3.4.14 to 3.9.5\n", "");
    refused("ping", &text, "ping.md:3: PING-1 has no versions");
    let text = clause("PING-1", "MUST", "A.") + "- since: 3.4\n";
    refused(
        "ping",
        &text,
        "ping.md:11: PING-1: \"since\" is not one of source, versions, observed, relied on by, \
         differs, no case, or not in this order",
    );
    let text = clause("PING-1", "MUST", "A.") + "\nAnd so on.\n";
    let problem = "ping.md:12: text behind the list of a clause: give it a heading of its own";
    refused("ping", &text, problem);
}

#[test]
fn a_clause_has_all_its_parts() {
    let text = clause("PING-1", "QUIRK", "A [link](x.md#y) to\n*it*.")
        + "- relied on by: nobody,\n  as\n  far as known\n- differs: `X`\n- no case: `Y`\n";
    let spec = Specification::parse([("ping", text.as_str())]).expect("a clause");
    let clause = spec.find("ping-1").expect("by id, in any case");
    assert_eq!(clause.level, Level::Quirk);
    assert_eq!(clause.text, "A link to it.");
    assert_eq!(clause.source, ["A.b", "C.d"]);
    assert_eq!(clause.versions, "3.4.14 to 3.9.5");
    assert_eq!(clause.observed, "3.9.5 NIO");
    assert_eq!(
        clause.relied_on_by.as_deref(),
        Some("nobody, as far as known")
    );
    assert_eq!(clause.differs.as_deref(), Some("X"));
    assert_eq!(clause.no_case.as_deref(), Some("Y"));
    assert_eq!(clause.place(), "ping.md#ping-1");
}

#[test]
fn a_case_without_a_citation_is_refused() {
    for (clause, problem) in [
        (
            "An answer is due.",
            "ping.zkt: ping/one: \"An\" is no id of a clause, such as CONNECT-4: \
             write \"clause ID words of it\"",
        ),
        ("PING-1", "ping.zkt: ping/one: nothing of PING-1 is quoted"),
    ] {
        let case = format!(
            "script ping/one\nid ZK0601\nlevel may\ntitle T.\nclause {clause}\n\
             source A.b\nobserved 1\nwhy W.\n----\nA open\n"
        );
        let error = Catalogue::parse([("ping", case.as_str())]).expect_err("no citation");
        assert_eq!(error.to_string(), problem);
    }
}
