/// The first `width` characters.
pub fn truncate(text: &str, width: usize) -> &str {
    if text.len() <= width {
        return text;
    }
    &text[..width]
}

/// Cut to `width` characters, the last of which is `…` where something was cut off.
pub fn ellipsis(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_string();
    }
    match width {
        0 => String::new(),
        _ => format!("{}…", truncate(text, width - 1).trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_text_stays() {
        assert_eq!(truncate("abc", 3), "abc");
        assert_eq!(truncate("", 0), "");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(truncate("abcdef", 2), "ab");
        assert_eq!(ellipsis("abc def", 5), "abc…");
        assert_eq!(ellipsis("abc", 0), "");
    }
}
