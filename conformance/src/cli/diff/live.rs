//! Servers compared over TCP, or one with the model.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::count::plural;
use crate::cli::diff::Arguments;
use crate::cli::diff::Findings;
use crate::cli::diff::USUAL;
use crate::cli::diff::cases::Cases;
use crate::cli::progress::Progress;
use crate::cli::signal::asked_to_stop;
use crate::driver::Sequence;
use crate::hunt;
use crate::hunt::diff::Comparison;
use crate::hunt::diff::Model;
use crate::hunt::diff::Side;
use crate::judge;
use crate::judge::Subject;
use crate::judge::like;
use crate::judge::probe;
use crate::net::Clock;
use crate::net::Rivals;
use crate::server;
use crate::server::Flaws;
use crate::server::Words;
use crate::transcript::Bindings;

/// Two servers, at least one of which is no model.
pub(super) struct Live<'a> {
    arguments: &'a Arguments,
    subjects: [Option<Subject>; 2],
    judging: judge::Options,
    /// The model, as the flags set it up.
    stated: server::Config,
}

impl<'a> Live<'a> {
    pub(super) fn new(arguments: &'a Arguments) -> Result<Self, Trouble> {
        let subjects = [
            arguments.subject(&arguments.first)?,
            arguments.subject(&arguments.second)?,
        ];
        if arguments.models() == 0 {
            let both = format!("{} and {}", arguments.first, arguments.second);
            arguments.embedded.check_unused(both)?;
        }
        Ok(Self {
            arguments,
            subjects,
            judging: arguments.judging(),
            stated: arguments.embedded.config()?,
        })
    }

    pub(super) async fn compare(&self, progress: &Progress) -> Result<Findings, Trouble> {
        let sides = tokio::select! {
            sides = self.sides() => sides?,
            () = asked_to_stop() => return Err(Trouble::interrupted()),
        };
        let mut comparison = self.comparison(&sides);
        let rivals = self.rivals(&sides);
        let mut cases = Cases::default();
        let mut trouble = tokio::select! {
            ended = self.play(&rivals, &mut comparison, &mut cases, &sides, progress) => ended.err(),
            () = asked_to_stop() => Some(Trouble::interrupted()),
        };
        if trouble.is_none() {
            trouble = tokio::select! {
                ended = self.end(&mut cases, &sides) => ended.err(),
                () = asked_to_stop() => Some(Trouble::interrupted()),
            };
        }
        let unresolved = comparison.finish();
        let mut open = Vec::new();
        if unresolved > 0 {
            let many = plural(unresolved, "sequence");
            open.push(format!(
                "time ran out before it was clear whether {many} came out alike"
            ));
        }
        if cases.left > 0 {
            let many = plural(cases.left, "case");
            open.push(format!("time ran out before {many} were compared"));
        }
        Ok(Findings {
            effort: comparison.effort(),
            differences: comparison.differences().to_vec(),
            cases,
            open,
            trouble,
            ..self.arguments.findings()
        })
    }

    /// Finds out what the servers are like; the model is like the other one, where nothing else is
    /// said.
    async fn sides(&self) -> Result<[Side; 2], Trouble> {
        let rooms = Rivals::rooms();
        let mut known: [Option<(Subject, Bindings)>; 2] = [None, None];
        let mut model = self.stated.clone();
        for (side, subject) in self.subjects.iter().enumerate() {
            let Some(subject) = subject else { continue };
            let bindings = self.probe(side, subject).await?;
            if self.arguments.models() > 0 {
                model = self.like(subject, &bindings).await;
            }
            known[side] = Some((subject.clone(), bindings));
        }
        let embedded = Subject::Embedded(Box::new(model));
        let mut sides = Vec::new();
        for (side, (known, room)) in known.into_iter().zip(rooms).enumerate() {
            let (subject, bindings) = match known {
                Some(known) => known,
                None => (embedded.clone(), self.probe(side, &embedded).await?),
            };
            sides.push(Side {
                subject,
                bindings,
                room,
            });
        }
        <[Side; 2]>::try_from(sides).map_err(|_| Trouble::interrupted())
    }

