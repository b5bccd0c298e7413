//! Answers for a server over TCP.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::driver::Config;
use crate::driver::NOT_DONE;
use crate::driver::SILENT;
use crate::driver::STAYS_OPEN;
use crate::driver::Symbol;
use crate::learn::Teacher;
use crate::net::drive;

/// Asks a server over TCP, several words at once: each has connections and a session of its own.
///
/// It blocks, so it must not be used within the runtime it is given.
#[derive(Debug)]
pub struct TcpTeacher {
    runtime: Handle,
    address: SocketAddr,
    alphabet: Vec<Symbol>,
    config: Config,
    jobs: usize,
    runs: i64,
    silences: Silences,
}

/// Where silence came before. It takes time, so that much of the time would be spent on it.
#[derive(Debug, Default)]
struct Silences {
    /// Words whose last symbol was met by silence.
    words: BTreeSet<Vec<usize>>,
    /// How often each symbol was met by silence after another on its connection, and how often by
    /// something.
    counts: BTreeMap<(Option<Symbol>, Symbol), (usize, usize)>,
}

impl Silences {
    fn note(&mut self, word: &[usize], symbols: &[Symbol], answer: &[Arc<str>]) {
        for (step, said) in answer.iter().enumerate() {
            let (silent, answered) = self.counts.entry(pair(symbols, step)).or_default();
            match said.as_ref() {
                said if said.starts_with(SILENT) || said.contains(STAYS_OPEN) => {
                    *silent += 1;
                    self.words.insert(word[..=step].to_vec());
                }
                NOT_DONE => {}
                _ => *answered += 1,
            }
        }
    }

    /// The steps of `word` that will be met by silence, as far as one knows.
    fn expected(&self, word: &[usize], symbols: &[Symbol]) -> Vec<usize> {
        let is_silent = |step: &usize| {
            let mostly = |&(silent, answered): &(usize, usize)| silent >= OFTEN.max(answered);
            self.counts.get(&pair(symbols, *step)).is_some_and(mostly)
                || self.words.contains(&word[..=*step])
        };
        (0..word.len()).filter(is_silent).collect()
    }
}

/// The symbol of a step, and the one before it on the same connection.
fn pair(symbols: &[Symbol], step: usize) -> (Option<Symbol>, Symbol) {
    let symbol = symbols[step];
    let mut before = symbols[..step].iter().rev();
    (
        before.find(|other| other.line == symbol.line).copied(),
        symbol,
    )
}

/// After so many silences, a symbol that mostly is met by it is expected to be.
const OFTEN: usize = 8;

/// By how much longer silence is awaited where an answer is in doubt: the machine may be busy.
const IN_DOUBT: u32 = 4;

/// The server could not be reached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unreachable;

impl TcpTeacher {
    /// A teacher that asks the server at `address`, at most `jobs` words at once.
    #[must_use]
    pub fn new(
        runtime: Handle,
        address: SocketAddr,
        alphabet: Vec<Symbol>,
        config: Config,
        jobs: usize,
    ) -> Self {
        Self {
            runtime,
            address,
            alphabet,
            config,
            jobs,
            runs: 0,
            silences: Silences::default(),
        }
    }

    /// Asks words; for those who await it.
    ///
    /// # Errors
    ///
    /// If a connection cannot be opened.
    pub async fn put(&mut self, words: &[Vec<usize>]) -> Result<Vec<Vec<Arc<str>>>, Unreachable> {
        let mut answers = vec![Vec::new(); words.len()];
        // Who asks the same again and again wants to be sure.
        let in_doubt = words.len() > 1 && words.windows(2).all(|pair| pair[0] == pair[1]);
        let mut left = words.iter().enumerate();
        let mut running = JoinSet::new();
        loop {
            while running.len() < self.jobs.max(1)
                && let Some((place, word)) = left.next()
            {
                running.spawn(self.start(place, word, in_doubt));
            }
            let Some(ended) = running.join_next().await else {
                return Ok(answers);
            };
            let (place, answer) = ended.map_err(|_| Unreachable)?;
            let answer = answer.ok_or(Unreachable)?;
            let symbols = self.symbols(&words[place]);
            self.silences.note(&words[place], &symbols, &answer);
            answers[place] = answer;
        }
    }

    fn symbols(&self, word: &[usize]) -> Vec<Symbol> {
        word.iter().map(|&input| self.alphabet[input]).collect()
    }

    /// One word, which gives its place and answer.
    fn start(
        &mut self,
        place: usize,
        word: &[usize],
        in_doubt: bool,
    ) -> impl Future<Output = (usize, Option<Vec<Arc<str>>>)> + use<> {
        self.runs += 1;
        let address = self.address;
        let symbols = self.symbols(word);
        let mut config = self.config.clone();
        config.unknown_id += self.runs;
        if in_doubt {
            config.quiet *= IN_DOUBT;
        } else {
            config.silences = self.silences.expected(word, &symbols);
        }
        async move { (place, drive(address, &symbols, config).await) }
    }
}

impl Teacher for TcpTeacher {
    type Error = Unreachable;

    fn ask(&mut self, words: &[Vec<usize>]) -> Result<Vec<Vec<Arc<str>>>, Unreachable> {
        let runtime = self.runtime.clone();
        runtime.block_on(self.put(words))
    }
}
