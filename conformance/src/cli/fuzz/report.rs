//! What is said of a fuzzing run: on stdout, as JSON, and as transcripts of what was found.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use anstyle::AnsiColor;
use anstyle::Style;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::count::plural;
use crate::cli::finds::Finds;
use crate::cli::fuzz::Arguments;
use crate::cli::fuzz::corpus::Added;
use crate::cli::fuzz::target::Stop;
use crate::cli::note;
use crate::cli::progress::Progress;
use crate::cli::quoted;
use crate::cli::say;
use crate::cli::sink::Lines;
use crate::cli::target::Target;
use crate::fuzz::Count;
use crate::fuzz::Event;
use crate::fuzz::Find;
use crate::fuzz::Full;
use crate::fuzz::Start;
use crate::hunt::witness;
use crate::transcript::Action;
use crate::transcript::Step;
use crate::transcript::Transcript;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const UNSURE: Style = AnsiColor::Yellow.on_default();
const DIM: Style = Style::new().dimmed();

/// Everything that is told.
pub(super) struct Report {
    progress: Option<Progress>,
    lines: Option<Lines>,
    /// Whether stdout is for JSON.
    is_quiet: bool,
    finds: Finds,
    /// How what was found is played again.
    replay: String,
    /// When progress was last written down.
    told: Duration,
    found: usize,
    /// The first find of each kind, by what they have in common.
    kinds: BTreeMap<String, String>,
    /// Suspicions that there was no time to look into.
    open: u64,
    stop: Option<Stop>,
    /// Whether it was told that there is no room in the corpus.
    is_corpus_full: bool,
    /// What could not be written.
    unwritten: Option<String>,
}

impl Report {
    /// Makes sure that everything can be written before there is anything to write.
    pub(super) fn open(arguments: &Arguments, target: Option<&Target>) -> Result<Self, Trouble> {
        let path = arguments.jsonl.as_deref();
        Ok(Self {
            progress: None,
            lines: path.map(Lines::open).transpose()?,
            is_quiet: path.is_some_and(|path| path.as_os_str() == "-"),
            finds: Finds::open(&arguments.out)?,
            replay: match target {
                Some(Target { host, address }) => {
                    // A port that was chosen is chosen anew.
                    let given = match arguments.address {
                        Some(_) => format!(" --target {address}"),
                        None => String::new(),
                    };
                    let reached = arguments.tls.flags(host) + &arguments.pace.flags();
                    format!("{given} --times 100{reached}{}", arguments.start.flags())
                }
                None => arguments.embedded.flags(),
            },
            told: Duration::ZERO,
            found: 0,
            kinds: BTreeMap::new(),
            open: 0,
            stop: None,
            is_corpus_full: false,
            unwritten: None,
        })
    }

    /// It begins.
    pub(super) fn start(&mut self, target: &str, profile: Option<&str>, arguments: &Arguments) {
        let start = Start {
            schema: 1,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            target: target.to_owned(),
            profile: profile.map(str::to_owned),
            seed: arguments.seed,
            shard: arguments.shard.map(|shard| shard.to_string()),
        };
        let like = profile
            .map(|name| format!(", like {name}"))
            .unwrap_or_default();
        note(&format!("fuzzing {target}{like}, seed {}", arguments.seed));
        self.progress = Some(Progress::start());
        self.tell(&Event::FuzzStarted(start));
    }

    /// Takes in what happened.
    pub(super) fn tell(&mut self, event: &Event) {
        match event {
            Event::FuzzProgress(count) => {
                let Some(progress) = &self.progress else {
                    return;
                };
                let elapsed = progress.elapsed();
                progress.tell(format!(
                    "{} runs, {} a second, {} kept, {} findings",
                    count.runs,
                    count.runs / elapsed.as_secs().max(1),
                    count.kept,
                    count.finds
                ));
                if elapsed < self.told + EVERY {
                    return;
                }
                self.told = elapsed;
            }
            Event::FuzzFound(find) => self.found(find),
            Event::FuzzFull { what, most } => self.full(*what, *most),
            _ => {}
        }
        if let Some(lines) = &mut self.lines
            && let Ok(line) = serde_json::to_string(event)
        {
            lines.say(&line);
        }
    }