    /// The model of a server.
    async fn like(&self, subject: &Subject, known: &Bindings) -> server::Config {
        let stated = &self.stated;
        let mut model = like(known, stated.clone());
        if self.arguments.embedded.says_timeouts() {
            model.tick_time = stated.tick_time;
            model.min_session_timeout = stated.min_session_timeout;
            model.max_session_timeout = stated.max_session_timeout;
        }
        if stated.mode != server::Mode::ReadWrite {
            model.mode = stated.mode;
        }
        if let Ok(asks) = "a.open a.word".parse::<Sequence>() {
            let run = hunt::run(subject, &asks, self.arguments.driver()).await;
            if run.answers.iter().any(|answer| answer.contains("imok")) {
                model.words = Words::ALL;
            }
        }
        model
    }

    async fn probe(&self, side: usize, subject: &Subject) -> Result<Bindings, Trouble> {
        let bindings = probe(subject, &self.judging).await;
        bindings.map_err(|trouble| self.unreachable(side, &trouble))
    }

    fn unreachable(&self, side: usize, why: &str) -> Trouble {
        let Arguments { first, second, .. } = self.arguments;
        let name = if side == 0 { first } else { second };
        Trouble {
            exit: Exit::Untested,
            message: format!("cannot compare {name}: {why}"),
            hint: Some(format!("zkspec probe {name} says what is there")),
        }
    }

    fn comparison(&self, sides: &[Side; 2]) -> Comparison {
        let mut options = self.arguments.options();
        let model = sides
            .iter()
            .enumerate()
            .find_map(|(side, it)| match &it.subject {
                Subject::Embedded(server) => Some(Model {
                    side,
                    server: (**server).clone(),
                }),
                _ => None,
            });
        let guide = model.as_ref().map_or(&self.stated, |model| &model.server);
        let guide = server::Config {
            flaws: Flaws::NONE,
            ..guide.clone()
        };
        options.model = model;
        Comparison::new(options, guide, self.arguments.driver())
    }

    fn rivals(&self, sides: &[Side; 2]) -> Rivals {
        let subjects = sides.each_ref().map(|side| side.subject.clone());
        let mut rivals = Rivals::new(subjects, self.arguments.driver());
        rivals.jobs = self.arguments.jobs.get();
        rivals.rooms = sides.each_ref().map(|side| side.room.clone());
        rivals
    }

    /// Plays sequences and cases side by side.
    async fn play(
        &self,
        rivals: &Rivals,
        comparison: &mut Comparison,
        cases: &mut Cases,
        sides: &[Side; 2],
        progress: &Progress,
    ) -> Result<(), Trouble> {
        let clock = Clock::start();
        let seconds = self.arguments.time.unwrap_or(USUAL);
        let until = clock.now() + Duration::from_secs(seconds);
        let most = self.arguments.runs.map(NonZeroUsize::get);
        let is_enough = |comparison: &Comparison| {
            let effort = comparison.effort();
            progress.tell(format!(
                "{}, {}, {} suspicious, {}",
                plural(effort.sequences, "sequence"),
                plural(effort.runs, "run"),
                effort.suspects,
                plural(effort.differences, "difference")
            ));
            most.is_some_and(|runs| effort.runs >= runs)
        };
        let has_cases = !self.arguments.no_cases && self.arguments.sequence.is_empty();
        let played = async {
            if has_cases {
                cases.play(sides, &self.judging, clock, until).await?;
            }
            Ok(())
        };
        let (compared, played) =
            tokio::join!(rivals.compare(comparison, clock, until, is_enough), played);
        compared
            .map_err(|lost| self.unreachable(lost.0, "it does not accept connections any more"))?;
        played
    }

    /// Makes sure of what was found, and that there are still two servers.
    async fn end(&self, cases: &mut Cases, sides: &[Side; 2]) -> Result<(), Trouble> {
        cases.play_again_alone(sides, &self.judging).await;
        for (side, it) in sides.iter().enumerate() {
            self.probe(side, &it.subject).await?;
        }
        Ok(())
    }
}
