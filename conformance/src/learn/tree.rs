//! All that was ever answered, as a tree: the cache, and where answers that contradict each other
//! meet.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The tree of observations. Nodes are numbers; what they have seen is shared.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    inputs: usize,
    nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
struct Node {
    /// The node before, and the input that led here.
    from: Option<(usize, usize)>,
    edges: Vec<Option<Edge>>,
}

/// What came back for an input.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) output: Arc<str>,
    pub(super) to: usize,
    /// How often each output came, if there was ever more than one.
    pub(super) tally: Option<BTreeMap<Arc<str>, usize>>,
}

/// Where every word starts.
pub(super) const ROOT: usize = 0;
/// Where a racy step leads: nothing behind it is known, or will be.
pub(super) const NOWHERE: usize = 1;
/// What is said to come back from a racy step.
pub(super) const RACY: &str = "racy";
/// What is said to come back behind it.
pub(super) const NOT_FOLLOWED: &str = "not followed";

impl Tree {
    pub(super) fn new(inputs: usize) -> Self {
        let node = Node {
            from: None,
            edges: vec![None; inputs],
        };
        Self {
            inputs,
            nodes: vec![node.clone(), node],
        }
    }

    /// How many nodes there ever were.
    pub(super) const fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) const fn inputs(&self) -> usize {
        self.inputs
    }

    pub(super) fn edge(&self, node: usize, input: usize) -> Option<&Edge> {
        self.nodes[node].edges[input].as_ref()
    }

    pub(super) fn edge_mut(&mut self, node: usize, input: usize) -> Option<&mut Edge> {
        self.nodes[node].edges[input].as_mut()
    }

    /// Makes the edge with a new node behind it, or replaces it and forgets what was behind.
    pub(super) fn grow(&mut self, node: usize, input: usize, output: Arc<str>) -> usize {
        let to = self.nodes.len();
        self.nodes.push(Node {
            from: Some((node, input)),
            edges: vec![None; self.inputs],
        });
        self.nodes[node].edges[input] = Some(Edge {
            output,
            to,
            tally: None,
        });
        to
    }

    /// Forgets an edge and what is behind it.
    pub(super) fn cut(&mut self, node: usize, input: usize) {
        self.nodes[node].edges[input] = None;
    }

    /// The node that `word` leads to, if it is known.
    pub(super) fn find(&self, word: &[usize]) -> Option<usize> {
        let mut at = ROOT;
        for &input in word {
            at = self.edge(at, input)?.to;
        }
        Some(at)
    }

    /// Whether there is nothing to be learned from asking `word`.
    pub(super) fn knows(&self, word: &[usize]) -> bool {
        let mut at = ROOT;
        for &input in word {
            match self.edge(at, input) {
                _ if at == NOWHERE => return true,
                None => return false,
                Some(edge) => at = edge.to,
            }
        }
        true
    }

    /// The word that leads to `node`.
    pub(super) fn access(&self, mut node: usize) -> Vec<usize> {
        let mut word = Vec::new();
        while let Some((from, input)) = self.nodes[node].from {
            word.push(input);
            node = from;
        }
        word.reverse();
        word
    }

    /// A shortest word for which two nodes are known to answer differently.
    pub(super) fn apart(&self, one: usize, other: usize) -> Option<Vec<usize>> {
        let mut level = vec![(one, other, Vec::new())];
        while !level.is_empty() {
            let mut next = Vec::new();
            for (left, right, word) in level {
                let edges = self.nodes[left].edges.iter().zip(&self.nodes[right].edges);
                for (input, pair) in edges.enumerate() {
                    let (Some(left), Some(right)) = pair else {
                        continue;
                    };
                    let mut longer: Vec<usize> = word.clone();
                    longer.push(input);
                    if left.output != right.output {
                        return Some(longer);
                    }
                    if left.to != NOWHERE && right.to != NOWHERE {
                        next.push((left.to, right.to, longer));
                    }
                }
            }
            level = next;
        }
        None
    }

    /// Whether two nodes are known to answer differently; quicker than to say by which word.
    pub(super) fn are_apart(&self, one: usize, other: usize) -> bool {
        let mut pairs = vec![(one, other)];
        while let Some((left, right)) = pairs.pop() {
            let edges = self.nodes[left].edges.iter().zip(&self.nodes[right].edges);
            for (left, right) in edges.filter_map(|(left, right)| left.as_ref().zip(right.as_ref()))
            {
                if left.output != right.output {
                    return true;
                }
                if left.to != NOWHERE && right.to != NOWHERE {
                    pairs.push((left.to, right.to));
                }
            }
        }
        false
    }
}
