//! JUnit, for CI.

use quick_junit::NonSuccessKind;
use quick_junit::Property;
use quick_junit::Report;
use quick_junit::TestCase;
use quick_junit::TestCaseStatus;
use quick_junit::TestSuite;

use crate::judge::CaseReport;
use crate::judge::Event;
use crate::judge::Verdict;

/// Gathers cases, a suite a group.
#[derive(Debug, Default)]
pub(in crate::cli) struct Junit {
    suites: Vec<TestSuite>,
    trouble: Option<String>,
}

impl Junit {
    pub(in crate::cli) fn tell(&mut self, event: &Event) {
        match event {
            Event::CaseFinished(report) => self.add(report),
            Event::RunFinished(summary) => self.trouble.clone_from(&summary.trouble),
            Event::RunStarted { .. } => {}
        }
    }

    fn add(&mut self, report: &CaseReport) {
        let (group, slug) = report.name.split_once('/').unwrap_or(("", &report.name));
        let mut case = TestCase::new(format!("{} {slug}", report.id), status(report));
        case.set_classname(format!("zkspec.{group}"));
        case.set_time(report.elapsed);
        case.add_property(Property::new("id", report.id.as_str()));
        case.add_property(Property::new("level", report.level.to_string()));
        case.add_property(Property::new("title", report.title.as_str()));
        case.add_property(Property::new("clause", report.clause.id.as_str()));
        if !report.wire.is_empty() {
            case.set_system_out(report.wire.join("\n"));
        }
        if let Some(suite) = self
            .suites
            .iter_mut()
            .find(|suite| suite.name.as_str() == group)
        {
            suite.add_test_case(case);
        } else {
            let mut suite = TestSuite::new(group);
            suite.add_test_case(case);
            self.suites.push(suite);
        }
    }

    /// The report as XML.
    pub(in crate::cli) fn finish(mut self) -> String {
        if let Some(trouble) = self.trouble {
            let mut suite = TestSuite::new("zkspec");
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(trouble);
            suite.add_test_case(TestCase::new("the run as a whole", status));
            self.suites.push(suite);
        }
        let mut report = Report::new("zkspec");
        report.add_test_suites(self.suites);
        report.to_string().unwrap_or_default()
    }
}

fn status(report: &CaseReport) -> TestCaseStatus {
    let (kind, message, description) = match &report.verdict {
        Verdict::Passed | Verdict::Tolerated { .. } => return TestCaseStatus::success(),
        Verdict::Blocked { by } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("blocked by {by}"));
            return status;
        }
        Verdict::Skipped { reason } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.clone());
            return status;
        }
        Verdict::Untested { reason } => (NonSuccessKind::Error, reason.clone(), String::new()),
        Verdict::Failed(problem) => (
            NonSuccessKind::Failure,
            format!(
                "expected {}; actual: {}",
                problem.expected.join(" or "),
                problem.actual
            ),
            format!("why: {}\nclause: {}", problem.why, report.clause),
        ),
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message);
    status.set_type(report.level.to_string());
    status.set_description(description);
    status
}
