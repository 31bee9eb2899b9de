// How cargo would run a program of tests: written down in its place, and nothing runs yet.

use std::ffi::OsString;
use std::fs;
use std::io::{Error, Result};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

pub struct Note {
    pub folder: PathBuf,
    pub program: PathBuf,
    pub environment: Vec<(OsString, OsString)>,
}

pub fn take(folder: &str, words: &[String]) {
    let here = std::env::current_dir().expect("a folder");
    let mut parts = vec![here.into_os_string(), OsString::from(&words[0])];
    parts.extend(std::env::vars_os().flat_map(|(name, value)| vec![name, value]));
    let whole: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    let name = Path::new(&words[0]).file_name().expect("a name");
    fs::write(Path::new(folder).join(name), whole.join(&0)).expect("a note");
}

impl Note {
    pub fn read(path: &Path, runner: &str) -> Result<Note> {
        let whole = fs::read(path)?;
        let mut parts = whole
            .split(|byte| *byte == 0)
            .map(|part| OsString::from_vec(part.to_vec()));
        let mut next = || parts.next().ok_or_else(|| Error::from_raw_os_error(5));
        let (folder, program) = (next()?.into(), next()?.into());
        let mut environment = Vec::new();
        while let (Ok(name), Ok(value)) = (next(), next()) {
            if name != runner && name != "LD_PRELOAD" {
                environment.push((name, value));
            }
        }
        Ok(Note {
            folder,
            program,
            environment,
        })
    }
}
