//! Reading what was written gives the same, and nothing that is read does harm.

use proptest::prelude::*;
use zk_conformance::transcript::parse;

use super::trees;

#[test]
fn every_case_reads_the_same_again() {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/cases");
    for file in std::fs::read_dir(cases).expect("a directory") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("text");
        let tree = parse(&text).expect("a transcript");
        let printed = tree.to_string();
        assert_eq!(parse(&printed), Ok(tree), "{}", path.display());
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_the_same(tree in trees::transcript()) {
        let text = tree.to_string();
        let again = parse(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&again, &tree, "{}", text);
        prop_assert_eq!(again.to_string(), text);
    }

    #[test]
    fn text_of_any_kind_is_read_or_refused(text in any::<String>()) {
        let _ = parse(&text);
        let _ = parse(&format!("script a\n----\n{text}"));
    }

    #[test]
    fn text_that_almost_fits_is_read_or_refused(
        tree in trees::transcript(),
        at in any::<prop::sample::Index>(),
        put in "[ -~\n\\PC]{0,3}",
        cut in 0..4_usize,
    ) {
        let text = tree.to_string();
        let places: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let from = at.index(places.len());
        let to = (from + cut).min(places.len() - 1);
        let broken = format!("{}{put}{}", &text[..places[from]], &text[places[to]..]);
        match parse(&broken) {
            Ok(tree) => {
                let text = tree.to_string();
                prop_assert_eq!(parse(&text), Ok(tree), "{}", text);
            }
            Err(error) => {
                prop_assert_ne!(&error.expected, "something else", "{}", broken);
                let line = broken.split('\n').nth(error.line - 1).unwrap_or_default();
                prop_assert!(error.column <= line.chars().count() + 1, "{}\n{}", error, broken);
            }
        }
    }
}
