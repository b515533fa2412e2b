//! What is on a terminal's screen, by a terminal emulator.

use sha2::{Digest, Sha256};
use vt100::Color;

/// How a cell looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// One of the terminal's 16 colours.
    pub colour: Option<u8>,
    pub is_bold: bool,
    pub is_dim: bool,
}

/// A letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    pub letter: char,
    pub look: Look,
}

/// Its rows, without spaces at their ends, and where the cursor is: row and column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    pub rows: Vec<Vec<Cell>>,
    pub cursor: (usize, usize),
}

impl Screen {
    /// What an emulator shows. Hashes of store paths are replaced: they change with what the machine has.
    pub fn of(screen: &vt100::Screen) -> Self {
        let (rows, columns) = screen.size();
        let mut all: Vec<Vec<Cell>> = (0..rows.get())
            .map(|row| {
                (0..columns.get())
                    .map(|column| cell(screen, row, column))
                    .collect()
            })
            .collect();
        for row in &mut all {
            let used = row.iter().rposition(|it| it.letter != ' ');
            row.truncate(used.map_or(0, |it| it + 1));
            replace_hashes(row);
        }
        let (row, column) = screen.cursor_position();
        Self {
            rows: all,
            cursor: (row.into(), column.into()),
        }
    }
}

fn cell(screen: &vt100::Screen, row: u16, column: u16) -> Cell {
    let cell = screen.cell(row, column).expect("it is on the screen");
    let colour = match cell.fgcolor() {
        Color::Default => None,
        Color::Idx(number) if number < 16 => Some(number),
        other => panic!("no colour for {other:?}"),
    };
    let look = Look {
        colour,
        is_bold: cell.bold(),
        is_dim: cell.dim(),
    };
    Cell {
        letter: cell.contents().chars().next().unwrap_or(' '),
        look,
    }
}

/// Gives store paths a hash that depends on their names alone.
fn replace_hashes(row: &mut [Cell]) {
    const LENGTH: usize = 32;
    let store: Vec<char> = "/nix/store/".chars().collect();
    let letters: Vec<char> = row.iter().map(|it| it.letter).collect();
    for start in 0..letters.len() {
        if !letters[start..].starts_with(&store) {
            continue;
        }
        let name = start + store.len() + LENGTH;
        let is_hash = |it: &char| it.is_ascii_alphanumeric();
        let Some(hash) = letters.get(start + store.len()..name) else {
            continue;
        };
        if !hash.iter().all(is_hash) || letters.get(name) != Some(&'-') {
            continue;
        }
        let is_name = |it: &&char| it.is_ascii_alphanumeric() || "-+._".contains(**it);
        let name: String = letters[name..].iter().take_while(is_name).collect();
        let digest = Sha256::digest(name.as_bytes());
        let digits: Vec<char> = "0123456789abcdfghijklmnpqrsvwxyz".chars().collect();
        for (place, byte) in digest.iter().enumerate().take(LENGTH) {
            row[start + store.len() + place].letter = digits[usize::from(*byte) % digits.len()];
        }
    }
}

#[test]
fn hashes_are_replaced_and_nothing_else() {
    let text = format!(
        "(/nix/store/{}-zlib-1.3) {}",
        "a".repeat(32),
        "a".repeat(32)
    );
    let [rows, columns] = [1, 100].map(|it| std::num::NonZero::new(it).unwrap());
    let mut parser = vt100::Parser::new(rows, columns, 0);
    parser.process(text.as_bytes());
    let row = &Screen::of(parser.screen()).rows[0];
    let shown: String = row.iter().map(|it| it.letter).collect();
    assert_eq!(shown.len(), text.len());
    assert!(
        shown.starts_with("(/nix/store/") && shown.ends_with(&text[44..]),
        "{shown}"
    );
    assert_ne!(shown, text);
}
