//! The layout of a loader's file. What it lets pass has to be safe to map: everything that `image.rs` maps,
//! clears, reads or jumps to lies within the reserved span, and what it reads within the file as well.
//!
//! Input: a byte that chooses the page size, then the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use loader_stub::layout::{HEAD_SIZE, Layout};
use loader_stub::segment::align_up;

/// The beginning of a file, aligned as the stub has it.
#[repr(C, align(8))]
struct Head([u8; HEAD_SIZE]);

fuzz_target!(|input: &[u8]| {
    let Some((&choice, file)) = input.split_first() else {
        return;
    };
    let page_size = 4096 << (choice % 5);
    let mut head = Head([0; HEAD_SIZE]);
    let length = file.len().min(HEAD_SIZE);
    head.0[..length].copy_from_slice(&file[..length]);
    if let Ok(layout) = Layout::parse(&head.0[..length], page_size) {
        check(&layout, page_size);
    }
});

fn check(layout: &Layout<'_>, page_size: usize) {
    let mut end = layout.first.start;
    let mut entry_is_code = false;
    for segment in layout.segments() {
        assert_eq!(segment.start % page_size, 0);
        assert_eq!(segment.offset % page_size, 0);
        assert!(segment.start >= end, "sorted, and none over another");
        assert!(
            segment.start <= segment.file_end
                && segment.file_end <= segment.memory_end.max(segment.start)
        );
        let file_pages = align_up(segment.file_end, page_size).expect("it can be counted");
        end = align_up(segment.memory_end, page_size).expect("it can be counted");
        assert!(file_pages <= end.max(segment.start));
        let in_file = segment.offset + (segment.file_end - segment.start);
        assert!(in_file <= layout.file_size);
        let _ = layout.is_shown_by_first(&segment);
        let addresses = segment.start..segment.memory_end;
        entry_is_code |= addresses.contains(&layout.entry) && segment.protection & 4 != 0;
    }
    assert_eq!(end, layout.end);
    assert_eq!(layout.span(), layout.end - layout.first.start);
    assert!(entry_is_code);
    for range in layout.constants().filter(|range| !range.is_empty()) {
        assert!(layout.first.start <= range.start && range.end <= layout.end);
        // The first mapping shows the file from its own offset on.
        let offset = layout.first.offset + (range.end - layout.first.start);
        assert!(offset <= layout.file_size, "the file ends before");
    }
    if let Some(address) = layout.program_headers {
        assert!((layout.first.start..layout.end).contains(&address));
    }
    assert!(layout.alignment >= page_size && layout.alignment.is_power_of_two());
}
