//! `GLUE.md` says which lines replace the scripts of others: each of them is played, as it stands.

use std::path::Path;
use std::process::Command;

use crate::cli::Serve;
use crate::runner::folder;
use crate::runner::judge;

const GLUE: &str = include_str!("../../../GLUE.md");

/// The lines of the blocks of commands.
fn lines() -> Vec<&'static str> {
    let blocks = GLUE.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap_or_default().lines());
    lines.filter(|line| !line.is_empty()).collect()
}

#[test]
fn each_line_does_what_it_is_for() {
    let folder = folder("glue");
    let serve = Serve::start(&["--tick-time", "500", "--flaw", "no-close-reply"]);
    // Something that failed before.
    let (code, said) = judge(
        &folder,
        &[
            &serve.address,
            "renew",
            "close",
            "--no-timing",
            "--profile",
            "none",
        ],
    );
    assert_eq!(code, 1, "{said}");
    std::fs::rename(folder.join("traces"), folder.join("zk-out")).expect("renamed");
    let failed = folder.join("failed.zkt");
    std::fs::rename(folder.join("zk-out/ZK0701.zkt"), &failed).expect("renamed");
    let program = Path::new(env!("CARGO_BIN_EXE_zkspec"));
    let path = program.parent().expect("its folder").display().to_string();
    let path = format!("{path}:{}", std::env::var("PATH").unwrap_or_default());
    let mut outcomes = Vec::new();
    for line in lines() {
        let command = line.replace("127.0.0.1:2181", &serve.address);
        // The one that the lines are about; a run in which it passes takes it away.
        std::fs::copy(&failed, folder.join("zk-out/ZK0409.zkt")).expect("copied");
        let output = Command::new("sh")
            .args(["-c", &command])
            .env("PATH", &path)
            .current_dir(&folder)
            .output()
            .expect("a shell");
        let code = output.status.code().expect("an exit code");
        let said = crate::cli::stdout(&output) + &crate::cli::stderr(&output);
        assert!(code == 0 || code == 1, "{line}: {code}: {said}");
        outcomes.push((line, code));
    }
    // The server has a flaw, and it is found, wherever it is not known.
    for (line, code) in &outcomes {
        let is_known = line.contains("known.toml");
        let is_sound = ["-- zkspec serve", "probe", "zkspec report"]
            .iter()
            .any(|part| line.contains(part));
        let expected = i32::from(!is_known && !is_sound);
        assert_eq!(*code, expected, "{line}");
    }
    assert!(outcomes.len() > 12, "{outcomes:?}");
    for report in ["junit.xml", "run.jsonl", "known.toml"] {
        assert!(folder.join(report).exists(), "{report}");
    }
}
