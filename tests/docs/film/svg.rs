//! A film as an animated SVG: text in the reader's own monospaced font, moved by CSS alone. It shows its last picture to whoever has
//! asked for less motion.
//!
//! It is no sequence of pictures: each piece of text is there once, with the times at which it appears and goes.

use super::screen::{Cell, Look};
use super::session::{COLUMNS, Frame, ROWS};

/// Sizes in pixels. Text is stretched to the width of its cells, whatever the font.
const FONT: f32 = 14.0;
const WIDTH: f32 = 8.4;
const HEIGHT: f32 = 20.0;
const MARGIN: f32 = 16.0;
const BAR: f32 = 30.0;

/// Text of one look in a row, and when it is there: from and to, in milliseconds.
struct Piece {
    row: usize,
    column: usize,
    cells: Vec<Cell>,
    from: u32,
    to: u32,
}

/// The whole of it.
pub fn film(title: &str, frames: &[Frame]) -> String {
    let mut style = Style::new(frames.iter().map(|it| it.stays).sum());
    let mut body = String::new();
    for piece in pieces(frames) {
        let class = style.class_of(piece.from, piece.to);
        body += &text(&piece, &class);
    }
    style.moves("cursor", frames, |frame| {
        let (row, column) = frame.screen.cursor;
        (column as f32 * WIDTH, row as f32 * HEIGHT)
    });
    style.moves("paper", frames, |frame| {
        let above = (frame.screen.cursor.0 + 1).saturating_sub(ROWS.into());
        (0.0, -(above as f32) * HEIGHT)
    });
    page(title, &style.text, &body)
}

/// When things appear, go and move. What each class says besides is how things are in the last picture.
struct Style {
    text: String,
    /// The film's, in milliseconds.
    length: u32,
    /// From and to, of class `p0`, `p1` and so on.
    times: Vec<(u32, u32)>,
}

impl Style {
    fn new(length: u32) -> Self {
        Self {
            text: format!(".p{{animation:{length}ms step-end}}"),
            length,
            times: Vec::new(),
        }
    }

    /// A time as a part of the whole.
    fn percent(&self, time: u32) -> String {
        let percent = f64::from(time) * 100.0 / f64::from(self.length);
        format!("{}%", (percent * 1000.0).round() / 1000.0)
    }

    /// The classes of what is there from one time to another.
    fn class_of(&mut self, from: u32, to: u32) -> String {
        if (from, to) == (0, self.length) {
            return String::new();
        }
        if let Some(number) = self.times.iter().position(|it| *it == (from, to)) {
            return format!("p p{number}");
        }
        let number = self.times.len();
        self.times.push((from, to));
        let (mut keyframes, mut last) = (String::new(), "visible");
        if from > 0 {
            keyframes += "0%{visibility:hidden}";
        }
        keyframes += &format!("{}{{visibility:visible}}", self.percent(from));
        if to < self.length {
            keyframes += &format!("{}{{visibility:hidden}}", self.percent(to));
            last = "hidden";
        }
        self.text += &format!(
            "\n.p{number}{{visibility:{last};animation-name:k{number}}}@keyframes k{number}{{{keyframes}}}"
        );
        format!("p p{number}")
    }

    /// The class `name` of something that is at another place in each picture: to the right and downwards, in pixels.
    fn moves(&mut self, name: &str, frames: &[Frame], place: impl Fn(&Frame) -> (f32, f32)) {
        let mut keyframes = String::new();
        let (mut time, mut last) = (0, String::new());
        for frame in frames {
            let (x, y) = place(frame);
            let now = format!("transform:translate({}px,{}px)", round(x), round(y));
            if now != last {
                keyframes += &format!("{}{{{now}}}", self.percent(time));
                last = now;
            }
            time += frame.stays;
        }
        self.text +=
            &format!("\n.{name}{{{last};animation-name:{name}}}@keyframes {name}{{{keyframes}}}");
    }
}

