//! `StaticHostProvider` written down: places in a list whose order nobody but the client knows.

use std::collections::BTreeMap;

/// Where the client is in its list (`currentIndex` and `lastIndex`, -1 for none yet).
#[derive(Clone, Debug)]
pub(super) struct Turn {
    hosts: i32,
    current: i32,
    last: i32,
}

impl Turn {
    pub(super) fn new(hosts: u8) -> Self {
        Self {
            hosts: hosts.into(),
            current: -1,
            last: -1,
        }
    }

    /// The place of the next server, and whether that makes a whole turn, which costs a second.
    pub(super) fn next(&mut self) -> (i32, bool) {
        self.current += 1;
        if self.current == self.hosts {
            self.current = 0;
        }
        let is_whole = self.current == self.last;
        if self.last == -1 {
            self.last = 0;
        }
        (self.current, is_whole)
    }

    pub(super) fn on_connected(&mut self) {
        self.last = self.current;
    }
}

/// What the servers at those places are called, as far as it has come out.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(BTreeMap<i32, String>);

impl Names {
    /// A server is the one at `place`: the same as ever, and the same at no other place.
    #[track_caller]
    pub(super) fn check(&mut self, place: i32, name: &str) {
        let known = self.0.iter().find(|(_, known)| *known == name);
        if let Some((&known, _)) = known {
            assert_eq!(place, known, "the server after this is not {name}");
        }
        let known = self.0.entry(place).or_insert_with(|| name.to_owned());
        assert_eq!(known, name, "the server at place {place}");
    }
}
