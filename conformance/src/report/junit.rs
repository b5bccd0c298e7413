//! JUnit, for CI.

use std::time::Duration;

use quick_junit::NonSuccessKind;
use quick_junit::Property;
use quick_junit::Report;
use quick_junit::SerializeError;
use quick_junit::TestCase;
use quick_junit::TestCaseStatus;
use quick_junit::TestSuite;

use crate::judge::CaseReport;
use crate::report::Mark;
use crate::report::Run;

/// The runs as XML, a suite a group; with several runs, a suite a product and group.
///
/// What does not hold is a failure, or skipped where it need not hold; what could not be found out
/// is an error.
pub(super) fn render(runs: &[Run]) -> Result<String, SerializeError> {
    let mut report = Report::new("zkspec");
    for (index, run) in runs.iter().enumerate() {
        let mut suites: Vec<TestSuite> = Vec::new();
        let label = match runs {
            [_] => String::new(),
            _ if again(runs, index) > 0 => {
                format!("{} #{} ", run.info.product, again(runs, index) + 1)
            }
            _ => format!("{} ", run.info.product),
        };
        for case in &run.cases {
            let name = format!("{label}{}", case.group());
            let at = suites.iter().position(|suite| *suite.name.as_str() == name);
            let at = at.unwrap_or_else(|| {
                suites.push(suite(&name, run));
                suites.len() - 1
            });
            if let Some(suite) = suites.get_mut(at) {
                suite.add_test_case(test_case(run, case));
            }
        }
        let remarks = run.remarks();
        if !remarks.is_empty() {
            let mut suite = suite(&format!("{label}zkspec"), run);
            for (index, remark) in remarks.into_iter().enumerate() {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_message(remark).set_type("run");
                let mut case = TestCase::new(format!("the run as a whole, {}", index + 1), status);
                case.set_classname("zkspec");
                suite.add_test_case(case);
            }
            suites.push(suite);
        }
        report.add_test_suites(suites);
    }
    for suite in &mut report.test_suites {
        let times = suite.test_cases.iter().filter_map(|case| case.time);
        let time = sum(times);
        suite.set_time(time);
    }
    report.set_time(sum(runs.iter().filter_map(elapsed)));
    report.to_string()
}

/// Times added up; whoever wrote them down may have written anything.
fn sum(times: impl Iterator<Item = Duration>) -> Duration {
    times.fold(Duration::ZERO, Duration::saturating_add)
}

/// How many runs of the same product come before this one.
fn again(runs: &[Run], index: usize) -> usize {
    let (before, rest) = runs.split_at(index);
    let same = |run: &&Run| {
        rest.first()
            .is_some_and(|this| this.info.product == run.info.product)
    };
    before.iter().filter(same).count()
}

fn elapsed(run: &Run) -> Option<Duration> {
    run.summary.as_ref().map(|summary| summary.elapsed)
}

fn suite(name: &str, run: &Run) -> TestSuite {
    let mut suite = TestSuite::new(name);
    let info = &run.info;
    suite.add_property(Property::new("product", info.product.name.as_str()));
    for (name, value) in [
        ("version", &info.product.version),
        ("transport", &info.product.transport),
    ] {
        if let Some(value) = value {
            suite.add_property(Property::new(name, value.as_str()));
        }
    }
    suite.add_property(Property::new("zkspec", info.version.as_str()));
    suite
}

fn test_case(run: &Run, report: &CaseReport) -> TestCase {
    let mut case = TestCase::new(
        format!("{} {}", report.id, report.slug()),
        status(run.mark(report), report),
    );
    case.set_classname(format!("zkspec.{}", report.group()));
    case.set_time(report.elapsed);
    case.add_property(Property::new("id", report.id.as_str()));
    case.add_property(Property::new("level", report.level.to_string()));
    case.add_property(Property::new("title", report.title.as_str()));
    case.add_property(Property::new("clause", report.clause.id.as_str()));
    for outcome in report.outcomes() {
        case.add_property(Property::new("outcome", outcome));
    }
    if !report.wire.is_empty() {
        case.set_system_out(report.wire.join("\n"));
    }
    if !report.server_log.is_empty() {
        case.set_system_err(report.server_log.join("\n"));
    }
    case
}

fn status(mark: Mark, report: &CaseReport) -> TestCaseStatus {
    let mut status = match mark {
        Mark::Passed | Mark::Tolerated => return TestCaseStatus::success(),
        Mark::Skipped | Mark::Excused | Mark::Differs | Mark::Blocked => TestCaseStatus::skipped(),
        Mark::Untested => TestCaseStatus::non_success(NonSuccessKind::Error),
        Mark::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    status.set_message(report.remark());
    if let Mark::Failed | Mark::Untested = mark {
        status.set_type(report.level.to_string());
        status.set_description(format!("why: {}\nclause: {}", report.why, report.clause));
    }
    status
}