/// The paper that text is on, with a window before it.
fn page(title: &str, style: &str, body: &str) -> String {
    let (text_width, text_height) = (f32::from(COLUMNS) * WIDTH, f32::from(ROWS) * HEIGHT);
    let (width, height) = (text_width + 2.0 * MARGIN, BAR + text_height + MARGIN);
    let [text_width, text_height, width, height] =
        [text_width, text_height, width, height].map(round);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">
<!-- Made by `cargo xtask film` of a real session. -->
<title>{title}</title>
<style>
svg{{--back:#f6f8fa;--edge:#d0d7de;--text:#1f2328;--dim:#656d76;--red:#cf222e;--green:#116329;--yellow:#7d4e00;--blue:#0550ae;--magenta:#8250df;--cyan:#1b7c83}}
@media (prefers-color-scheme:dark){{svg{{--back:#161b22;--edge:#30363d;--text:#e6edf3;--dim:#8d96a0;--red:#ff7b72;--green:#7ee787;--yellow:#e3b341;--blue:#79c0ff;--magenta:#d2a8ff;--cyan:#56d4dd}}}}
text{{font:{FONT}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;fill:var(--text);white-space:pre}}
.b{{font-weight:bold}}.d{{fill:var(--dim)}}.c1{{fill:var(--red)}}.c2{{fill:var(--green)}}.c3{{fill:var(--yellow)}}.c4{{fill:var(--blue)}}.c5{{fill:var(--magenta)}}.c6{{fill:var(--cyan)}}
{style}
@media (prefers-reduced-motion:reduce){{.p{{animation:none}}}}
</style>
<rect x=".5" y=".5" width="{}" height="{}" rx="8" fill="var(--back)" stroke="var(--edge)"/>
<g fill="var(--edge)"><circle cx="18" cy="16" r="5"/><circle cx="36" cy="16" r="5"/><circle cx="54" cy="16" r="5"/></g>
<svg x="{MARGIN}" y="{BAR}" width="{text_width}" height="{text_height}"><g class="p paper">
<rect class="p cursor" width="{WIDTH}" height="{HEIGHT}" fill="var(--dim)" opacity=".5"/>
{body}</g></svg>
</svg>
"##,
        f32::from(COLUMNS) * WIDTH + 2.0 * MARGIN - 1.0,
        BAR + f32::from(ROWS) * HEIGHT + MARGIN - 1.0,
    )
}

fn text(piece: &Piece, class: &str) -> String {
    let letters: String = piece.cells.iter().map(|it| it.letter).collect();
    let Look {
        colour,
        is_bold,
        is_dim,
    } = piece.cells[0].look;
    let colour = colour.map(|it| {
        if it % 8 == 0 || it % 8 == 7 {
            "d".to_owned()
        } else {
            format!("c{}", it % 8)
        }
    });
    let classes = [
        Some(class.to_owned()).filter(|it| !it.is_empty()),
        colour,
        is_bold.then(|| "b".to_owned()),
        is_dim.then(|| "d".to_owned()),
    ];
    let classes = classes.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let x = round(piece.column as f32 * WIDTH);
    let y = round(piece.row as f32 * HEIGHT + FONT);
    let width = match piece.cells.len() {
        1 => String::new(),
        count => format!(r#" textLength="{}""#, round(count as f32 * WIDTH)),
    };
    let letters = letters
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<text class=\"{classes}\" x=\"{x}\" y=\"{y}\"{width}>{letters}</text>\n")
}

fn round(number: f32) -> f32 {
    (number * 10.0).round() / 10.0
}

/// All pieces, in the order in which they appear.
fn pieces(frames: &[Frame]) -> Vec<Piece> {
    let rows = frames[0].screen.rows.len();
    let mut done = Vec::new();
    for row in 0..rows {
        let mut open: Vec<Piece> = Vec::new();
        let mut time = 0;
        for frame in frames {
            let now = &frame.screen.rows[row];
            // What is as it was stays.
            while let Some(last) = open.last() {
                let place = last.column..last.column + last.cells.len();
                if now.get(place) == Some(&last.cells[..]) {
                    break;
                }
                let mut gone = open.pop().expect("it is there");
                gone.to = time;
                done.push(gone);
            }
            let start = open.last().map_or(0, |it| it.column + it.cells.len());
            open.extend(runs(&now[start..]).map(|(column, cells)| Piece {
                row,
                column: start + column,
                cells: cells.to_vec(),
                from: time,
                to: 0,
            }));
            time += frame.stays;
        }
        for mut piece in open {
            piece.to = time;
            done.push(piece);
        }
    }
    done.sort_by_key(|it| (it.from, it.row, it.column));
    done
}

/// Cells of one look that stand together, each with its column; without what is nothing but spaces.
fn runs(cells: &[Cell]) -> impl Iterator<Item = (usize, &[Cell])> {
    let mut column = 0;
    let runs = cells.chunk_by(|one, other| one.look == other.look);
    runs.filter_map(move |run| {
        let start = column;
        column += run.len();
        let spaces = run.iter().take_while(|it| it.letter == ' ').count();
        (spaces < run.len()).then(|| (start + spaces, &run[spaces..]))
    })
}

/// The texts of a film in the order in which they appear, without what is another at each time: sizes.
pub fn texts(film: &str) -> Vec<String> {
    let texts = film.split("<text ").skip(1);
    let texts = texts.filter_map(|it| it.split_once('>')?.1.split_once("</text>"));
    texts.map(|(text, _)| without_sizes(text)).collect()
}

/// `1.69 MiB` is `0 MiB`: how well something is compressed depends on what compresses it.
fn without_sizes(text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    for place in 1..words.len() {
        if ["B", "KiB", "MiB"].contains(&words[place]) {
            words[place - 1] = "0";
        }
    }
    words.join(" ")
}

#[test]
fn what_is_below_the_window_is_scrolled_to() {
    let screen = |row| super::screen::Screen {
        rows: vec![Vec::new(); 40],
        cursor: (row, 0),
    };
    let frames = [0, usize::from(ROWS) + 2].map(|row| Frame {
        screen: screen(row),
        stays: 500,
    });
    let film = film("scrolled", &frames);
    let paper =
        "@keyframes paper{0%{transform:translate(0px,-0px)}50%{transform:translate(0px,-60px)}}";
    assert!(film.contains(paper), "{film}");
}
