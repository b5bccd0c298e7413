//! What happens in a world, and its number in an input.

use zk_conformance::world::Door;
use zk_conformance::world::Told;
use zk_conformance::world::Way;

use crate::operations::numbered;
use crate::operations::operations;

operations! {
    /// Something that happens in a world. A client is counted modulo how many there are; a delay is
    /// up to a tenth of a second to the millisecond, then up to seven seconds.
    enum Operation {
        /// The next thing happens, and so many after it.
        0 => Next { more: u8 },
        /// Time passes: so many times 20 ms.
        1 => Wait { by: u8 },
        /// Time passes: so many milliseconds.
        2 => WaitMillis { by: u8 },
        /// A connection breaks.
        3 => Cut { client: u8, told: Told },
        /// A connection closes one way.
        4 => HalfClose { client: u8, way: Way },
        /// A connection is slow: by its delays and up to so many half milliseconds more, and perhaps
        /// in pieces.
        5 => Slow { client: u8, up: u8, down: u8, jitter: u8, pieces: bool },
        /// Who comes is let in or not.
        6 => Stand { door: Door },
        /// The server restarts and knows its sessions.
        7 => Restart { away: u8 },
        /// The server is lost.
        8 => Kill { away: u8 },
        /// A client asks for something.
        9 => Request { client: u8, wish: Wish, body: &'a [u8] },
        /// A client closes its session.
        10 => Close { client: u8 },
        /// There is one more client.
        11 => Join { timeout: u8, settings: u8, seed: u8 },
        /// Chance begins anew.
        12 => Reseed { seed: u8 },
        /// All is calm until all are served.
        13 => Settle,
    }
}

numbered! {
    Told {
        0 => Told::Both,
        1 => Told::Client,
        2 => Told::Server,
        3 => Told::Nobody,
    }
}

numbered! {
    Way {
        0 => Way::Up,
        1 => Way::Down,
    }
}

numbered! {
    Door {
        0 => Door::Open,
        1 => Door::Refuse,
        2 => Door::Ignore,
    }
}

/// What a client asks for, reads and writes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wish {
    GetData,
    Create,
    SetData,
    Exists,
    Sync,
}

numbered! {
    Wish {
        0 => Wish::GetData,
        1 => Wish::Create,
        2 => Wish::SetData,
        3 => Wish::Exists,
        4 => Wish::Sync,
    }
}
