//! What has to hold of a result. A check that fails panics, which the driver reports as it
//! reports a panic of the crate.

use std::hash::{Hash, Hasher};
use std::mem::discriminant;

use alignment_tax::io::ReadError;
use alignment_tax::plot::PlotError;
use alignment_tax::{
    Error, FrontierError, Interval, MeasurementError, Subspace, TaxRate, tolerance,
};
use nalgebra::DMatrix;

use crate::draw::{Draw, Scalar};

/// An error, as far as one outcome differs from another.
pub trait Variant: std::fmt::Display {
    fn variant(&self, state: &mut Fnv);
}

pub struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl Variant for Error {
    fn variant(&self, state: &mut Fnv) {
        discriminant(self).hash(state);
    }
}

impl Variant for FrontierError {
    fn variant(&self, state: &mut Fnv) {
        discriminant(self).hash(state);
        if let Self::Input(error) = self {
            error.variant(state);
        }
    }
}

impl Variant for MeasurementError {
    fn variant(&self, state: &mut Fnv) {
        discriminant(self).hash(state);
        if let Self::Input(error) = self {
            error.variant(state);
        }
    }
}

impl Variant for ReadError {
    fn variant(&self, state: &mut Fnv) {
        discriminant(self).hash(state);
    }
}

impl Variant for PlotError {
    fn variant(&self, state: &mut Fnv) {
        discriminant(self).hash(state);
    }
}

impl Variant for serde_json::Error {
    fn variant(&self, state: &mut Fnv) {
        self.is_data().hash(state);
    }
}

impl Draw<'_> {
    /// Notes the outcome of a call. An error has a message, which is asked for now and then.
    pub fn call<R, E: Variant>(&mut self, call: &str, result: Result<R, E>) -> Option<R> {
        let mut state = Fnv(self.signature);
        state.write(call.as_bytes());
        let result = match result {
            Ok(result) => {
                self.ok += 1;
                state.write_u8(1);
                Some(result)
            }
            Err(error) => {
                self.refused += 1;
                error.variant(&mut state);
                if self.refused % 8 == 1 {
                    assert!(!error.to_string().is_empty(), "{call}: an empty message");
                }
                None
            }
        };
        self.signature = state.finish();
        result
    }

    /// Notes which of a few cases a result was.
    pub fn case(&mut self, case: usize) {
        let mut state = Fnv(self.signature);
        state.write_usize(case);
        self.signature = state.finish();
    }
}

pub fn finite<'a, T: Scalar>(what: &str, numbers: impl IntoIterator<Item = &'a T>) {
    for x in numbers {
        assert!(x.is_finite(), "{what}: {x}");
    }
}

pub fn is_finite<T: Scalar>(what: &str, x: T) {
    assert!(x.is_finite(), "{what}: {x}");
}

pub fn within<T: Scalar>(what: &str, x: T, least: T, most: T) {
    assert!(
        least <= x && x <= most,
        "{what}: {x:e} outside {least:e}..{most:e}"
    );
}

/// From 0 to 1: a rate, a probability, a share.
pub fn share<T: Scalar>(what: &str, x: T) {
    within(what, x, T::zero(), T::one());
}

pub fn rate<T: Scalar>(tau: TaxRate<T>) {
    share("tau", tau.value());
    share("1 - tau", tau.complement());
    share("cosine", tau.cosine());
    share("sine", tau.sine());
    within("angle", tau.angle(), T::zero(), T::frac_pi_2());
    let off = (tau.value() + tau.complement() - T::one()).abs();
    within(
        "tau + (1 - tau) - 1",
        off,
        T::zero(),
        tolerance::closed_form(),
    );
}

pub fn interval(what: &str, x: Interval) {
    is_finite(what, x.lower());
    is_finite(what, x.upper());
    assert!(x.lower() <= x.upper(), "{what}: {x}");
}

pub fn share_interval(what: &str, x: Interval) {
    share(what, x.lower());
    share(what, x.upper());
    assert!(x.lower() <= x.upper(), "{what}: {x}");
}

pub fn orthonormal<T: Scalar>(what: &str, q: &DMatrix<T>) {
    finite(what, q.iter());
    let bound = tolerance::orthonormality::<T>(q.nrows());
    let gram = q.tr_mul(q);
    for j in 0..q.ncols() {
        for i in 0..=j {
            let expected = if i == j { T::one() } else { T::zero() };
            let off = (gram[(i, j)] - expected).abs();
            assert!(
                off <= bound,
                "{what}: columns {i} and {j} are off by {off:e}, bound {bound:e}"
            );
        }
    }
}

pub fn subspace<T: Scalar>(what: &str, s: &Subspace<T>) {
    assert!(s.dimension() <= s.ambient_dimension(), "{what}: {s:?}");
    assert_eq!(
        s.basis().shape(),
        (s.ambient_dimension(), s.dimension()),
        "{what}"
    );
    orthonormal(what, s.basis());
    finite(what, s.singular_values().iter());
    descending(what, s.singular_values().as_slice());
    assert!(
        s.condition_number() >= T::one(),
        "{what}: κ = {}",
        s.condition_number()
    );
}

pub fn ascending<T: Scalar>(what: &str, numbers: &[T]) {
    assert!(numbers.is_sorted(), "{what}: {numbers:?}");
}

pub fn descending<T: Scalar>(what: &str, numbers: &[T]) {
    assert!(numbers.is_sorted_by(|a, b| a >= b), "{what}: {numbers:?}");
}
