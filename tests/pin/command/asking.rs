//! Questions on a terminal.

use super::ground::Ground;
use crate::terminal::Terminal;

/// What shows the cursor of a terminal.
const SHOW_CURSOR: &str = "\x1b[?25h";
/// What hides it.
const HIDE_CURSOR: &str = "\x1b[?25l";

/// Two packages that are as good, and a question which one is to be taken.
fn asked(ground: &Ground) -> (std::path::PathBuf, Terminal) {
    let program = ground.program("program", &["a"]);
    let packages = [
        ground.package("apple", "a", 1),
        ground.package("pear", "a", 2),
    ];
    ground.add_to_index(&[&packages[0], &packages[1]]);
    let mut terminal = Terminal::start(&mut ground.command(&["pin", "./program"]));
    terminal.sees("Which package is to give");
    terminal.sees("(a store path)");
    (program, terminal)
}

/// Each of the two, so that none is taken because it is the first.
pub fn a_question_is_answered_by_searching() {
    for (typed, number) in [("apple", 1), ("pear", 2)] {
        let ground = Ground::new();
        let (program, mut terminal) = asked(&ground);
        terminal.types(typed);
        terminal.sees(&format!("Esc to stop) {typed}"));
        terminal.types("\r");
        let ended = terminal.ends();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.screen.contains("selected by you"), "{ended:?}");
        ground.prints(&program, &[number]);
    }
}

pub fn a_question_can_be_left_by_escape() {
    let ground = Ground::new();
    let (program, mut terminal) = asked(&ground);
    terminal.types("\x1b");
    let ended = terminal.ends();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.screen.contains("nothing was pinned"), "{ended:?}");
    assert_eq!(ground.settled(&program), "nothing");
}

pub fn an_interrupted_question_leaves_the_cursor() {
    let ground = Ground::new();
    let (program, terminal) = asked(&ground);
    let ended = terminal.types_until_the_end("\x03");
    assert_eq!(ended.signal, Some(nix::libc::SIGINT), "{ended:?}");
    let last = |text| ended.screen.rfind(text);
    assert!(last(HIDE_CURSOR).is_some(), "{ended:?}");
    assert!(last(SHOW_CURSOR) > last(HIDE_CURSOR), "{ended:?}");
    assert_eq!(ground.settled(&program), "nothing");
}

pub fn nothing_is_asked_where_it_is_clear() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    ground.add_to_index(&[&ground.package("apple", "a", 1)]);
    let terminal = Terminal::start(&mut ground.command(&["pin", "./program"]));
    let ended = terminal.ends();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.screen.contains("Which package"), "{ended:?}");
    ground.prints(&program, &[1]);
}
