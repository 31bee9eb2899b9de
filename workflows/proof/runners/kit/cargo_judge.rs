// Builds the tests of a Cargo project, runs each program of them, and signs what came of it:
// cargo_judge REPORT OWN WHICH OPTIONS...; WHICH is `all`, or `some` where the options name them.
//
// The key comes on standard input, and results are kept in memory: no process of the project's can read
// either. What is left of one is killed before the next is begun, and before the report is written.
#[path = "cargo_alone.rs"]
mod alone;
#[path = "cargo_mac.rs"]
mod mac;
#[path = "cargo_note.rs"]
mod note;
#[path = "cargo_program.rs"]
mod program;
#[path = "cargo_told.rs"]
mod told;

use note::Note;
use program::Program;
use std::path::PathBuf;
use std::process::{exit, Command, Stdio};
use std::{env, fs};

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    if words[0] == "note" {
        return note::take(&words[1], &words[2..]);
    }
    alone::keep_others_out();
    let mut key = String::new();
    std::io::stdin().read_line(&mut key).expect("a key");
    let mut judge = Judge {
        own: PathBuf::from(&words[1]),
        options: words[3..].to_vec(),
        told: Vec::new(),
    };
    let code = judge.all(words[2] == "all").unwrap_or_else(|error| {
        judge.tell("broken", error.to_string().as_bytes());
        1
    });
    alone::end_all_others();
    fs::remove_dir_all(&judge.own).ok();
    fs::write(&words[0], sealed(key.trim(), judge.told)).expect("a report");
    exit(code);
}

struct Judge {
    own: PathBuf,
    options: Vec<String>,
    told: Vec<u8>,
}

impl Judge {
    fn all(&mut self, every: bool) -> std::io::Result<i32> {
        let folder = env::current_dir()?;
        self.tell("folder", folder.to_string_lossy().as_bytes());
        let (_, root) = said(cargo().args(&["locate-project", "--workspace", "--message-format", "plain"]))?;
        self.tell("root", &root);
        let (code, build) = said(&mut self.cargo(&["--no-run", "--no-fail-fast", "--message-format=json"]))?;
        self.tell("build", &build);
        if code != 0 {
            return Ok(code);
        }
        let host = said(Command::new("rustc").arg("-vV"))?.1;
        let programs = self.programs(&host, every)?;
        let mut good = true;
        for mut one in programs {
            good &= one.judge(self)?;
        }
        if every && String::from_utf8_lossy(&build).contains("\"doctest\":true") {
            let (code, doc) = said(&mut self.cargo(&["--no-fail-fast", "--doc"]))?;
            self.tell("doc", &doc);
            self.tell("doc.code", code.to_string().as_bytes());
            good &= code == 0;
        }
        Ok(if good { 0 } else { 101 })
    }

    // How cargo would run each: nothing of the project's runs here, for the runner only takes notes.
    fn programs(&self, host: &[u8], every: bool) -> std::io::Result<Vec<Program>> {
        let host = String::from_utf8_lossy(host);
        let host = host
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .unwrap_or("");
        let runner = format!(
            "CARGO_TARGET_{}_RUNNER",
            host.to_uppercase().replace(&['-', '.'][..], "_")
        );
        let notes = self.own.join("notes");
        fs::create_dir_all(&notes)?;
        let note = format!("{} note {}", env::current_exe()?.display(), notes.display());
        let mut run = self.cargo(if every {
            &["--no-fail-fast", "--tests"]
        } else {
            &["--no-fail-fast"]
        });
        run.env(&runner, note).stdout(Stdio::null()).status()?;
        alone::end_all_others();
        let found: Result<Vec<_>, _> = fs::read_dir(&notes)?
            .map(|one| one.map(|one| one.path()))
            .collect();
        let mut found = found?;
        found.sort();
        let seal = self.own.join("seal.so");
        found
            .iter()
            .map(|path| Program::new(Note::read(path, &runner)?, &seal))
            .collect()
    }

    fn cargo(&self, first: &[&str]) -> Command {
        let mut command = cargo();
        command.arg("test").args(first).args(&self.options);
        command
    }

    pub fn tell(&mut self, name: &str, told: &[u8]) {
        self.told
            .extend_from_slice(format!("{} {}\n", told.len(), name).as_bytes());
        self.told.extend_from_slice(told);
    }
}

fn cargo() -> Command {
    Command::new("cargo")
}

fn said(command: &mut Command) -> std::io::Result<(i32, Vec<u8>)> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let kept = program::heard(child.stdout.take());
    let ended = child.wait()?;
    alone::end_all_others();
    Ok((program::code(ended), kept.join().unwrap_or_default()))
}

fn sealed(key: &str, told: Vec<u8>) -> Vec<u8> {
    let pairs = (0..key.len()).step_by(2).map(|at| &key[at..at + 2]);
    let key: Vec<u8> = pairs
        .map(|pair| u8::from_str_radix(pair, 16).expect("a key"))
        .collect();
    let mac: String = mac::hmac(&key, &told)
        .iter()
        .map(|byte| format!("{:02x}", byte))
        .collect();
    let mut whole = format!("64 seal\n{}", mac).into_bytes();
    whole.extend(told);
    whole
}
