//! The page for browsers: whole, and safe to open.

use std::collections::BTreeSet;

use zk_conformance::judge::Options;
use zk_conformance::report::Format;
use zk_conformance::report::Run;
use zk_conformance::report::merge;
use zk_conformance::server::Flaw;

use super::runs::all_sorts;
use super::runs::flawed;
use super::runs::raced;
use super::runs::sound;
use super::runs::watched;

fn page(runs: &[Run]) -> String {
    Format::Html.render(runs).expect("a page")
}

/// The values of an attribute, in order.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    let parts = page.split(start.as_str()).skip(1);
    parts.filter_map(|part| part.split('"').next()).collect()
}

#[test]
fn every_link_leads_somewhere_in_the_page() {
    let page = page(&all_sorts());
    let ids = values(&page, "id");
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "no id is there twice");
    let links = values(&page, "href");
    assert!(links.len() > 147 * 4, "{}", links.len());
    for link in links {
        let place = link.strip_prefix('#').expect("a link within the page");
        assert!(unique.contains(&place), "{link}");
    }
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let page = page(&all_sorts());
    for word in [
        "src=", "<link", "@import", "url(", "//cdn", "https:", "http:",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(
        page.contains("default-src 'none'"),
        "and the browser is told so"
    );
}

#[test]
fn no_text_is_markup() {
    let page = page(&all_sorts());
    assert!(!page.contains("</script><b>"));
    assert_eq!(page.matches("</script>").count(), 1, "its own");
    assert!(page.contains("&lt;/script&gt;") || page.contains("&#60;/script&#62;"));
}

#[test]
fn the_table_has_a_cell_a_product_and_case() {
    let runs = all_sorts();
    let page = page(&runs);
    let table = page
        .split("<table id=\"matrix\"")
        .nth(1)
        .expect("the matrix");
    let table = table.split("</table>").next().expect("its end");
    let rows: Vec<_> = table.split("<tr data-level=").skip(1).collect();
    assert_eq!(rows.len(), runs[0].cases.len());
    for row in rows {
        let row = row.split("</tr>").next().expect("its end");
        assert_eq!(row.matches("<td data-mark=").count(), runs.len(), "{row}");
    }
    for title in runs[1].cases.iter().map(|case| &case.id) {
        assert!(table.contains(title.as_str()), "{title}");
    }
}

#[test]
fn runs_of_one_product_share_a_column_and_give_a_rate() {
    let fine = sound();
    let mut flaky = flawed(Flaw::NoPasswordCheck, Options::default());
    flaky.info.product = fine.info.product.clone();
    let page = page(&merge([fine.clone(), flaky, fine]));
    assert!(page.contains(&format!("1 product by {} cases", crate::cli::cases())));
    assert!(
        page.contains("<small>1/3</small>"),
        "the rate is in the cell"
    );
    assert!(page.contains("1 of 3 times"), "and with the outcome");
}

#[test]
fn a_race_is_told_by_its_rates() {
    let run = sound();
    let page = page(&[run.clone(), raced(run)]);
    let row = page.split("data-id=\"ZK0134\"").nth(1).expect("the row");
    let row = row.split("</tr>").next().expect("its end");
    assert!(row.contains("title=\"passed; answered 20 of 20\""), "{row}");
    assert!(
        row.contains("title=\"passed; lost * 12 of 20; answered 8 of 20\""),
        "{row}"
    );
    let article = page
        .split("<article id=\"ZK0134\"")
        .nth(1)
        .expect("the case");
    let article = article.split("</article>").next().expect("its end");
    for (way, times) in [("answered", 20), ("answered", 8), ("lost *", 12)] {
        let told = format!("</i>{way} <b>{times}</b>");
        assert!(article.contains(&told), "{told}: {article}");
    }
    let article = page
        .split("<article id=\"ZK0101\"")
        .nth(1)
        .expect("another");
    let article = article.split("</article>").next().expect("its end");
    assert!(!article.contains("class=\"rates\""), "it is none");
}

#[test]
fn wire_logs_are_there_as_they_were_kept() {
    let usual = page(&[sound()]);
    assert!(!usual.contains("<ol class=\"wire\">"));
    let run = flawed(Flaw::NoPasswordCheck, watched());
    let page = page(std::slice::from_ref(&run));
    let kept = run
        .cases
        .iter()
        .filter(|case| !case.wire.is_empty())
        .count();
    assert_eq!(page.matches("<ol class=\"wire\">").count(), kept);
    assert!(kept > 100);
}

#[test]
fn equal_runs_make_equal_pages() {
    let runs = all_sorts();
    let mut turned = runs.clone();
    turned.reverse();
    assert_eq!(page(&merge(runs)), page(&merge(turned)));
}
