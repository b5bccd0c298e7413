//! What is said of a fuzzing run: on stdout, as JSON, and as transcripts of what was found.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use anstyle::AnsiColor;
use anstyle::Style;

use crate::cli::Exit;
use crate::cli::Trouble;
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
const DIM: Style = Style::new().dimmed();

/// Everything that is told.
pub(super) struct Report {
    progress: Option<Progress>,
    lines: Option<Lines>,
    /// Whether stdout is for JSON.
    is_quiet: bool,
    folder: PathBuf,
    /// How what was found is played again.
    replay: String,
    /// When progress was last written down.
    told: Duration,
    found: usize,
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
            folder: arguments.out.clone(),
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
            finds,
            ..
        } = count;
        let (mark, style) = if finds == 0 {
            ("✓", GOOD)
        } else {
            ("✗", BAD)
        };
        let found = match finds {
            0 => "nothing found".to_owned(),
            1 => "1 finding".to_owned(),
            _ => format!("{finds} findings"),
        };
        let doubts = match unconfirmed {
            0 => String::new(),
            count => format!(", {count} suspicions that did not come up again"),
        };
        let text = format!(
            "{style}{mark}{style:#} {found}  {DIM}{runs} runs, {steps} steps, {kept} kept{doubts}, \
             {seconds:.1} s{DIM:#}"
        );
        if self.is_quiet {
            note(&text)
        } else {
            say(text)
        }
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
        Ok(if self.found == 0 {
            Exit::Fine
        } else {
            Exit::Unexpected
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
        let mut text = format!("{BAD}FOUND{BAD:#} {}", find.class);
        let mut add = |name: &str, value: &str| {
            text += &format!("\n  {name:<9} {value}");
        };
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
        if !find.run.log.is_empty() {
            add("replay", &self.write(find));
        }
        match &self.progress {
            Some(progress) => progress.suspend(|| self.say(&text)),
            None => self.say(&text),
        }
    }

    fn say(&self, text: &str) {
        if self.is_quiet { note(text) } else { say(text) }
    }

    /// Writes a transcript of what was found; the command that plays it again.
    fn write(&self, find: &Find) -> String {
        let name = format!("fuzz-{:02}", self.found);
        let mut script = witness(&name, &find.sequence, &find.run);
        let (hits, runs) = find.rate;
        let remarks = [
            format!("found: {}", find.class),
            format!("came up in {hits} of {runs} runs"),
        ];
        let remarks = remarks
            .into_iter()
            .map(|text| Step::new(Action::Comment(text)));
        script.steps.splice(0..0, remarks);
        let path = self.folder.join(format!("{name}.zkt"));
        let text = Transcript {
            scripts: vec![script],
            ..Transcript::default()
        }
        .to_string();
        let written =
            std::fs::create_dir_all(&self.folder).and_then(|()| std::fs::write(&path, text));
        match written {
            Err(error) => format!("cannot write {}: {error}", path.display()),
            Ok(()) => {
                let path = quoted(&path.display().to_string());
                format!("zkspec replay {path}{}", self.replay)
            }
        }
    }
}

/// How often progress is written down.
const EVERY: Duration = Duration::from_secs(5);
