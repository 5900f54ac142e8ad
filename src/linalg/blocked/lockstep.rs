//! Two threads that take the turns of a loop side by side, each with half of the work, and see after each
//! turn what both have made of it.
//!
//! The second one may come late or never: until it joins, the first does both halves, and nobody waits for a thread
//! that is not running.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

/// Looks at the other thread before this one lets others have its processor.
const PATIENCE: usize = 1_000;

/// Nobody has joined, somebody waits for work, the work is there, there is none any more.
const ALONE: u8 = 0;
const JOINED: u8 = 1;
const HANDED_OVER: u8 = 2;
const CLOSED: u8 = 3;

pub(super) struct Lockstep<W, S> {
    stage: AtomicU8,
    work: Mutex<Option<W>>,
    /// Turns that each has finished, and what came of the last two of them: one may be read while the next
    /// is made, and is no longer once that has been seen.
    finished: [AtomicUsize; 2],
    shares: [[RwLock<S>; 2]; 2],
}

impl<W, S: Clone> Lockstep<W, S> {
    pub(super) fn new(share: &S) -> Self {
        Self {
            stage: AtomicU8::new(ALONE),
            work: Mutex::new(None),
            finished: [0; 2].map(AtomicUsize::new),
            shares: [(); 2].map(|()| [(); 2].map(|()| RwLock::new(share.clone()))),
        }
    }

    /// Of the second thread: its work, once there is some; `None` where it has come too late.
    pub(super) fn join(&self) -> Option<W> {
        self.stage
            .compare_exchange(ALONE, JOINED, Ordering::AcqRel, Ordering::Acquire)
            .ok()?;
        wait_until(|| self.stage.load(Ordering::Acquire) != JOINED);
        self.work
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Of the first thread: whether the second waits for work.
    pub(super) fn is_joined(&self) -> bool {
        self.stage.load(Ordering::Acquire) == JOINED
    }

    /// Of the first thread, of the second's work.
    pub(super) fn hand_over(&self, work: W) {
        *self.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(work);
        self.stage.store(HANDED_OVER, Ordering::Release);
    }

    /// Of the first thread, which has done all by itself.
    pub(super) fn close(&self) {
        self.stage.store(CLOSED, Ordering::Release);
    }

    /// Shows what one side, 0 or 1, has made of a turn, in exchange for something out of date, and waits for
    /// what the other has: both in order.
    pub(super) fn exchange(
        &self,
        side: usize,
        turn: usize,
        share: &mut S,
    ) -> [RwLockReadGuard<'_, S>; 2] {
        let place = turn % 2;
        let mut shown = self.shares[side][place]
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut *shown, share);
        drop(shown);
        self.finished[side].store(turn + 1, Ordering::Release);
        wait_until(|| self.finished[1 - side].load(Ordering::Acquire) > turn);
        [0, 1].map(|side| {
            self.shares[side][place]
                .read()
                .unwrap_or_else(PoisonError::into_inner)
        })
    }
}

fn wait_until(is_so: impl Fn() -> bool) {
    let mut looks = 0;
    while !is_so() {
        looks += 1;
        if looks < PATIENCE {
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each adds to its sum what the other has shown.
    fn sums(lockstep: &Lockstep<u64, u64>, side: usize, seed: u64) -> u64 {
        let (mut sum, mut share) = (seed, 0);
        for turn in 0..1000 {
            share = sum.wrapping_mul(31).wrapping_add(side as u64);
            let shares = lockstep.exchange(side, turn, &mut share);
            let weighed = shares[1].wrapping_mul(3);
            sum = sum.wrapping_add(*shares[0]).wrapping_add(weighed);
        }
        std::hint::black_box(share);
        sum
    }

    #[test]
    fn both_see_what_both_have_made() {
        let mut expected = 7_u64;
        for _ in 0..1000 {
            let shares = [0, 1].map(|side| expected.wrapping_mul(31).wrapping_add(side));
            let weighed = shares[1].wrapping_mul(3);
            expected = expected.wrapping_add(shares[0]).wrapping_add(weighed);
        }
        let lockstep = Lockstep::new(&0);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| sums(&lockstep, 1, lockstep.join().expect("in time")));
            wait_until(|| lockstep.is_joined());
            lockstep.hand_over(7);
            assert_eq!(sums(&lockstep, 0, 7), expected);
            assert_eq!(second.join().ok(), Some(expected));
        });
    }

    #[test]
    fn who_comes_too_late_or_for_nothing_gets_no_work() {
        let lockstep = Lockstep::<u64, u64>::new(&0);
        lockstep.close();
        assert_eq!(lockstep.join(), None);
        let lockstep = Lockstep::<u64, u64>::new(&0);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| lockstep.join());
            wait_until(|| lockstep.is_joined());
            lockstep.close();
            assert_eq!(second.join().ok(), Some(None));
        });
    }
}
