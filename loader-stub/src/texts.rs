//! Texts by number, without a table, and numbers as texts.
//!
//! A table of strings is an array of pointers. The stub would have to relocate each of them at every start,
//! which costs a page fault, for messages that are hardly ever printed. Lines of one string need none.

/// The line with this number, counted from 0; empty if there is none.
pub fn line(texts: &'static str, number: usize) -> &'static [u8] {
    lines(texts).nth(number).unwrap_or_default()
}

/// The lines of a text.
pub fn lines(texts: &'static str) -> impl Iterator<Item = &'static [u8]> {
    texts.as_bytes().split(|&byte| byte == b'\n')
}

/// Room for `0x` and a number.
pub type HexBuffer = [u8; 2 + 2 * size_of::<usize>()];

/// `number` as C writes it with `%#zx`, but with all its zeros.
pub fn hexadecimal(number: usize, buffer: &mut HexBuffer) -> &[u8] {
    let mut rest = number;
    for place in buffer.iter_mut().rev() {
        let digit = (rest % 16) as u8;
        *place = digit + if digit < 10 { b'0' } else { b'a' - 10 };
        rest /= 16;
    }
    buffer[1] = b'x';
    buffer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_lines_by_number() {
        assert_eq!(
            [0, 1, 2].map(|number| line("a\nbc", number)),
            [&b"a"[..], b"bc", b""]
        );
    }

    #[test]
    fn writes_numbers() {
        for number in [0, 0x10, 0xdead_beef, usize::MAX] {
            let expected = std::format!("{number:#0width$x}", width = size_of::<HexBuffer>());
            assert_eq!(
                hexadecimal(number, &mut HexBuffer::default()),
                expected.as_bytes()
            );
        }
    }
}
