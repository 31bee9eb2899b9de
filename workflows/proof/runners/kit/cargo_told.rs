// What libtest tells: which tests there are, and which of them failed.

pub fn listed(out: &[u8]) -> Option<Vec<String>> {
    let out = String::from_utf8_lossy(out);
    let mut lines: Vec<&str> = out.lines().filter(|line| !line.is_empty()).collect();
    let counts = lines.pop()?.split(", ");
    let counted: Vec<usize> = counts
        .filter_map(|part| part.split(' ').next()?.parse().ok())
        .collect();
    let names = lines
        .iter()
        .filter_map(|line| Some(line.rsplitn(2, ": ").nth(1)?.to_string()));
    let names: Vec<String> = names.collect();
    if counted.len() == 2 && counted[0] + counted[1] == names.len() && names.len() == lines.len() {
        Some(names)
    } else {
        None
    }
}

// As libtest names them at its very end.
pub fn failures(code: i32, out: &[u8]) -> Vec<String> {
    let out = String::from_utf8_lossy(out);
    let last = if code == 101 {
        out.rsplit("\nfailures:\n").next()
    } else {
        None
    };
    let lines = last
        .unwrap_or("")
        .lines()
        .filter_map(|line| line.strip_prefix("    "));
    lines.map(str::to_string).collect()
}
