//! Cases with the hard ones planted: equal and orthogonal subspaces, angles far below √ε, nearly
//! dependent columns, huge and tiny scales, d = 1, k = d.
//!
//! A case is a few small integers, so that it shrinks; the matrices come from a
//! seeded generator in double precision and are rounded to the scalar under test,
//! which turns the span of a column by at most ε/2. Bounds are the crate's own
//! tolerances times the condition numbers that the case has.

use alignment_tax::{Direction, PrincipalAngles, Real, Subspace, tolerance};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use crate::common::{direction, rng, rotation, subspace};

/// Each generic property for f32 and for f64.
macro_rules! for_both_scalars {
    ($($property:ident($case:ident in $strategy:expr);)*) => {$(
        mod $property {
            use super::*;

            proptest! {
                #![proptest_config($crate::common::properties(64))]

                #[test]
                fn f32($case in $strategy) {
                    super::$property::<f32>(&$case)?;
                }

                #[test]
                fn f64($case in $strategy) {
                    super::$property::<f64>(&$case)?;
                }
            }
        }
    )*};
}

pub(crate) use for_both_scalars;

pub type Outcome = Result<(), TestCaseError>;

/// How an angle is planted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Planted {
    Equal,
    Orthogonal,
    /// 1e-12 for f64, 1e-6 for f32.
    Tiny,
    /// As far below a right angle.
    NearlyOrthogonal,
    /// π/4, where cosines hand over to sines.
    Diagonal,
    /// A share of a right angle, in hundredths.
    Share(u8),
}

impl Planted {
    fn radians<T: Real>(self) -> f64 {
        let tiny = if T::machine_epsilon().to_double() < 1e-10 {
            1e-12
        } else {
            1e-6
        };
        match self {
            Self::Equal => 0.0,
            Self::Orthogonal => std::f64::consts::FRAC_PI_2,
            Self::Tiny => tiny,
            Self::NearlyOrthogonal => std::f64::consts::FRAC_PI_2 - tiny,
            Self::Diagonal => std::f64::consts::FRAC_PI_4,
            Self::Share(s) => f64::from(s) / 100.0 * std::f64::consts::FRAC_PI_2,
        }
    }
}

fn planted() -> impl Strategy<Value = Planted> {
    prop_oneof![
        Just(Planted::Equal),
        Just(Planted::Orthogonal),
        Just(Planted::Tiny),
        Just(Planted::NearlyOrthogonal),
        Just(Planted::Diagonal),
        (1..100_u8).prop_map(Planted::Share),
    ]
}

/// The condition number of the matrix that mixes an orthonormal basis into columns.
fn condition() -> impl Strategy<Value = f64> {
    prop_oneof![3 => Just(1.0), 2 => Just(4.0), 1 => Just(1e3)]
}

/// A power of two for lengths, as a share of 2^±300 (f64) or 2^±40 (f32).
fn exponent() -> impl Strategy<Value = i8> {
    prop_oneof![2 => Just(0), 1 => Just(100), 1 => Just(-100), 1 => -100..=100_i8]
}

pub fn power<T: Real>(share: i8) -> T {
    let most = if T::exponent_range() > 1000 { 300 } else { 40 };
    T::from_double(2.0_f64.powi(i32::from(share) * most / 100))
}

/// d and k ≤ d, with d = 1 and k = d among them.
fn shape() -> impl Strategy<Value = (usize, usize)> {
    prop_oneof![
        1 => Just((1, 1)),
        1 => (2..16_usize).prop_map(|d| (d, d)),
        1 => (2..40_usize).prop_map(|d| (d, 1)),
        4 => (2..40_usize).prop_flat_map(|d| (Just(d), 1..=d.min(8))),
    ]
}

/// One subspace with its columns.
#[derive(Debug, Clone)]
pub struct Span {
    pub shape: (usize, usize),
    pub condition: f64,
    pub exponent: i8,
    pub seed: u64,
}

