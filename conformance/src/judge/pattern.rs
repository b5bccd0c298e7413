//! Patterns with stars.

/// Whether `text` is `pattern`, where `*` stands for any run of characters.
///
/// ```
/// use zk_conformance::judge::glob;
///
/// assert!(glob("renew/*password*", "renew/wrong-password-is-refused"));
/// assert!(!glob("renew", "renew/after-a-reset"));
/// ```
#[must_use]
pub fn glob(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(start) else {
        return false;
    };
    let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.any(|at| text.get(at..).is_some_and(|text| glob(rest, text)))
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        assert!(glob("renew/*password*", "renew/wrong-password-is-refused"));
        assert!(glob("*", "a"));
        assert!(glob("a*", "a"));
        assert!(!glob("renew/*password", "renew/wrong-password-is-refused"));
        assert!(!glob("renew", "renew/x"));
    }
}
