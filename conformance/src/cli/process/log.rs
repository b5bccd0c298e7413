//! What a server prints.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use regex_lite::Regex;
use tokio::io::AsyncBufReadExt;
use tokio::io::AsyncRead;
use tokio::io::BufReader;
use tokio::sync::Notify;

/// How many lines are held; all of them are in the file.
const HELD: usize = 2000;

/// The lines that a server has printed since it was last started, and a file of all of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    lines: Arc<Mutex<Lines>>,
    printed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Lines {
    held: VecDeque<String>,
    file: Option<File>,
}

impl Log {
    /// A log that is written to a file, too, if that can be made.
    pub(super) fn in_file(path: &Path) -> Self {
        let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        let log = Self::default();
        log.lock().file = folder.and_then(|()| File::create(path)).ok();
        log
    }

    /// Begins anew: the server is started.
    pub(super) fn begin(&self, command: &str) {
        let mut lines = self.lock();
        lines.held.clear();
        if let Some(file) = &mut lines.file {
            let _ = writeln!(file, "--- {command}");
        }
    }

    /// Takes in what a server prints.
    pub(super) async fn read(self, output: impl AsyncRead + Unpin) {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output
            .read_until(b'\n', &mut line)
            .await
            .is_ok_and(|count| count > 0)
        {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            {
                let mut lines = self.lock();
                if let Some(file) = &mut lines.file {
                    let _ = writeln!(file, "{text}");
                }
                if lines.held.len() == HELD {
                    lines.held.pop_front();
                }
                lines.held.push_back(text);
            }
            self.printed.notify_waiters();
        }
    }

    /// Waits for a line that matches.
    pub(super) async fn find(&self, regex: &Regex) {
        loop {
            let printed = self.printed.notified();
            tokio::pin!(printed);
            // From here on, what is printed is noticed.
            printed.as_mut().enable();
            if self.lock().held.iter().any(|line| regex.is_match(line)) {
                return;
            }
            printed.await;
        }
    }

    /// The last lines.
    pub(super) fn last(&self, count: usize) -> Vec<String> {
        let lines = self.lock();
        let skip = lines.held.len().saturating_sub(count);
        lines.held.iter().skip(skip).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
