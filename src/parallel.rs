//! The same work for many things, by all cores.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Does `work` for each of the items. The results have the items' order.
///
/// # Panics
/// `work` panics.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    each_with(items, || (), |(), item| work(item))
}

/// The same with something that `make` makes once per thread, and that `work` may use.
///
/// # Panics
/// `make` or `work` panics.
pub fn each_with<T: Sync, S, R: Send>(
    items: &[T],
    make: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let take = || {
        let mut own = Vec::new();
        let mut tool = make();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(number) else {
                break;
            };
            own.push((number, work(&mut tool, item)));
        }
        done.lock().expect("nobody panics with it").extend(own);
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 1..threads.min(items.len()) {
            scope.spawn(take);
        }
        take();
    });
    let mut done = done.into_inner().expect("nobody panics with it");
    done.sort_by_key(|it: &(usize, R)| it.0);
    done.into_iter().map(|it| it.1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_have_the_order_of_the_items() {
        let items: Vec<u64> = (0..1000).collect();
        let squares = each(&items, |it| it * it);
        assert!(
            squares
                .iter()
                .zip(&items)
                .all(|(square, it)| *square == it * it)
        );
        assert_eq!(squares.len(), items.len());
        assert!(each(&[0u8; 0], |it| *it).is_empty());
    }
}
