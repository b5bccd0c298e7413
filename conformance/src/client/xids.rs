//! The numbers of requests.

/// Gives out xids: positive ones only, and then again from 1 (`ClientCnxn.getXid`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Xids(i32);

impl Xids {
    pub(super) fn starting_at(first: i32) -> Self {
        Self(first.max(1))
    }

    /// The next number. The largest `int` is never given: Apache goes from the one before it
    /// to 1.
    pub(super) const fn next(&mut self) -> i32 {
        if self.0 == i32::MAX {
            self.0 = 1;
        }
        let xid = self.0;
        self.0 += 1;
        xid
    }
}
