//! A part of the catalogue, for machines that share the work.

use std::fmt;
use std::str::FromStr;

/// One of so many parts of the cases.
///
/// Which part a case belongs to follows from its id alone, so that it stays where it is when cases
/// are added.
///
/// ```
/// use zk_conformance::judge::Shard;
///
/// let shard: Shard = "3/3".parse()?;
/// assert!(shard.holds("ZK0401"));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Shard {
    /// Counted from 0.
    index: u64,
    count: u64,
}

impl Shard {
    /// The part `index`, counted from 0, of `count`.
    ///
    /// # Errors
    /// If there is no such part.
    pub fn new(index: u64, count: u64) -> Result<Self, String> {
        if index < count {
            Ok(Self { index, count })
        } else {
            let last = count.saturating_sub(1);
            Err(format!(
                "there is no part {index} of {count}: counted from 0, the last is {last}"
            ))
        }
    }

    /// Whether the case with this id belongs to it.
    #[must_use]
    pub fn holds(self, id: &str) -> bool {
        let hash = fnv1a(id.as_bytes());
        (hash ^ hash >> 32) % self.count == self.index
    }
}

impl FromStr for Shard {
    type Err = String;

    /// `M/N`, counted from 1.
    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(index, count)| {
            Some((
                index.trim().parse::<u64>().ok()?,
                count.trim().parse::<u64>().ok()?,
            ))
        });
        match numbers {
            Some((index, count)) if 1 <= index && index <= count => Self::new(index - 1, count),
            Some((index, count)) => Err(format!("there is no part {index} of {count}")),
            None => Err(format!("{text:?} should be M/N, such as 1/4")),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.count)
    }
}

/// The 64-bit FNV-1a hash: small, and the same for ever.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::Shard;
    use super::fnv1a;

    /// Known answers of the hash's authors.
    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn parts_are_counted_from_one() {
        assert_eq!("3/3".parse(), Shard::new(2, 3));
        for text in ["0/3", "4/3", "1", "a/b", "1/0", "-1/3"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
