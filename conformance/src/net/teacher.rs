//! Answers for a server over TCP.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::driver::Config;
use crate::driver::NOT_DONE;
use crate::driver::Quiet;
use crate::driver::SILENT;
use crate::driver::STAYS_OPEN;
use crate::driver::Symbol;
use crate::hunt::Run;
use crate::learn::Teacher;
use crate::net::drive;
use crate::net::health::GREETING;
use crate::net::health::Health;
use crate::net::health::has_come;

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
    quiet: Quiet,
    health: Health,
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
                said if is_silence(said) => {
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

/// Whether an answer tells that something did not come.
pub(super) fn is_silence(said: &str) -> bool {
    said.starts_with(SILENT) || said.contains(STAYS_OPEN)
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

/// A word that was asked.
struct Asked {
    place: usize,
    /// How long silence had to last.
    quiet: Duration,
    /// How many words were over when it was asked.
    mark: usize,
    /// What came of it, if the server was there.
    run: Option<Run>,
}

/// After so many silences, a symbol that mostly is met by it is expected to be.
const OFTEN: usize = 8;

/// By how much longer silence is awaited where an answer is in doubt: the machine may be busy.
const IN_DOUBT: u32 = 4;

/// How often a handshake is tried before a server is taken to answer nobody.
const GREETINGS: u32 = 3;

/// Who has to wait by so much longer than one did was hasty.
const HASTY: u32 = 2;

/// Why no more can be asked.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AskError {
    /// The server could not be reached.
    Unreachable,
    /// The server answered handshakes, and then did not any more: one of these words did it.
    Silenced(Vec<Vec<Symbol>>),
}

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
            quiet: Quiet::at_most(config.quiet),
            config,
            jobs,
            runs: 0,
            silences: Silences::default(),
            health: Health::default(),
        }
    }

    /// Asks words; for those who await it.
    ///
    /// # Errors
    ///
    /// If a connection cannot be opened, or if nobody's handshake is answered any more.
    pub async fn put(&mut self, words: &[Vec<usize>]) -> Result<Vec<Vec<Arc<str>>>, AskError> {
        if self.health.is_unknown() {
            let answers = self.greet().await?;
            self.health.first(answers);
        }
        let mut answers = vec![Vec::new(); words.len()];
        // Who asks the same again and again wants to be sure.
        let in_doubt = words.len() > 1 && words.windows(2).all(|pair| pair[0] == pair[1]);
        let mut left: VecDeque<usize> = (0..words.len()).collect();
        let mut running = JoinSet::new();
        loop {
            while running.len() < self.jobs.max(1)
                && let Some(place) = left.pop_front()
            {
                running.spawn(self.start(place, &words[place], in_doubt));
            }
            let Some(ended) = running.join_next().await else {
                return Ok(answers);
            };
            let asked = ended.map_err(|_| AskError::Unreachable)?;
            let is_in_vain = self.note(&asked, words);
            let Asked {
                place, quiet, run, ..
            } = asked;
            let run = run.ok_or(AskError::Unreachable)?;
            if is_in_vain && !self.is_well().await? {
                while let Some(Ok(asked)) = running.join_next().await {
                    self.note(&asked, words);
                }
                return Err(AskError::Silenced(self.health.suspects()));
            }
            self.quiet.hear(&run.log);
            if run.answers.iter().any(|said| is_silence(said)) && self.quiet.span() > quiet * HASTY
            {
                // The server was slower meanwhile than one had thought.
                left.push_back(place);
                continue;
            }
            let symbols = self.symbols(&words[place]);
            self.silences.note(&words[place], &symbols, &run.answers);
            answers[place] = run.answers;
        }
    }

    /// Takes in what a word tells of the server's health: whether it was asked in vain.
    fn note(&mut self, asked: &Asked, words: &[Vec<usize>]) -> bool {
        let symbols = self.symbols(&words[asked.place]);
        asked
            .run
            .as_ref()
            .is_some_and(|run| self.health.note(asked.mark, symbols, run))
    }

    /// Whether a handshake is answered, if need be at the third time.
    async fn is_well(&mut self) -> Result<bool, AskError> {
        for _ in 0..GREETINGS {
            if self.greet().await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a plain handshake is answered, however late.
    async fn greet(&mut self) -> Result<bool, AskError> {
        let run = drive(self.address, &GREETING, self.config.clone()).await;
        let run = run.ok_or(AskError::Unreachable)?;
        Ok(has_come(&run))
    }

    fn symbols(&self, word: &[usize]) -> Vec<Symbol> {
        word.iter().map(|&input| self.alphabet[input]).collect()
    }

    /// One word.
    fn start(
        &mut self,
        place: usize,
        word: &[usize],
        in_doubt: bool,
    ) -> impl Future<Output = Asked> + use<> {
        self.runs += 1;
        let address = self.address;
        let symbols = self.symbols(word);
        let mark = self.health.mark();
        let quiet = self.quiet.span();
        let mut config = self.config.clone();
        config.unknown_id += self.runs;
        config.quiet = quiet;
        if in_doubt {
            config.quiet *= IN_DOUBT;
        } else {
            config.silences = self.silences.expected(word, &symbols);
        }
        async move {
            let run = drive(address, &symbols, config).await;
            Asked {
                place,
                quiet,
                mark,
                run,
            }
        }
    }
}

impl Teacher for TcpTeacher {
    type Error = AskError;

    fn ask(&mut self, words: &[Vec<usize>]) -> Result<Vec<Vec<Arc<str>>>, AskError> {
        let runtime = self.runtime.clone();
        runtime.block_on(self.put(words))
    }
}
