//! Texts for scripts of sh.

/// A text that means itself within double quotes: POSIX, Shell Command Language, 2.2.3.
pub(super) fn literal(text: &str) -> String {
    let mut literal = String::new();
    for letter in text.chars() {
        if "\\\"$`".contains(letter) {
            literal.push('\\');
        }
        literal.push(letter);
    }
    literal
}
