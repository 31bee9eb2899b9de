// One program of tests, run as cargo would run it: all of its tests, then without those that failed.

use crate::note::Note;
use crate::told::{failures, listed};
use crate::{alone, Judge};
use std::fs::{self, File, Metadata};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

const MOST_HEARD: usize = 24 << 20;
const MOST_ROUNDS: usize = 5;
const SECRET: usize = 64;

pub struct Program {
    note: Note,
    seal: Option<PathBuf>,
    as_built: Vec<(PathBuf, [i64; 4])>,
    rounds: usize,
}

struct Round {
    code: i32,
    returned: bool,
    out: Vec<u8>,
}

impl Program {
    pub fn new(note: Note, seal: &Path) -> Result<Program> {
        let path = note.folder.join(&note.program);
        let seal = if seal.exists() && loads(&path)? {
            Some(seal.to_path_buf())
        } else {
            None
        };
        let files = Some(path).into_iter().chain(seal.clone());
        let as_built = files.map(|path| Ok((path.clone(), looks(&fs::metadata(path)?))));
        let as_built = as_built.collect::<Result<_>>()?;
        Ok(Program {
            note,
            seal,
            as_built,
            rounds: 0,
        })
    }

    pub fn judge(&mut self, judge: &mut Judge) -> Result<bool> {
        let folder = self.note.folder.to_string_lossy().into_owned();
        self.tell(judge, "at", folder.as_bytes());
        let list = self.run(&["--list"])?;
        if !self.passed(&list) || listed(&list.out).is_none() {
            // A harness of the project's own, of which only the end is understood.
            self.tell(judge, "kind", b"own");
            let round = self.run(&[])?;
            self.tell_round(judge, "all", &round);
            return Ok(round.code == 0);
        }
        self.tell(
            judge,
            "kind",
            if self.seal.is_some() { b"sealed" } else { b"open" },
        );
        let ignored = self.run(&["--list", "--ignored"])?;
        self.tell(judge, "list", &list.out);
        self.tell(judge, "ignored", &ignored.out);
        let ignored = listed(&ignored.out).unwrap_or_default();
        let mut left = listed(&list.out).unwrap_or_default();
        left.retain(|name| !ignored.contains(name));
        let mut failed: Vec<String> = Vec::new();
        loop {
            let mut words = vec!["--exact"];
            words.extend(failed.iter().flat_map(|name| vec!["--skip", name]));
            let round = self.run(if failed.is_empty() { &[] } else { &words })?;
            self.tell_round(judge, "all", &round);
            if self.passed(&round) {
                return Ok(failed.is_empty());
            }
            let named = failures(round.code, &round.out);
            let (more, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|name| named.contains(name));
            left = others;
            if left.is_empty() {
                return Ok(false);
            }
            if more.is_empty() || self.rounds >= MOST_ROUNDS {
                return Ok(self.each(judge, &left)? && failed.is_empty() && more.is_empty());
            }
            failed.extend(more);
        }
    }

    // Where a process ends and does not say of which test.
    fn each(&mut self, judge: &mut Judge, names: &[String]) -> Result<bool> {
        let mut good = true;
        for name in names {
            let round = self.run(&["--exact", name])?;
            self.tell_round(judge, &format!("only {}", name), &round);
            good &= self.passed(&round);
        }
        Ok(good)
    }

    fn passed(&self, round: &Round) -> bool {
        round.code == 0 && (round.returned || self.seal.is_none())
    }

    fn run(&mut self, words: &[&str]) -> Result<Round> {
        let is_as_built =
            |path: &PathBuf, was: &[i64; 4]| matches!(fs::metadata(path), Ok(now) if looks(&now) == *was);
        if !self.as_built.iter().all(|(path, was)| is_as_built(path, was)) {
            return Err(Error::new(
                ErrorKind::Other,
                "a program is not the one any more that was built",
            ));
        }
        let mut command = Command::new(&self.note.program);
        command
            .args(words)
            .env_clear()
            .envs(self.note.environment.iter().cloned());
        command
            .current_dir(&self.note.folder)
            .stdout(Stdio::piped())
            .stdin(Stdio::null());
        let secret = secret()?;
        if let Some(seal) = &self.seal {
            command.env("LD_PRELOAD", seal).stdin(Stdio::piped());
        }
        let mut child = command.spawn()?;
        let kept = heard(child.stdout.take());
        if let Some(mut input) = child.stdin.take() {
            // Who does not listen does not say it either.
            input.write_all(secret.as_bytes()).ok();
        }
        let ended = child.wait()?;
        alone::end_all_others();
        let mut out = kept.join().unwrap_or_default();
        let returned = out.ends_with(secret.as_bytes());
        if returned {
            out.truncate(out.len() - SECRET - 1);
        }
        Ok(Round {
            code: code(ended),
            returned,
            out,
        })
    }

    fn tell_round(&mut self, judge: &mut Judge, which: &str, round: &Round) {
        let end = format!("{} {} {}", round.code, self.passed(round), which);
        self.tell(judge, &format!("{}.end", self.rounds), end.as_bytes());
        self.tell(judge, &format!("{}.out", self.rounds), &round.out);
        self.rounds += 1;
    }

    fn tell(&self, judge: &mut Judge, what: &str, told: &[u8]) {
        let name = self
            .note
            .program
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        judge.tell(&format!("{}.{}", name, what), told);
    }
}

// Changed, put back or exchanged, it has another time of change, which nobody can set.
fn looks(about: &Metadata) -> [i64; 4] {
    [
        about.ino() as i64,
        about.size() as i64,
        about.ctime(),
        about.ctime_nsec(),
    ]
}

// Whether there is a loader that puts the seal before it: not in what is linked statically.
fn loads(path: &Path) -> Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(4096).read_to_end(&mut head)?;
    let loaders = [&b"/ld-linux"[..], b"/ld-musl"];
    Ok(loaders
        .iter()
        .any(|name| head.windows(name.len()).any(|part| part == *name)))
}

fn secret() -> Result<String> {
    let mut random = [0; SECRET / 2];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(random.iter().map(|byte| format!("{:02x}", byte)).collect())
}

pub fn heard(from: Option<ChildStdout>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        let mut part = vec![0; 1 << 16];
        let mut from = from.expect("a pipe");
        while let Ok(count) = from.read(&mut part) {
            if count == 0 {
                break;
            }
            if kept.len() > MOST_HEARD {
                kept.drain(..MOST_HEARD / 2);
            }
            kept.extend_from_slice(&part[..count]);
        }
        kept
    })
}

pub fn code(ended: ExitStatus) -> i32 {
    ended
        .code()
        .or_else(|| ended.signal().map(|signal| 128 + signal))
        .unwrap_or(255)
}
