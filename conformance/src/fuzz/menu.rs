//! What sequences are made of: the more of it, the more it matters.

use crate::driver::Act;
use crate::hunt::Menu;

/// What is done to a server on virtual time, where waiting costs nothing.
#[must_use]
pub fn menu() -> Menu {
    Menu {
        lines: 3,
        acts: acts(|_| true),
        ..usual()
    }
}

/// What is done to a server over TCP: nothing that takes time, so that no session expires. That is for
/// sequences which somebody brings along.
#[must_use]
pub fn quick_menu() -> Menu {
    Menu {
        acts: acts(|act| !act.passes_time() && act != Act::Linger),
        ..usual()
    }
}

fn usual() -> Menu {
    Menu {
        longest: 9,
        twisted: 20,
        ..Menu::default()
    }
}

/// Acts that `suit`, each as often as it is worth.
fn acts(suit: impl Fn(Act) -> bool) -> Vec<Act> {
    let all = Act::ALL.iter().copied().filter(|act| suit(*act));
    all.flat_map(|act| std::iter::repeat_n(act, weight(act)))
        .collect()
}

/// Nothing happens without a connection and a session, and what matters happens to those that come
/// back.
const fn weight(act: Act) -> usize {
    match act {
        Act::Open => 8,
        Act::New | Act::Renew => 6,
        Act::Ping | Act::Close => 4,
        Act::Wrong => 3,
        Act::First | Act::Read | Act::Cut | Act::Wait => 2,
        _ => 1,
    }
}
