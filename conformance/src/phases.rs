//! Legality as data: one macro turns a table of moves into types, and the table can be drawn.
//!
//! What may happen to a connection or a client is written down once, as states and the moves out
//! of each. From the table come the function the engines assert after every step, the list that
//! tests walk, and the diagram in the documentation, which a test keeps equal to the table. The
//! table does not know which side of the wire it serves.

use std::fmt;

/// Makes a state type and a trigger type from a table of moves.
///
/// A row is a state and the moves out of it; the first row is where everything starts. What is
/// not in the table is not legal.
///
/// ```text
/// phases! {
///     /// What a door is doing.
///     pub enum Phase {
///         /// Lets everyone through.
///         Open { Push => Shut },
///         /// Lets no one through.
///         Shut { Push => Open, Burn => Gone },
///         /// Is not there.
///         Gone {},
///     }
///
///     /// What moves it.
///     pub enum Trigger {
///         /// Someone pushes.
///         Push,
///         /// It burns down.
///         Burn,
///     }
/// }
/// ```
///
/// It expands to the two enums, each with its documentation, `ALL`, `name` and `Display`, and to
///
/// ```text
/// impl Phase {
///     pub const FIRST: Self = Self::Open;
///     pub const MOVES: &[(Self, Trigger, Self)] = &[(Open, Push, Shut), …];
///     pub const fn after(self, trigger: Trigger) -> Option<Self> { … }   // None: not legal
///     pub fn diagram() -> String { … }                                   // Mermaid
/// }
/// ```
macro_rules! phases {
    (
        $(#[$phase_meta:meta])*
        pub enum $phase:ident {
            $(#[$first_meta:meta])*
            $first:ident { $($first_on:ident => $first_to:ident),* $(,)? },
            $(
                $(#[$from_meta:meta])*
                $from:ident { $($on:ident => $to:ident),* $(,)? },
            )*
        }

        $(#[$trigger_meta:meta])*
        pub enum $trigger:ident {
            $($(#[$name_meta:meta])* $name:ident,)+
        }
    ) => {
        $(#[$phase_meta])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum $phase {
            $(#[$first_meta])*
            $first,
            $($(#[$from_meta])* $from,)*
        }

        impl $phase {
            /// Where everything starts.
            pub const FIRST: Self = Self::$first;

            /// Every state, in the order of the table.
            pub const ALL: &'static [Self] = &[Self::$first $(, Self::$from)*];

            /// Every legal move, in the order of the table: from, why, to.
            pub const MOVES: &'static [(Self, $trigger, Self)] = &[
                $((Self::$first, $trigger::$first_on, Self::$first_to),)*
                $($((Self::$from, $trigger::$on, Self::$to),)*)*
            ];

            /// The state after `trigger`; `None` if the move is not legal.
            #[must_use]
            pub const fn after(self, trigger: $trigger) -> Option<Self> {
                match (self, trigger) {
                    $((Self::$first, $trigger::$first_on) => Some(Self::$first_to),)*
                    $($((Self::$from, $trigger::$on) => Some(Self::$to),)*)*
                    _ => None,
                }
            }

            /// The state's name, as in the table.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    Self::$first => stringify!($first),
                    $(Self::$from => stringify!($from),)*
                }
            }

            /// The table as a Mermaid state diagram.
            #[must_use]
            pub fn diagram() -> String {
                $crate::phases::diagram(Self::FIRST, Self::MOVES)
            }
        }

        impl std::fmt::Display for $phase {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        $(#[$trigger_meta])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum $trigger {
            $($(#[$name_meta])* $name,)+
        }

        impl $trigger {
            /// Every trigger, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The trigger's name, as in the table.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }
        }

        impl std::fmt::Display for $trigger {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}
pub(crate) use phases;

/// Draws a table of moves as a Mermaid state diagram, an edge for each pair of states.
pub(crate) fn diagram<P, T>(first: P, moves: &[(P, T, P)]) -> String
where
    P: Copy + Eq + fmt::Display,
    T: Copy + fmt::Display,
{
    let mut lines = vec!["stateDiagram-v2".to_owned(), format!("    [*] --> {first}")];
    let mut edges: Vec<(P, P, String)> = Vec::new();
    for &(from, trigger, to) in moves {
        match edges.iter_mut().find(|edge| edge.0 == from && edge.1 == to) {
            Some((_, _, label)) => *label += &format!(", {trigger}"),
            None => edges.push((from, to, trigger.to_string())),
        }
    }
    for (from, to, label) in edges {
        lines.push(format!("    {from} --> {to}: {label}"));
    }
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macro makes public types")]
mod tests {
    phases! {
        /// What a door is doing.
        pub enum Door {
            /// Lets everyone through.
            Open { Push => Shut },
            /// Lets no one through.
            Shut { Push => Open, Pull => Open, Burn => Gone },
            /// Is not there.
            Gone {},
        }

        /// What moves it.
        pub enum Trigger {
            /// Someone pushes.
            Push,
            /// Someone pulls.
            Pull,
            /// It burns down.
            Burn,
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_not_legal() {
        let legal = |from: Door, on| Door::MOVES.iter().any(|&(f, t, _)| (f, t) == (from, on));
        for &door in Door::ALL {
            for &trigger in Trigger::ALL {
                assert_eq!(door.after(trigger).is_some(), legal(door, trigger));
            }
        }
        assert_eq!(Door::FIRST.after(Trigger::Push), Some(Door::Shut));
    }

    #[test]
    fn moves_between_the_same_states_share_an_edge() {
        let diagram = "stateDiagram-v2\n    [*] --> Open\n    Open --> Shut: Push\n    \
                       Shut --> Open: Push, Pull\n    Shut --> Gone: Burn\n";
        assert_eq!(Door::diagram(), diagram);
    }
}
