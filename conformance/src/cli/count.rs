//! How many, in words.

/// A count and its noun.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 {
        return format!("1 {noun}");
    }
    match (noun.strip_suffix("is"), noun.strip_suffix('y')) {
        (Some(stem), _) => format!("{count} {stem}es"),
        (None, Some(stem)) => format!("{count} {stem}ies"),
        (None, None) if noun.ends_with('s') => format!("{count} {noun}es"),
        (None, None) => format!("{count} {noun}s"),
    }
}

/// How many of a hundred, such as `33.3 %`; what happened at all is more than 0, and what did not
/// always happen is less than 100.
pub(super) fn percent(part: usize, whole: usize) -> String {
    match (part, whole) {
        (0, _) | (_, 0) => "0 %".to_owned(),
        (part, whole) if part >= whole => "100 %".to_owned(),
        #[expect(clippy::cast_precision_loss, reason = "one digit is shown")]
        (part, whole) => {
            let exact = part as f64 * 100.0 / whole as f64;
            let text = format!("{:.1}", exact.clamp(0.1, 99.9));
            format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::percent;
    use super::plural;

    #[test]
    fn one_is_not_many() {
        assert_eq!(plural(1, "case"), "1 case");
        assert_eq!(plural(0, "case"), "0 cases");
        assert_eq!(plural(2, "hypothesis"), "2 hypotheses");
        assert_eq!(plural(2, "class"), "2 classes");
        assert_eq!(plural(3, "try"), "3 tries");
    }

    #[test]
    fn what_happened_is_more_than_nothing_and_less_than_all() {
        for (part, whole, said) in [
            (0, 7, "0 %"),
            (7, 7, "100 %"),
            (1, 2, "50 %"),
            (1, 3, "33.3 %"),
            (1, 100_000, "0.1 %"),
            (99_999, 100_000, "99.9 %"),
            (0, 0, "0 %"),
        ] {
            assert_eq!(percent(part, whole), said, "{part} of {whole}");
        }
    }
}
