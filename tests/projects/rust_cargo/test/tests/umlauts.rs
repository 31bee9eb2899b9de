use fitting::{left, truncate};

#[test]
fn cut_between_characters() {
    assert_eq!(truncate("Grüße", 3), "Grü");
}

#[test]
fn characters_are_counted_and_not_bytes() {
    assert_eq!(truncate("größer", 4), "größ");
    assert_eq!(left("größe", 5), "größe");
}