pub fn span() -> impl Strategy<Value = Span> {
    (shape(), condition(), exponent(), any::<u64>()).prop_map(
        |(shape, condition, exponent, seed)| Span {
            shape,
            condition,
            exponent,
            seed,
        },
    )
}

/// Two subspaces with known principal angles.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Shared or slanted directions, q of them.
    pub angles: Vec<Planted>,
    /// Further directions of one side, orthogonal to everything else.
    pub extra: usize,
    /// Which side has them.
    pub extra_on_the_left: bool,
    /// Coordinates that neither needs.
    pub room: usize,
    pub conditions: (f64, f64),
    pub exponents: (i8, i8),
    pub seed: u64,
}

pub fn pair() -> impl Strategy<Value = Pair> {
    (
        prop::collection::vec(planted(), 1..=6),
        0..4_usize,
        any::<bool>(),
        0..12_usize,
        (condition(), condition()),
        (exponent(), exponent()),
        any::<u64>(),
    )
        .prop_map(
            |(angles, extra, extra_on_the_left, room, conditions, exponents, seed)| Pair {
                angles,
                extra,
                extra_on_the_left,
                room,
                conditions,
                exponents,
                seed,
            },
        )
}

/// Two subspaces of one dimension, or three.
pub fn equal_dimensions() -> impl Strategy<Value = Pair> {
    pair().prop_map(|p| Pair {
        extra: 0,
        conditions: (1.0, 1.0),
        ..p
    })
}

/// A safety direction and capabilities: angles to some, duplicates of others.
#[derive(Debug, Clone)]
pub struct Players {
    pub d: usize,
    pub count: usize,
    pub seed: u64,
}

pub fn players() -> impl Strategy<Value = Players> {
    prop_oneof![
        1 => (1..=3_usize, any::<u64>()).prop_map(|(count, seed)| Players { d: 1, count, seed }),
        2 => (2..=4_usize, 1..=7_usize, any::<u64>())
            .prop_map(|(d, count, seed)| Players { d, count, seed }),
        3 => (8..40_usize, 1..=7_usize, any::<u64>())
            .prop_map(|(d, count, seed)| Players { d, count, seed }),
    ]
}

pub fn real<T: Real>(x: f64) -> T {
    T::from_double(x)
}

pub fn cast<T: Real>(a: &DMatrix<f64>) -> DMatrix<T> {
    a.map(|x| T::from_double(x))
}

/// A k × k matrix of condition number κ and norm one.
pub fn mixing(k: usize, condition: f64, random: &mut ChaCha8Rng) -> DMatrix<f64> {
    let spread = DVector::from_fn(k, |i, _| {
        if k == 1 {
            1.0
        } else {
            condition.powf(-(i as f64) / (k - 1) as f64)
        }
    });
    rotation::<f64>(k, random) * DMatrix::from_diagonal(&spread) * rotation::<f64>(k, random)
}

impl Span {
    /// Columns of the planted condition number and scale.
    pub fn columns<T: Real>(&self) -> DMatrix<T> {
        let (d, k) = self.shape;
        let random = &mut rng(self.seed);
        let basis = subspace::<f64>(d, k, random).basis().clone();
        cast::<T>(&(basis * mixing(k, self.condition, random))) * power::<T>(self.exponent)
    }

    pub fn subspace<T: Real>(&self) -> Subspace<T> {
        Subspace::from_columns(&self.columns::<T>()).expect("a span")
    }
}

/// What a pair is once it is built.
pub struct Built<T> {
    pub a: DMatrix<T>,
    pub b: DMatrix<T>,
    /// Ascending.
    pub angles: Vec<f64>,
}

