//! Every order in which what is done at once can come out.

use crate::driver::Act;
use crate::driver::Moment;
use crate::driver::Sequence;
use crate::driver::Step;

/// A sequence in which it is clear who comes first.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) sequence: Sequence,
    /// The moment of the original that each of its moments is a part of.
    pub(super) of: Vec<usize>,
}

/// Every order of a sequence, at most `most` of them, first as it is written: one connection before
/// the other, and one step at a time. What is on one connection alone stays as it is. And whether
/// these are all.
pub(super) fn orders(sequence: &Sequence, most: usize) -> (Vec<Order>, bool) {
    let mut orders = vec![Order {
        sequence: Sequence::default(),
        of: Vec::new(),
    }];
    let mut are_all = true;
    for (index, moment) in sequence.0.iter().enumerate() {
        let ways = ways(moment, most);
        are_all &= orders.len() * ways.len() <= most;
        let longer = orders.iter().flat_map(|order| {
            ways.iter().map(move |way| {
                let mut order = order.clone();
                order.of.extend(way.iter().map(|_| index));
                order.sequence.0.extend(way.iter().cloned());
                order
            })
        });
        orders = longer.take(most.max(1)).collect();
    }
    (orders, are_all)
}

/// The ways in which a moment can come out: all, or more than `most` of them.
fn ways(moment: &Moment, most: usize) -> Vec<Vec<Moment>> {
    let lines = moment.lines();
    if lines.len() < 2 {
        return vec![vec![moment.clone()]];
    }
    // Nobody hears of it that a connection is opened.
    let is_open = |step: &&Step| step.symbol.act == Act::Open;
    let opened = moment.0.iter().filter(is_open);
    let opened: Vec<Moment> = opened.cloned().map(Moment::from).collect();
    let tracks: Vec<Vec<Step>> = lines
        .iter()
        .map(|line| {
            let own = moment.0.iter().filter(|step| step.symbol.line == *line);
            own.filter(|step| !is_open(step)).cloned().collect()
        })
        .collect();
    let single: Vec<Vec<Moment>> = tracks
        .into_iter()
        .map(|track| track.into_iter().map(Moment::from).collect())
        .collect();
    // Each connection in one breath, first as it is written; and then one step at a time.
    let mut ways = vec![vec![moment.clone()]];
    let others = moment.orders().into_iter().filter(|other| other != moment);
    ways.extend(others.map(|other| vec![other]));
    let apart = merges(&single, most).into_iter();
    ways.extend(apart.map(|way| [opened.as_slice(), &way].concat()));
    ways
}

/// Every way to merge tracks, each of which keeps its order; at most `most` of them.
fn merges<T: Clone>(tracks: &[Vec<T>], most: usize) -> Vec<Vec<T>> {
    if tracks.iter().all(Vec::is_empty) {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for index in 0..tracks.len() {
        let mut rest = tracks.to_vec();
        if rest[index].is_empty() {
            continue;
        }
        let first = rest[index].remove(0);
        for tail in merges(&rest, most - all.len()) {
            let mut way = vec![first.clone()];
            way.extend(tail);
            all.push(way);
        }
        if all.len() >= most {
            break;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::merges;
    use super::orders;
    use crate::driver::Sequence;

    #[test]
    fn merges_are_counted_as_in_a_book() {
        assert_eq!(merges(&[vec![1, 2], vec![3, 4]], 100).len(), 6);
        assert_eq!(merges(&[vec![1; 4], vec![2; 4]], 100).len(), 70);
        assert_eq!(merges::<u8>(&[], 100).len(), 1);
    }

    /// There are more than 10^23 of them.
    #[test]
    fn of_many_ways_to_merge_there_are_as_many_as_one_likes() {
        assert_eq!(merges(&[vec![1; 40], vec![2; 40]], 100).len(), 100);
        let steps = vec!["a.ping"; 40].join("+") + "+" + &vec!["b.ping"; 40].join("+");
        let sequence: Sequence = steps.parse().expect("steps");
        let (found, are_all) = orders(&sequence, 100);
        assert_eq!((found.len(), are_all), (100, false));
    }

    #[test]
    fn what_is_done_at_once_comes_out_in_every_order() {
        let sequence: Sequence = "a.open a.renew+a.ping+b.renew a.half"
            .parse()
            .expect("steps");
        let (found, are_all) = orders(&sequence, 5);
        assert!(are_all);
        let mut found: Vec<String> = found
            .iter()
            .map(|order| order.sequence.to_string())
            .collect();
        found.sort();
        let due = [
            "a.open a.renew a.ping b.renew a.half",
            "a.open a.renew b.renew a.ping a.half",
            "a.open a.renew+a.ping+b.renew a.half",
            "a.open b.renew a.renew a.ping a.half",
            "a.open b.renew+a.renew+a.ping a.half",
        ];
        assert_eq!(found, due);
    }
}
