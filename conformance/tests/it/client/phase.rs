//! The table of legal moves, whole.

use zk_conformance::client::Phase;
use zk_conformance::client::Trigger;

use crate::diagram;

#[test]
fn the_diagram_is_the_table() {
    diagram::check("src/client/phase.rs", &Phase::diagram());
}

#[test]
fn every_state_knows_every_trigger() {
    let table: Vec<String> = Phase::ALL
        .iter()
        .map(|&phase| {
            let row = Trigger::ALL
                .iter()
                .map(|&trigger| match phase.after(trigger) {
                    Some(after) => after.name(),
                    None => "-",
                });
            format!("{phase}: {}", row.collect::<Vec<_>>().join(" "))
        })
        .collect();
    // Dial Open Accept AcceptReadOnly Refuse Leave FailAuth Lose Expire End
    let expected = [
        "NotConnected: Connecting - - - - - - - Closed Closed",
        "Connecting: - Associating - - - - - NotConnected Closed Closed",
        "Associating: - - Connected ConnectedReadOnly Closed - - NotConnected Closed Closed",
        "Connected: - - - - - Closing AuthFailed NotConnected Closed -",
        "ConnectedReadOnly: - - - - - Closing AuthFailed NotConnected Closed -",
        "Closing: - - - - - - AuthFailed - Closed Closed",
        "Closed: - - - - - - - - - -",
        "AuthFailed: - - - - - - - - - -",
    ];
    assert_eq!(table, expected);
}

#[test]
fn only_the_dead_stay_where_they_are() {
    for &phase in Phase::ALL {
        let moves = Trigger::ALL.iter().any(|&on| phase.after(on).is_some());
        assert_eq!(moves, phase.is_alive(), "{phase}");
    }
}

#[test]
fn the_connected_are_those_with_a_session_and_a_connection() {
    let connected: Vec<_> = Phase::ALL.iter().filter(|p| p.is_connected()).collect();
    assert_eq!(
        connected,
        [
            &Phase::Connected,
            &Phase::ConnectedReadOnly,
            &Phase::Closing
        ]
    );
}
