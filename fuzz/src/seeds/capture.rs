//! Recordings, and conversations to be recorded.

use std::path::Path;

use crate::seeds::Seed;
use crate::seeds::recordings;

pub(super) fn seeds(testdata: &Path) -> std::io::Result<Vec<Seed>> {
    let mut seeds = Vec::new();
    for (name, file) in recordings(&testdata.join("captures"), &["pcap", "pcapng"])? {
        seeds.push(Seed::new("capture", name, [&[0], &file[..]].concat()));
    }
    let script = |name: &str, steps: &[[u8; 2]]| {
        Seed::new("capture", name, [&[1], &steps.concat()[..]].concat())
    };
    let client_sends = [0, 48];
    let server_sends = [1, 40];
    let client_acknowledges = [2, 0];
    let again = |packet| [4, packet];
    let swap = [6, 0];
    seeds.extend([
        script("nothing-said", &[]),
        script(
            "request-and-answer",
            &[client_sends, server_sends, client_acknowledges],
        ),
        script(
            "request-sent-again",
            &[client_sends, again(0), server_sends, again(0), again(1)],
        ),
        script(
            "two-segments-swapped",
            &[client_sends, client_sends, swap, server_sends],
        ),
        script(
            "acknowledgement-before-its-segment",
            &[client_sends, [3, 0], swap],
        ),
        script(
            "sequence-number-wraps",
            &[client_sends, client_sends, swap, again(0), server_sends],
        ),
    ]);
    Ok(seeds)
}
