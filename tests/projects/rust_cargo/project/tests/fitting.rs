use fitting::{center, left, right, wrap};

#[test]
fn padded() {
    assert_eq!(left("ab", 4), "ab  ");
    assert_eq!(right("ab", 4), "  ab");
    assert_eq!(center("ab", 5), " ab  ");
}

#[test]
fn padding_cuts_what_is_too_long() {
    assert_eq!(left("abcdef", 4), "abcd");
}

#[test]
fn wrapped_between_words() {
    assert_eq!(wrap("a quick brown fox", 7), ["a quick", "brown", "fox"]);
    assert!(wrap("  ", 7).is_empty());
}
