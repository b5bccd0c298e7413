//! Markdown to the words in it.

/// `text` without backticks and stars, and of a link its words only.
pub(super) fn plain(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*', '[']) {
        let (before, marked) = rest.split_at(at);
        words.push_str(before);
        rest = marked.get(1..).unwrap_or_default();
        if marked.starts_with('[')
            && let Some((label, after)) = rest.split_once("](")
            && let Some((_, after)) = after.split_once(')')
        {
            words.push_str(&plain(label));
            rest = after;
        } else if marked.starts_with('[') {
            words.push('[');
        }
    }
    words.push_str(rest);
    words
}