    /// Takes in whether something was written.
    pub(super) fn wrote(&mut self, written: io::Result<Added>) {
        match written {
            Ok(Added::Now | Added::Before) => {}
            Ok(Added::NoRoom { most }) => {
                if !std::mem::replace(&mut self.is_corpus_full, true) {
                    self.beside(&format!(
                        "the corpus has {most} files and gets no more: what else is new is kept in \
                         memory alone"
                    ));
                }
            }
            Err(error) => {
                let text = format!("cannot write to the corpus: {error}");
                self.unwritten.get_or_insert(text);
            }
        }
    }

    /// It is over.
    pub(super) fn end(&mut self, count: Count, stop: Option<Stop>) {
        self.tell(&Event::FuzzFinished(count));
        let elapsed = self.progress.take().map(Progress::finish);
        let seconds = elapsed.unwrap_or_default().as_secs_f64();
        let Count {
            runs,
            steps,
            kept,
            unconfirmed,
            open,
            finds,
            ..
        } = count;
        let is_gone = matches!(stop, Some(Stop::Gone { .. }));
        let (mark, style) = match finds {
            0 if open > 0 || is_gone => ("?", UNSURE),
            0 => ("✓", GOOD),
            _ => ("✗", BAD),
        };
        let kinds = self.kinds.len();
        let found = match self.found {
            0 => "nothing found".to_owned(),
            found if found == kinds => plural(found, "finding"),
            found => format!("{found} findings of {}", plural(kinds, "kind")),
        };
        let told = |count: u64, noun: &str| plural(usize::try_from(count).unwrap_or(0), noun);
        let suspicions = |count: u64, what: &str| match count {
            0 => String::new(),
            _ => format!(", {} {what}", told(count, "suspicion")),
        };
        let doubts = suspicions(unconfirmed, "that did not come up again");
        let unknown = suspicions(open, "that there was no time to look into");
        let text = format!(
            "{style}{mark}{style:#} {found}  {DIM}{}, {}, {kept} kept{doubts}{unknown}, \
             {seconds:.1} s{DIM:#}",
            told(runs, "run"),
            told(steps, "step"),
        );
        if self.is_quiet {
            note(&text)
        } else {
            say(text)
        }
        self.open = open;
        self.stop = stop;
    }

    /// Writes everything that is not written yet; how it ended.
    pub(super) fn finish(self) -> Result<Exit, Trouble> {
        if let Some(lines) = self.lines {
            lines.finish()?;
        }
        if let Some(text) = self.unwritten {
            return Err(Trouble::usage(text));
        }
        match self.stop {
            Some(Stop::Interrupted) => return Ok(Exit::Interrupted),
            Some(Stop::Gone { reason, playing }) => {
                let played = playing.iter().map(|sequence| format!("\n  {sequence}"));
                let played: String = played.collect();
                note(&format!(
                    "the server is gone: {reason}; what was played to it at the last:{played}"
                ));
                if self.found == 0 {
                    return Ok(Exit::Untested);
                }
            }
            Some(Stop::OutOfTime) | None => {}
        }
        Ok(match (self.found, self.open) {
            (0, 0) => Exit::Fine,
            (0, _) => {
                note("not all that was strange was looked into: try again with a longer --time");
                Exit::Untested
            }
            _ => Exit::Unexpected,
        })
    }

