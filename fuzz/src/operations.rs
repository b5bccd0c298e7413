//! Operations as data: one table says what each is called, its number, and what it needs.

use crate::steps::Steps;

/// Something that an operation needs.
pub(crate) trait Operand<'a>: Sized {
    /// Reads it; `None` if what is there has no meaning.
    fn read(steps: &mut Steps<'a>) -> Option<Self>;

    fn write(&self, input: &mut Vec<u8>);
}

impl Operand<'_> for u8 {
    fn read(steps: &mut Steps<'_>) -> Option<Self> {
        Some(steps.byte())
    }

    fn write(&self, input: &mut Vec<u8>) {
        input.push(*self);
    }
}

/// Odd or even.
impl Operand<'_> for bool {
    fn read(steps: &mut Steps<'_>) -> Option<Self> {
        Some(steps.byte() & 1 != 0)
    }

    fn write(&self, input: &mut Vec<u8>) {
        input.push(u8::from(*self));
    }
}

impl<'a> Operand<'a> for &'a [u8] {
    fn read(steps: &mut Steps<'a>) -> Option<Self> {
        Some(steps.bytes())
    }

    fn write(&self, input: &mut Vec<u8>) {
        input.push(u8::try_from(self.len()).expect("few bytes"));
        input.extend_from_slice(self);
    }
}

/// Gives the values of a type their numbers.
macro_rules! numbered {
    ($type:ty { $($number:literal => $value:path),+ $(,)? }) => {
        impl crate::operations::Operand<'_> for $type {
            fn read(steps: &mut crate::steps::Steps<'_>) -> Option<Self> {
                match steps.byte() {
                    $($number => Some($value),)+
                    _ => None,
                }
            }

            fn write(&self, input: &mut Vec<u8>) {
                match self {
                    $($value => input.push($number),)+
                }
            }
        }
    };
}

/// Makes the type of a target's operations. Inputs hold the numbers: none is ever given to another,
/// and one that is not in the table is passed over.
macro_rules! operations {
    (
        $(#[$meta:meta])*
        enum $name:ident {
            $(
                $(#[$doc:meta])*
                $number:literal => $variant:ident $({ $($field:ident: $type:ty),+ })?,
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum $name<'a> {
            $($(#[$doc])* $variant $({ $($field: $type),+ })?,)+
        }

        impl<'a> $name<'a> {
            /// Reads an operation; `None` if what is there has no meaning.
            pub(crate) fn read(steps: &mut crate::steps::Steps<'a>) -> Option<Self> {
                match steps.byte() {
                    $($number => Some(Self::$variant $({
                        $($field: crate::operations::Operand::read(steps)?),+
                    })?),)+
                    _ => None,
                }
            }

            /// Adds it to an input.
            pub(crate) fn write(&self, input: &mut Vec<u8>) {
                match self {
                    $(Self::$variant $({ $($field),+ })? => {
                        input.push($number);
                        $($(crate::operations::Operand::write($field, input);)+)?
                    })+
                }
            }
        }
    };
}

pub(crate) use numbered;
pub(crate) use operations;
