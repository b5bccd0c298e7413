//! Text checked many strings at a time.
//!
//! A vector of names is walked twice: once over the lengths, to find where it ends, and once to
//! take the names out of what has been found to be UTF-8 as a whole, lengths included. That holds
//! as long as the ints between the texts consist of ASCII bytes, as those under 128 do. Then every
//! text lies between ASCII bytes, and no character can reach across its ends.

/// Passes over an int, if it consists of ASCII bytes: then it is not negative.
#[inline]
pub(crate) fn skip_int(rest: &mut &[u8]) -> Option<u32> {
    let (int, after) = rest.split_first_chunk()?;
    let int = u32::from_be_bytes(*int);
    *rest = after;
    (int & NOT_ASCII == 0).then_some(int)
}

/// Passes over a string that is not null.
#[inline]
pub(crate) fn skip_string(rest: &mut &[u8]) -> Option<()> {
    let length = skip_int(rest)?;
    *rest = rest.split_at_checked(length as usize)?.1;
    Some(())
}

/// Reads an int that has been passed over.
#[inline]
pub(crate) fn int(rest: &mut &str) -> Option<u32> {
    let (int, after) = rest.split_at_checked(4)?;
    *rest = after;
    int.as_bytes()
        .first_chunk()
        .copied()
        .map(u32::from_be_bytes)
}

/// Reads a string that has been passed over.
#[inline]
pub(crate) fn string<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let length = int(rest)?;
    let (text, after) = rest.split_at_checked(length as usize)?;
    *rest = after;
    Some(text)
}

/// The bits that no byte of an int of ASCII bytes has.
const NOT_ASCII: u32 = 0x8080_8080;
