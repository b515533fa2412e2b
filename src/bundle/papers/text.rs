//! The list of parts and licenses for people.

use super::part::Part;

pub(super) fn list(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        text += &part.title();
        if let Some(store_path) = &part.store_path {
            text += &format!(" ({})", store_path.display());
        }
        text += "\n";
        if part.places.is_empty() {
            text += "    license unknown: it came without the text of one\n";
        }
        for place in &part.places {
            text += &format!("    license in {}\n", place.display());
        }
    }
    text
}
