//! The order of names in the cache: `_dl_cache_libcmp` in glibc's `elf/dl-cache.c`.
//!
//! Names are compared character by character, but a run of digits counts as one number, greater
//! than any other character. A NUL ends a name and counts as the character 0, which is less than
//! any ASCII character and, where `char` is signed, greater than any other.
//!
//! The numbers are of C's type `int`. Longer ones overflow, and so may the difference by which
//! glibc compares them; all compilers let both wrap around. With such differences the loader's
//! order goes in circles (a < b < c < a), by which nothing can be sorted. So there are two orders
//! here, which differ for numbers further apart than 2^31 only: the loader's, and one to sort by.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::elf::Architecture;

/// The order by which the loader of `architecture` searches.
pub(super) fn loader_order(a: &OsStr, b: &OsStr, architecture: &Architecture) -> Ordering {
    compare(a, b, architecture, |a, b| a.wrapping_sub(b).cmp(&0))
}

/// A total order that agrees with [`loader_order`] unless numbers are further apart than 2^31.
pub(super) fn sorting_order(a: &OsStr, b: &OsStr, architecture: &Architecture) -> Ordering {
    compare(a, b, architecture, |a, b| a.cmp(&b))
}

fn compare(
    a: &OsStr,
    b: &OsStr,
    architecture: &Architecture,
    compare_numbers: fn(i32, i32) -> Ordering,
) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        let (left, right) = (next(&mut a), next(&mut b));
        let order = match (left, right) {
            (Token::Number(left), Token::Number(right)) => compare_numbers(left, right),
            (Token::Number(_), Token::Character(_)) => Ordering::Greater,
            (Token::Character(_), Token::Number(_)) => Ordering::Less,
            (Token::Character(left), Token::Character(right)) if architecture.char_is_signed => {
                left.cast_signed().cmp(&right.cast_signed())
            }
            (Token::Character(left), Token::Character(right)) => left.cmp(&right),
        };
        if order.is_ne() || left == Token::Character(0) {
            return order;
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Number(i32),
    Character(u8),
}

/// Takes the next character or run of digits off the front of `name`; at its end, a NUL.
fn next(name: &mut &[u8]) -> Token {
    let digits = name.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (run, rest) = name.split_at(digits);
    if !run.is_empty() {
        *name = rest;
        return Token::Number(run.iter().fold(0, |value: i32, digit| {
            value.wrapping_mul(10).wrapping_add(i32::from(digit - b'0'))
        }));
    }
    match rest.split_first() {
        Some((&byte, rest)) => {
            *name = rest;
            Token::Character(byte)
        }
        None => Token::Character(0),
    }
}
