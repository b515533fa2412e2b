//! Tables of text: the first column to the left, the others to the right.

/// A table to be filled row by row.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these titles of columns.
    pub fn new(titles: &[&str]) -> Self {
        Self {
            rows: vec![titles.iter().map(|&title| title.to_owned()).collect()],
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<_> = (0..columns).map(width).collect();
        for row in &self.rows {
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                if column == 0 {
                    write!(f, "{cell:<width$}")?;
                } else {
                    write!(f, "  {cell:>width$}")?;
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Nanoseconds as microseconds.
pub fn microseconds(nanoseconds: impl Into<i128>) -> String {
    format!("{:.1} us", nanoseconds.into() as f64 / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["", "min"]);
        table.row(["floor".to_owned(), "1.0 us".to_owned()]);
        assert_eq!(table.to_string(), "          min\nfloor  1.0 us\n");
    }

    #[test]
    fn times_are_shown_in_microseconds() {
        assert_eq!(microseconds(1_234_567_u64), "1234.6 us");
        assert_eq!(microseconds(-50_i64), "-0.1 us");
    }
}