impl Pair {
    pub fn build<T: Real>(&self) -> Built<T> {
        let q = self.angles.len();
        let d = 2 * q + self.extra + self.room;
        let random = &mut rng(self.seed);
        let frame = subspace::<f64>(d, 2 * q + self.extra, random)
            .basis()
            .clone();
        let mut angles: Vec<f64> = self.angles.iter().map(|a| a.radians::<T>()).collect();
        let a = frame.columns(0, q).into_owned();
        let mut b = DMatrix::zeros(d, q);
        for (j, theta) in angles.iter().enumerate() {
            let slanted = frame.column(j) * theta.cos() + frame.column(q + j) * theta.sin();
            b.set_column(j, &slanted);
        }
        let extra = frame.columns(2 * q, self.extra);
        let extend = |base: DMatrix<f64>, yes: bool| {
            if yes {
                DMatrix::from_fn(d, q + self.extra, |i, j| {
                    if j < q {
                        base[(i, j)]
                    } else {
                        extra[(i, j - q)]
                    }
                })
            } else {
                base
            }
        };
        let a = extend(a, self.extra_on_the_left);
        let b = extend(b, !self.extra_on_the_left);
        let a = &a * mixing(a.ncols(), self.conditions.0, random);
        let b = &b * mixing(b.ncols(), self.conditions.1, random);
        angles.sort_by(f64::total_cmp);
        Built {
            a: cast::<T>(&a) * power::<T>(self.exponents.0),
            b: cast::<T>(&b) * power::<T>(self.exponents.1),
            angles,
        }
    }

    pub fn subspaces<T: Real>(&self) -> (Subspace<T>, Subspace<T>) {
        let built = self.build::<T>();
        (
            Subspace::from_columns(&built.a).expect("a span"),
            Subspace::from_columns(&built.b).expect("a span"),
        )
    }
}

impl Players {
    /// A safety direction and capabilities, some of them repeated, opposite or
    /// nearly dependent.
    pub fn directions<T: Real>(&self) -> (Direction<T>, Vec<Direction<T>>) {
        let random = &mut rng(self.seed);
        let v = direction::<T>(self.d, random);
        let mut list: Vec<Direction<T>> = Vec::new();
        for _ in 0..self.count {
            let fresh = direction::<T>(self.d, random);
            let next = match (random.random_range(0..6), list.last()) {
                (0, Some(last)) => last.clone(),
                (1, Some(last)) => -last.clone(),
                (2, Some(last)) => {
                    let slight = fresh.as_vector() * real::<T>(1e-2);
                    Direction::new(&(last.as_vector() + slight)).expect("not zero")
                }
                _ => fresh,
            };
            list.push(next);
        }
        (v, list)
    }
}

/// The promised error of an angle between spans of raw columns: 8ε√k times their
/// condition numbers, once for the rounding of the columns and once for the work.
pub fn angle_bound<T: Real>(a: &Subspace<T>, b: &Subspace<T>) -> T {
    let k = a.dimension().max(b.dimension());
    tolerance::angle::<T>(k) * (a.condition_number() + b.condition_number())
}

pub fn check<T: Real>(what: &str, ours: T, truth: T, bound: T) -> Outcome {
    prop_assert!(
        (ours - truth).abs() <= bound,
        "{what}: {ours} against {truth}, bound {bound}"
    );
    Ok(())
}

pub fn no_more<T: Real>(what: &str, less: T, more: T, bound: T) -> Outcome {
    prop_assert!(
        less <= more + bound,
        "{what}: {less} > {more}, bound {bound}"
    );
    Ok(())
}

pub fn angles<T: Real>(a: &Subspace<T>, b: &Subspace<T>) -> PrincipalAngles<T> {
    PrincipalAngles::between(a, b).expect("angles")
}

pub fn same_angles<T: Real>(
    what: &str,
    x: &PrincipalAngles<T>,
    y: &PrincipalAngles<T>,
    bound: T,
) -> Outcome {
    prop_assert_eq!(x.radians().len(), y.radians().len());
    check(what, (x.radians() - y.radians()).amax(), T::zero(), bound)?;
    check(what, (x.cosines() - y.cosines()).amax(), T::zero(), bound)?;
    check(what, (x.sines() - y.sines()).amax(), T::zero(), bound)
}
