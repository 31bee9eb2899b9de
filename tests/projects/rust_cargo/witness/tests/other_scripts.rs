#[test]
fn any_script_is_cut_by_characters() {
    for text in ["日本語の本", "пример", "a😀b😀c"] {
        for width in 0..5 {
            let cut = fitting::truncate(text, width);
            assert_eq!(cut.chars().count(), width);
            assert!(text.starts_with(cut));
        }
    }
}
