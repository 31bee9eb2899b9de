use crate::cut::truncate;

/// Text at the left, filled up with spaces; never longer than `width`.
pub fn left(text: &str, width: usize) -> String {
    let cut = truncate(text, width);
    format!("{}{}", cut, spaces(cut, width))
}

/// Text at the right.
pub fn right(text: &str, width: usize) -> String {
    let cut = truncate(text, width);
    format!("{}{}", spaces(cut, width), cut)
}

/// Text in the middle; of an odd number of spaces the greater half is at the right.
pub fn center(text: &str, width: usize) -> String {
    let cut = truncate(text, width);
    let all = spaces(cut, width);
    let before = all.len() / 2;
    format!("{}{}{}", &all[..before], cut, &all[before..])
}

fn spaces(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(text.chars().count()))
}
