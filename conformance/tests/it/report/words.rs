//! What GitHub is told, in its commands and in Markdown.

use zk_conformance::judge::Options;
use zk_conformance::report::Format;
use zk_conformance::report::Mark;
use zk_conformance::report::Run;
use zk_conformance::server::Flaw;

use super::runs::HOSTILE;
use super::runs::all_sorts;
use super::runs::flawed;
use super::runs::raced;
use super::runs::sound;

/// The commands in a text, by the rules of GitHub's runner: name, title, message.
fn commands(text: &str) -> Vec<(String, String, String)> {
    let commands = text.lines().map(|line| {
        let line = line.strip_prefix("::").expect("every line is a command");
        let (command, message) = line.split_once("::").expect("a command has a message");
        let (name, properties) = command.split_once(' ').expect("a command has properties");
        let title = properties.strip_prefix("title=").expect("a title");
        assert!(!title.contains(','), "no second property: {title}");
        let title = title.replace("%3A", ":").replace("%2C", ",");
        (name.to_owned(), plain(&title), plain(message))
    });
    commands.collect()
}

fn plain(text: &str) -> String {
    text.replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%25", "%")
}

fn annotations(run: &Run) -> Vec<(String, String, String)> {
    commands(
        &Format::Github
            .render(std::slice::from_ref(run))
            .expect("a report"),
    )
}

#[test]
fn a_failure_is_an_error_with_what_was_expected_and_what_came() {
    assert_eq!(annotations(&sound()), []);
    let run = flawed(Flaw::NoPasswordCheck, Options::default());
    let told = annotations(&run);
    assert_eq!(told.len(), run.count(Mark::Failed));
    let is_it = |(_, title, _): &&(String, String, String)| {
        title.contains("ZK0409 MUST renew/wrong-password-is-refused")
    };
    let (name, _, message) = told.iter().find(is_it).expect("what failed");
    assert_eq!(name, "error");
    assert!(
        message.contains("\nexpected ") && message.contains("; actual: "),
        "{message}"
    );
}

#[test]
fn no_text_is_a_command_of_its_own() {
    for run in all_sorts() {
        let told = annotations(&run);
        let of = |name: &str| told.iter().filter(|(known, ..)| known == name).count();
        let remarks = run.remarks().len();
        assert_eq!(of("error"), (run.count(Mark::Failed) + remarks).min(10));
        assert_eq!(of("warning"), run.count(Mark::Untested).min(10));
        assert_eq!(of("notice"), run.count(Mark::Differs).min(10));
    }
    let hostile = all_sorts().pop().expect("a run");
    let (_, title, message) = &annotations(&hostile)[3];
    assert!(
        title.starts_with(HOSTILE),
        "it comes back as it was: {title}"
    );
    assert!(message.starts_with(HOSTILE), "{message}");
}

#[test]
fn where_there_are_more_than_github_shows_the_last_says_how_many() {
    let run = flawed(Flaw::NoPasswordCheck, Options::default());
    let mut many = sound();
    let failed = run.cases.iter().find(|case| case.problem().is_some());
    let verdict = &failed.expect("a failure").verdict;
    for case in many.cases.iter_mut().take(23) {
        case.verdict.clone_from(verdict);
    }
    many.info.level = zk_conformance::judge::Level::Quirk;
    let told = annotations(&many);
    assert_eq!(told.len(), 10);
    assert_eq!(told[9].1, "and 14 more");
    assert_eq!(told[9].2.lines().count(), 14);
}

#[test]
fn markdown_has_a_row_a_product_and_only_cases_that_stand_out() {
    let text = Format::Markdown.render(&[sound()]).expect("a report");
    let count = crate::cli::cases();
    assert!(
        text.contains(&format!("| zkspec 0.1.0 | {count} |")),
        "{text}"
    );
    assert!(
        text.contains(&format!("All {count} cases go as the reference does them.")),
        "{text}"
    );
    let runs = [sound(), flawed(Flaw::NoPasswordCheck, Options::default())];
    let text = Format::Markdown.render(&runs).expect("a report");
    let (told, races) = text.split_once(RACES).expect("the races");
    let rows = told.lines().filter(|line| line.starts_with("| ZK")).count();
    assert_eq!(rows, 13, "{text}");
    assert_eq!(races.matches("<details>").count(), 3, "{text}");
    assert!(text.contains("| ✓ | ✗ resumed |"), "{text}");
}

/// How the part begins that tells of races.
const RACES: &str = "<details><summary>Races";

#[test]
fn markdown_tells_how_often_a_race_came_out_in_which_way() {
    let run = sound();
    let text = Format::Markdown
        .render(&[run.clone(), raced(run)])
        .expect("a report");
    let (_, races) = text.split_once(RACES).expect("the races");
    let row = races.lines().find(|line| line.starts_with("| ZK0134 "));
    let row = row.expect("a race");
    assert!(
        row.ends_with("| answered 20/20 | lost &#42; 12/20; answered 8/20 |"),
        "{row}"
    );
    let mut plain = sound();
    plain.cases.iter_mut().for_each(|case| case.seen.clear());
    let text = Format::Markdown.render(&[plain]).expect("a report");
    assert!(!text.contains(RACES), "nothing is known of races");
}

#[test]
fn no_text_is_markdown_of_its_own() {
    let text = Format::Markdown.render(&all_sorts()).expect("a report");
    assert!(
        !text.contains("</script>") && !text.contains("[x](y)"),
        "{text}"
    );
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut table: Option<usize> = None;
    for line in text.lines() {
        if line.starts_with('|') {
            assert_eq!(*table.get_or_insert(columns(line)), columns(line), "{line}");
        } else {
            table = None;
        }
    }
    assert_eq!(
        text.matches("<details>").count(),
        text.matches("</details>").count()
    );
}
