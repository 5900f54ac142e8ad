//! What the checks share: the ends of the scalars, the two macros, and small helpers.

use alignment_tax::{Direction, Real};
use nalgebra::{DMatrix, DVector, dmatrix};

/// The ends of a scalar's range.
pub trait Extreme: Real + std::fmt::LowerExp {
    /// Its square overflows.
    const HUGE: Self;
    /// Its square vanishes.
    const MINUTE: Self;
    /// The smallest number above zero.
    const SUBNORMAL: Self;
    const LARGEST: Self;
    const NON_FINITE: [Self; 3];
}

impl Extreme for f64 {
    const HUGE: Self = 1e300;
    const MINUTE: Self = 1e-300;
    const SUBNORMAL: Self = 5e-324;
    const LARGEST: Self = Self::MAX;
    const NON_FINITE: [Self; 3] = [Self::NAN, Self::INFINITY, Self::NEG_INFINITY];
}

impl Extreme for f32 {
    const HUGE: Self = 1e37;
    const MINUTE: Self = 1e-37;
    const SUBNORMAL: Self = 1e-45;
    const LARGEST: Self = Self::MAX;
    const NON_FINITE: [Self; 3] = [Self::NAN, Self::INFINITY, Self::NEG_INFINITY];
}

/// Every magnitude at which a direction must still be the direction it is.
pub fn magnitudes<T: Extreme>() -> [T; 5] {
    [T::one(), T::HUGE, T::MINUTE, T::SUBNORMAL, T::LARGEST]
}

/// Each generic check for f32 and for f64.
macro_rules! for_both_scalars {
    ($($check:ident),* $(,)?) => {$(
        mod $check {
            #[test]
            fn f32() {
                super::$check::<f32>();
            }

            #[test]
            fn f64() {
                super::$check::<f64>();
            }
        }
    )*};
}

/// The call is an error of this variant with these fields.
macro_rules! refused {
    ($call:expr, $pattern:pat $(if $guard:expr)?) => {{
        let result = $call;
        assert!(
            matches!(&result, Err($pattern) $(if $guard)?),
            "{} gave {result:?}",
            stringify!($call),
        );
    }};
}

pub(crate) use {for_both_scalars, refused};

pub fn real<T: Real>(x: f64) -> T {
    T::from_double(x)
}

pub fn finite<'a, T: Real>(what: &str, numbers: impl IntoIterator<Item = &'a T>) {
    for x in numbers {
        assert!(x.is_finite(), "{what}: {x}");
    }
}

pub fn near<T: Real>(what: &str, ours: T, truth: T, bound: T) {
    assert!(
        (ours - truth).abs() <= bound,
        "{what}: {ours} against {truth}, bound {bound}"
    );
}

pub fn axis<T: Real>(d: usize, i: usize) -> Direction<T> {
    let mut x = DVector::zeros(d);
    x[i] = T::one();
    Direction::new(&x).expect("an axis")
}

/// The columns e₁·s and (e₁ + e₂)·t of R³.
pub fn two_columns<T: Real>(s: T, t: T) -> DMatrix<T> {
    let o = T::zero();
    dmatrix![s, t; o, t; o, o]
}
