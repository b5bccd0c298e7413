//! Text as the wire has it: null, UTF-8, or bytes that only claim to be text.

use core::fmt;
use core::hash::Hash;
use core::hash::Hasher;

/// A jute `ustring`.
///
/// Meant to be UTF-8, but not always so: a Java peer writes supplementary characters as CESU-8
/// (`BinaryOutputArchive.stringToByteBuffer` encodes UTF-16 code units one by one), others send
/// whatever bytes they hold. A strict [`Reader`](crate::Reader) refuses such text; a lenient one
/// keeps the bytes, so that they can be looked at and passed on unharmed. Null (length −1) is not
/// the empty string (length 0).
///
/// Two ustrings are equal if they are the same bytes on the wire.
///
/// ```
/// use jute_codec::Ustring;
///
/// assert_eq!(Ustring::new("/a").as_str(), Some("/a"));
/// assert_ne!(Ustring::NULL, Ustring::new(""));
/// assert_eq!(Ustring::from_bytes(b"\xff").as_str(), None);
/// ```
#[derive(Clone, Copy, Default)]
pub struct Ustring<'a>(Form<'a>);

#[derive(Clone, Copy, Default)]
enum Form<'a> {
    #[default]
    Null,
    Utf8(&'a str),
    Other(&'a [u8]),
}

impl<'a> Ustring<'a> {
    /// The null string, length −1 on the wire.
    pub const NULL: Self = Self(Form::Null);

    /// Text.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(Form::Utf8(text))
    }

    /// Whatever the bytes are.
    #[must_use]
    pub const fn from_bytes(bytes: &'a [u8]) -> Self {
        match core::str::from_utf8(bytes) {
            Ok(text) => Self(Form::Utf8(text)),
            Err(_) => Self(Form::Other(bytes)),
        }
    }

    /// Bytes that have been found not to be UTF-8.
    pub(crate) const fn not_utf8(bytes: &'a [u8]) -> Self {
        Self(Form::Other(bytes))
    }

    /// The text; `None` if it is null or not UTF-8. Costs nothing: the check was made on reading.
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        match self.0 {
            Form::Utf8(text) => Some(text),
            Form::Null | Form::Other(_) => None,
        }
    }

    /// The bytes; `None` if it is null.
    #[must_use]
    pub const fn as_bytes(self) -> Option<&'a [u8]> {
        match self.0 {
            Form::Null => None,
            Form::Utf8(text) => Some(text.as_bytes()),
            Form::Other(bytes) => Some(bytes),
        }
    }

    /// Whether it is the null string.
    #[must_use]
    pub const fn is_null(self) -> bool {
        matches!(self.0, Form::Null)
    }
}

impl<'a> From<&'a str> for Ustring<'a> {
    fn from(text: &'a str) -> Self {
        Self::new(text)
    }
}

impl PartialEq for Ustring<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Ustring<'_> {}

impl Hash for Ustring<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for Ustring<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Form::Null => f.write_str("null"),
            Form::Utf8(text) => fmt::Debug::fmt(text, f),
            Form::Other(bytes) => write!(f, "b\"{}\"", bytes.escape_ascii()),
        }
    }
}
