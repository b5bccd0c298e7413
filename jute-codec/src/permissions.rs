//! What an identity may do, as a set.

use core::fmt;
use core::ops::BitOr;

use crate::Decode;
use crate::DecodeError;
use crate::Encode;
use crate::JuteType;
use crate::Reader;
use crate::Sink;
use crate::cursor::Cursor;
use crate::text;

/// What an identity may do to a znode: `ZooDefs.Perms`, the `perms` of an [`Acl`](crate::Acl).
///
/// A set of bits in an int; bits without a name are kept. It prints as ZooKeeper's own shell has
/// it (`ZKUtil.getPermString`).
///
/// ```
/// use jute_codec::Permissions;
///
/// let reader = Permissions::READ | Permissions::ADMIN;
/// assert!(reader.contains(Permissions::READ));
/// assert!(!reader.contains(Permissions::WRITE));
/// assert_eq!(reader.to_string(), "ra");
/// assert_eq!(Permissions::ALL.to_string(), "cdrwa");
/// ```
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "an integer is all there is to it"
)]
pub struct Permissions(pub i32);

impl Permissions {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// To read its data and list its children.
    pub const READ: Self = Self(1);
    /// To write its data.
    pub const WRITE: Self = Self(2);
    /// To make children.
    pub const CREATE: Self = Self(4);
    /// To remove children.
    pub const DELETE: Self = Self(8);
    /// To write its ACL.
    pub const ADMIN: Self = Self(16);
    /// Everything.
    pub const ALL: Self = Self(31);

    /// Whether all of `other` is in it.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (letter, permission) in LETTERS {
            if self.contains(permission) {
                f.write_str(letter)?;
            }
        }
        let unnamed = self.0 & !Self::ALL.0;
        if unnamed != 0 {
            write!(f, "+{unnamed:#x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permissions({self})")
    }
}

impl<'a> Decode<'a> for Permissions {
    const TYPE: JuteType = JuteType::Int;
    const MIN_LEN: usize = 4;

    #[inline]
    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.int().map(Self)
    }

    #[inline(always)]
    fn cut(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.int().map(Self)
    }

    const TEXTUAL: bool = true;

    #[inline(always)]
    fn skip_text(rest: &mut &'a [u8], ints: &mut u32) -> Option<()> {
        text::skip_int(rest, ints).map(drop)
    }

    #[inline(always)]
    fn cut_text(rest: &mut &'a str) -> Option<Self> {
        text::int(rest).map(|perms| Self(perms.cast_signed()))
    }
}

impl Encode for Permissions {
    #[inline]
    fn encoded_len(&self) -> usize {
        4
    }

    #[inline]
    fn encode(&self, out: &mut impl Sink) {
        out.put_int(self.0);
    }
}

const LETTERS: [(&str, Permissions); 5] = [
    ("c", Permissions::CREATE),
    ("d", Permissions::DELETE),
    ("r", Permissions::READ),
    ("w", Permissions::WRITE),
    ("a", Permissions::ADMIN),
];

shown!(Permissions);

/// To people the letters, as long as every bit has one; the number to machines.
#[cfg(feature = "serde")]
impl serde::Serialize for Permissions {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() && Self::ALL.contains(*self) {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i32(self.0)
        }
    }
}

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for Permissions {
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        u.arbitrary().map(Self)
    }
}
