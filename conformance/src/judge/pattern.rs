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
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let inner = text.strip_prefix(start);
    let Some(mut left) = inner.and_then(|text| text.strip_suffix(end)) else {
        return false;
    };
    // What comes first fits as early as anywhere, and leaves the most for the rest.
    for piece in middle.split('*') {
        let Some((_, after)) = left.split_once(piece) else {
            return false;
        };
        left = after;
    }
    true
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
        assert!(glob("a*b*c", "abbc") && glob("a**c", "ac") && glob("é*é", "éé"));
        assert!(!glob("a*b*c", "acb") && !glob("ab*ba", "aba"));
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!glob(&"*a".repeat(50), &"ab".repeat(5_000)));
    }
}
