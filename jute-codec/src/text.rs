//! Text checked many strings at a time, or without being made text.
//!
//! A vector of names is walked twice: once over the lengths, to find where it ends, and once to
//! take the names out of what has been found to be UTF-8 as a whole, lengths included. That holds
//! as long as the ints between the texts consist of ASCII bytes, as those under 128 do. Then every
//! text lies between ASCII bytes, and no character can reach across its ends.

/// Passes over an int, and adds its bits to those of `ints`.
#[inline(always)]
pub(crate) fn skip_int(rest: &mut &[u8], ints: &mut u32) -> Option<u32> {
    let (int, after) = rest.split_first_chunk()?;
    let int = u32::from_be_bytes(*int);
    *rest = after;
    *ints |= int;
    Some(int)
}

/// Whether ints with these bits among them consist of ASCII bytes: then none is negative.
pub(crate) const fn are_ascii(ints: u32) -> bool {
    ints & 0x8080_8080 == 0
}

/// Passes over a string; null counts as one that is too long.
#[inline(always)]
pub(crate) fn skip_string(rest: &mut &[u8], ints: &mut u32) -> Option<()> {
    let length = skip_int(rest, ints)?;
    *rest = rest.split_at_checked(length as usize)?.1;
    Some(())
}

/// Reads an int that has been passed over.
#[inline(always)]
pub(crate) fn int(rest: &mut &str) -> Option<u32> {
    let (int, after) = rest.split_at_checked(4)?;
    *rest = after;
    int.as_bytes()
        .first_chunk()
        .copied()
        .map(u32::from_be_bytes)
}

/// Reads a string that has been passed over.
#[inline(always)]
pub(crate) fn string<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let length = int(rest)?;
    let (text, after) = rest.split_at_checked(length as usize)?;
    *rest = after;
    Some(text)
}

/// The text that bytes start with.
pub(crate) fn leading(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => bytes
            .get(..error.valid_up_to())
            .and_then(|valid| core::str::from_utf8(valid).ok())
            .unwrap_or_default(),
    }
}

/// Whether bytes are UTF-8. Those of most names are ASCII, which eight of them tell at once.
#[inline(always)]
pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    is_ascii(bytes) || core::str::from_utf8(bytes).is_ok()
}

#[inline(always)]
fn is_ascii(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks();
    let mut all = 0;
    for word in words {
        all |= u64::from_ne_bytes(*word);
    }
    // The last eight once more, or the few there are.
    all |= match bytes.last_chunk() {
        Some(word) => u64::from_ne_bytes(*word),
        None => rest.iter().fold(0, |all, byte| all | u64::from(*byte)),
    };
    all & 0x8080_8080_8080_8080 == 0
}
