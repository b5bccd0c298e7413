//! Clients that are wrong, each in one way: the body of the target `client` has to notice all of
//! them, by a seed, and say just what is wrong.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../corpus/mod.rs"]
mod corpus;

/// A client with another way of telling what it does.
macro_rules! tells {
    ($name:ident, $output:ident => $told:expr) => {
        #[derive(Default)]
        struct $name;

        impl Variant for $name {
            fn poll(&mut self, client: &mut Client) -> Option<Output> {
                let $output = client.poll()?;
                Some($told)
            }
        }
    };
}

/// A client that says nothing of some things.
macro_rules! hides {
    ($name:ident, $hidden:pat) => {
        #[derive(Default)]
        struct $name;

        impl Variant for $name {
            fn poll(&mut self, client: &mut Client) -> Option<Output> {
                loop {
                    match client.poll()? {
                        $hidden => {}
                        output => return Some(output),
                    }
                }
            }
        }
    };
}

/// A client that does some things twice.
macro_rules! repeats {
    ($name:ident, $again:pat) => {
        #[derive(Default)]
        struct $name(Option<Output>);

        impl Variant for $name {
            fn poll(&mut self, client: &mut Client) -> Option<Output> {
                if let Some(again) = self.0.take() {
                    return Some(again);
                }
                let output = client.poll()?;
                if matches!(output, $again) {
                    self.0 = Some(output.clone());
                }
                Some(output)
            }
        }
    };
}

mod connection;
mod events;
mod replies;
mod session;
mod time;

use zk_fuzz::Variant;
use zk_fuzz::variant_of_client;

use crate::corpus::seeds;
use crate::corpus::words;

/// Holds that a seed shows the client to be wrong, in these words.
#[track_caller]
fn check<V: Variant>(said: &str) {
    let all: Vec<_> = seeds("client")
        .iter()
        .filter_map(|input| words(variant_of_client::<V>, input))
        .collect();
    assert!(all.iter().any(|words| words.contains(said)), "{all:#?}");
}
