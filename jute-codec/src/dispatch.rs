//! From an opcode to the record it stands for: what requests, replies, multis and transactions have
//! in common.

use crate::Decode;
use crate::DecodeError;
use crate::Encode;
use crate::Reader;
use crate::Record;
use crate::Schema;
use crate::cursor::Cursor;

/// What can stand behind a header: a record, or something that is made of several.
pub(crate) trait Body<'a>: Encode + Sized {
    /// The record, if it is one.
    const SCHEMA: Option<Schema>;

    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError>;

    /// As [`Decode::cut`].
    fn cut_body(cursor: &mut Cursor<'a>) -> Option<Self>;

    /// As [`Decode::check`].
    fn check_body(cursor: &mut Cursor<'a>) -> Option<()>;
}

impl<'a, T: Decode<'a> + Encode + Record> Body<'a> for T {
    const SCHEMA: Option<Schema> = Some(<T as Record>::SCHEMA);

    #[inline]
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Self::decode(reader)
    }

    #[inline(always)]
    fn cut_body(cursor: &mut Cursor<'a>) -> Option<Self> {
        Self::cut(cursor)
    }

    #[inline(always)]
    fn check_body(cursor: &mut Cursor<'a>) -> Option<()> {
        Self::check(cursor)
    }
}

/// Makes an enum of bodies, each with the opcode it stands for.
///
/// Each line is a variant, its body if it has one, and its opcode. The variants behind `else` are
/// for what no opcode alone tells; they carry theirs.
macro_rules! dispatch {
    (
        $(#[$meta:meta])*
        pub enum $name:ident<$life:lifetime> {
            $($(#[$variant_meta:meta])* $variant:ident $(($body:ident: $record:ty))? = $op:ident;)+
        } else {
            $($(#[$extra_meta:meta])* $extra:ident(OpCode $(, $rest:ident: $bytes:ty)?);)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        #[non_exhaustive]
        pub enum $name<$life> {
            $($(#[$variant_meta])* $variant $(($record))?,)+
            $($(#[$extra_meta])* $extra($crate::OpCode $(, $bytes)?),)*
        }

        impl<$life> $name<$life> {
            /// The operation it stands for.
            #[must_use]
            pub const fn op(&self) -> $crate::OpCode {
                match self {
                    $(Self::$variant { .. } => $crate::OpCode::$op,)+
                    $(Self::$extra(op, ..) => *op,)*
                }
            }

            /// The record of `op`, if it has one; `None` if it stands for nothing here.
            fn known_schema(op: $crate::OpCode) -> Option<Option<$crate::Schema>> {
                match op {
                    $($crate::OpCode::$op => Some(None $(
                        .or(<$record as $crate::dispatch::Body<'_>>::SCHEMA)
                    )?),)+
                    _ => None,
                }
            }

            /// Reads the body that `op` stands for; `None` if it stands for nothing here.
            ///
            /// In line, the enum is often taken apart again before it has been put together: a
            /// multi's parts take 15 % fewer instructions.
            #[inline(always)]
            fn known(
                op: $crate::OpCode,
                reader: &mut $crate::Reader<$life>,
            ) -> Result<Option<Self>, $crate::DecodeError> {
                Ok(Some(match op {
                    $($crate::OpCode::$op => Self::$variant $((
                        <$record as $crate::dispatch::Body<'_>>::read(reader)?
                    ))?,)+
                    _ => return Ok(None),
                }))
            }

            /// As [`Decode::cut`](crate::Decode::cut), of the body that `op` stands for.
            #[allow(dead_code, reason = "only the parts of multis are cut")]
            #[inline(always)]
            fn cut_known(
                op: $crate::OpCode,
                cursor: &mut $crate::cursor::Cursor<$life>,
            ) -> Option<Self> {
                Some(match op {
                    $($crate::OpCode::$op => Self::$variant $((
                        <$record as $crate::dispatch::Body<'_>>::cut_body(cursor)?
                    ))?,)+
                    _ => return None,
                })
            }

            /// As [`Decode::check`](crate::Decode::check), of the body that `op` stands for.
            #[allow(dead_code, reason = "only the parts of multis are checked")]
            #[inline(always)]
            fn check_known(
                op: $crate::OpCode,
                cursor: &mut $crate::cursor::Cursor<$life>,
            ) -> Option<()> {
                match op {
                    $($crate::OpCode::$op => {
                        $(<$record as $crate::dispatch::Body<'_>>::check_body(cursor)?;)?
                    })+
                    _ => return None,
                }
                Some(())
            }
        }

        /// Shows the body alone, which is null if there is none.
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant $(($body))? => serialize_body!(serializer $(, $body)?),)+
                    $(Self::$extra(_, $($rest)?) => serialize_body!(serializer $(, $rest)?),)*
                }
            }
        }

        /// Encodes the body alone.
        impl $crate::Encode for $name<'_> {
            fn encoded_len(&self) -> usize {
                match self {
                    $(Self::$variant $(($body))? => 0 $(
                        + $crate::Encode::encoded_len($body)
                    )?,)+
                    $(Self::$extra(_, $($rest)?) => 0 $(
                        + $crate::Encode::encoded_len($rest)
                    )?,)*
                }
            }

            fn encode(&self, out: &mut impl $crate::Sink) {
                match self {
                    $(Self::$variant $(($body))? => {
                        $($crate::Encode::encode($body, out);)?
                    })+
                    $(Self::$extra(_, $($rest)?) => {
                        $($crate::Encode::encode($rest, out);)?
                    })*
                }
            }
        }
    };
}

/// A body or none.
#[cfg(feature = "serde")]
macro_rules! serialize_body {
    ($serializer:ident) => {
        $serializer.serialize_none()
    };
    ($serializer:ident, $body:ident) => {
        serde::Serialize::serialize($body, $serializer)
    };
}