    /// Says that not all of something is held.
    fn full(&self, what: Full, most: u64) {
        let text = match what {
            Full::Seen => format!(
                "of the answers that were seen, {most} are held at most: from now on those that \
                 were not seen for longest are forgotten"
            ),
            Full::Kept => format!(
                "{most} sequences are kept in memory: from now on each new one takes the place of \
                 another"
            ),
            Full::Unconfirmed => format!(
                "{most} suspicions did not come up again: they are forgotten; does the server \
                 answer by chance?"
            ),
        };
        self.beside(&text);
    }

    /// Says something that is no finding.
    fn beside(&self, text: &str) {
        match &self.progress {
            Some(progress) => progress.suspend(|| note(text)),
            None => note(text),
        }
    }

    fn found(&mut self, find: &Find) {
        self.found += 1;
        let written = (!find.run.log.is_empty()).then(|| self.write(find));
        let (name, replay) = match written {
            None => (String::new(), None),
            Some(Ok((name, replay))) => (name, Some(replay)),
            Some(Err(error)) => {
                self.unwritten.get_or_insert(error.to_string());
                (String::new(), Some(error.to_string()))
            }
        };
        let mut text = format!("{BAD}FOUND{BAD:#} {}", find.class);
        let mut add = |name: &str, value: &str| {
            text += &format!("\n  {name:<9} {value}");
        };
        if let Some(first) = self.kinds.get(&find.like) {
            // Once more, in short: it may have the same cause.
            add("like", first);
            add("steps", &find.steps.join(" "));
            if let Some(replay) = replay {
                add("replay", &replay);
            }
            return self.show(&text);
        }
        let first = if name.is_empty() { &find.class } else { &name };
        self.kinds.insert(find.like.clone(), first.clone());
        for (index, step) in find.steps.iter().enumerate() {
            add(if index == 0 { "steps" } else { "" }, step);
        }
        if !find.expected.is_empty() {
            add("expected", &find.expected.join("\n         or "));
        }
        add("actual", &find.actual);
        let (hits, runs) = find.rate;
        if runs > 1 {
            let percent = 100 * hits / runs;
            add("rate", &format!("{hits} of {runs} runs ({percent} %)"));
        }
        if let Some(progress) = &self.progress {
            let seconds = progress.elapsed().as_secs_f64();
            add("after", &format!("{} runs, {seconds:.1} s", find.runs));
        }
        if find.histogram.len() > 1 {
            for (index, (answer, times)) in find.histogram.iter().enumerate() {
                let name = if index == 0 { "outcomes" } else { "" };
                add(name, &format!("{times:>4} times {answer}"));
            }
        }
        if !find.flaws.is_empty() {
            add("as with", &find.flaws.join(", "));
        }
        for line in &find.about {
            add("", line);
        }
        if let Some(replay) = replay {
            add("replay", &replay);
        }
        self.show(&text);
    }

    /// Says something while the line of progress is not there.
    fn show(&self, text: &str) {
        match &self.progress {
            Some(progress) => progress.suspend(|| self.say(text)),
            None => self.say(text),
        }
    }

    fn say(&self, text: &str) {
        if self.is_quiet { note(text) } else { say(text) }
    }

    /// Writes a transcript of what was found; what it is called, and the command that plays it again.
    fn write(&self, find: &Find) -> io::Result<(String, String)> {
        let (hits, runs) = find.rate;
        let text = |name: &str| {
            let mut script = witness(name, &find.sequence, &find.run);
            let remarks = [
                format!("found: {}", find.class),
                format!("came up in {hits} of {runs} runs"),
            ];
            let remarks = remarks
                .into_iter()
                .map(|text| Step::new(Action::Comment(text)));
            script.steps.splice(0..0, remarks);
            let transcript = Transcript {
                scripts: vec![script],
                ..Transcript::default()
            };
            transcript.to_string()
        };
        let path = self.finds.write("fuzz", self.found, text)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let told = quoted(&path.display().to_string());
        let replay = format!("zkspec replay {told}{}", self.replay);
        Ok((name.into_owned(), replay))
    }
}

/// How often progress is written down.
const EVERY: Duration = Duration::from_secs(5);
