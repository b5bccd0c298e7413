//! Which of two handshakes comes first.

use crate::recording::script::number;
use crate::transcript::Action;
use crate::transcript::Packet;
use crate::transcript::Part;
use crate::transcript::Step;
use crate::transcript::Term;

/// Has the answer to a ConnectRequest awaited before another connection asks for the same session.
///
/// Where a client did not wait, what became of the first is chance: whoever presents an id throws
/// its owner out, and Apache may do so before the answer is on its way. A recording tells what
/// came of it once; it cannot be asked of every server again.
pub(super) fn take_turns(steps: &mut [Step]) {
    for late in 0..steps.len() {
        let Some((connection, _)) = steps.get(late).and_then(asked) else {
            continue;
        };
        let connection = connection.to_owned();
        let rest = steps.iter().enumerate().skip(late);
        let mut overtaking = rest.filter_map(|(at, step)| asked(step).map(|asked| (at, asked)));
        let session = overtaking.next().and_then(|(_, (_, session))| session);
        let other = overtaking.find(|(_, (other, id))| *other != connection && *id == session);
        let answered = steps.iter().skip(late).position(
            |step| matches!(&step.action, Action::Expect { connection: of, .. } if *of == connection),
        );
        if session.is_some()
            && let (Some((other, _)), Some(after)) = (other, answered)
            && other < late + after
            && let Some(moved) = steps.get_mut(other..=late + after)
        {
            moved.rotate_right(1);
        }
    }
}

/// Who asks for which session, if a step is a ConnectRequest; no session if it asks for a new one.
fn asked(step: &Step) -> Option<(&str, Option<&Term>)> {
    let Action::Send {
        connection,
        packets,
        ..
    } = &step.action
    else {
        return None;
    };
    let fields = packets.iter().find_map(|packet| match packet {
        Packet::Frame(parts) => parts.iter().find_map(|part| match part {
            Part::Record { schema, fields } if schema.name == "ConnectRequest" => Some(fields),
            _ => None,
        }),
        _ => None,
    })?;
    let session = fields.iter().find(|(field, _)| *field == "sessionId");
    let session = session.map(|(_, term)| term);
    Some((connection, session.filter(|term| number(term) != Some(0))))
}
