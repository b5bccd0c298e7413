//! The table of moves, whole, and its drawing.

use zk_conformance::server::Phase;
use zk_conformance::server::Trigger;

use crate::diagram;

#[test]
fn the_table_is_this() {
    let mut table = format!("{:<8}", "");
    for &phase in Phase::ALL {
        table += &format!(" {phase:<8}");
    }
    for &trigger in Trigger::ALL {
        table = format!("{}\n{trigger:<8}", table.trim_end());
        for &phase in Phase::ALL {
            let after = phase.after(trigger).map_or("-", Phase::name);
            table += &format!(" {after:<8}");
        }
    }
    let table = table.trim_end();
    assert_eq!(table, TABLE, "\n{table}");
}

#[test]
fn what_is_closed_stays_closed() {
    for &trigger in Trigger::ALL {
        assert_eq!(Phase::Closed.after(trigger), None);
    }
}

#[test]
fn every_open_state_can_be_left_by_the_peer() {
    for &phase in Phase::ALL {
        let after = phase.after(Trigger::Leave);
        assert_eq!(after.is_some(), phase != Phase::Closed, "{phase}");
    }
}

#[test]
fn every_state_can_be_reached_and_every_trigger_matters() {
    for &phase in Phase::ALL {
        let is_reached = Phase::MOVES.iter().any(|&(_, _, to)| to == phase);
        assert!(is_reached || phase == Phase::FIRST, "{phase}");
    }
    for &trigger in Trigger::ALL {
        assert!(
            Phase::MOVES.iter().any(|&(_, on, _)| on == trigger),
            "{trigger}"
        );
    }
}

#[test]
fn the_drawing_is_the_table() {
    diagram::check("src/server/mod.rs", &Phase::diagram());
}

const TABLE: &str = "         Greeting Serving  Draining Stranded Closed
Read     Greeting Serving  -        -        -
Connect  Serving  -        -        -        -
Strand   Stranded -        -        -        -
Refuse   Closed   -        -        -        -
Inform   Closed   -        -        -        -
Answer   -        Serving  Draining -        -
Finish   -        Draining -        -        -
End      -        Closed   Closed   -        -
Evict    -        Closed   Closed   -        -
Expire   -        Closed   Closed   -        -
Fault    Closed   Closed   Closed   -        -
Silence  Closed   -        -        -        -
Leave    Closed   Closed   Closed   Closed   -";
