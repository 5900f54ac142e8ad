//! Properties of subspaces, angles and tax rates that hold for every input, on
//! strategies that plant the hard ones: equal and orthogonal subspaces, angles far
//! below √ε, nearly dependent columns, huge and tiny scales, d = 1, k = d.
//!
//! A case is a few small integers, so that it shrinks; the matrices come from a
//! seeded generator in double precision and are rounded to the scalar under test,
//! which turns the span of a column by at most ε/2. Bounds are the crate's own
//! tolerances times the condition numbers that the case has.

mod common;

use alignment_tax::{
    Attribution, Direction, Overlap, PrincipalAngles, PrincipalVectors, Real, Subspace, TaxRate,
    TaxSpectrum, tolerance,
};
use common::{direction, gaussian, properties, rng, rotation, subspace};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// Each generic property for f32 and for f64.
macro_rules! properties {
    ($($property:ident($case:ident in $strategy:expr);)*) => {$(
        mod $property {
            use super::*;

            proptest! {
                #![proptest_config(properties(64))]

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

type Distance<T> = fn(&PrincipalAngles<T>) -> T;
type Outcome = Result<(), TestCaseError>;

// -------------------------------------------------------------------- strategies

/// How an angle is planted.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Planted {
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

fn power<T: Real>(share: i8) -> T {
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
struct Span {
    shape: (usize, usize),
    condition: f64,
    exponent: i8,
    seed: u64,
}

fn span() -> impl Strategy<Value = Span> {
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
struct Pair {
    /// Shared or slanted directions, q of them.
    angles: Vec<Planted>,
    /// Further directions of one side, orthogonal to everything else.
    extra: usize,
    /// Which side has them.
    extra_on_the_left: bool,
    /// Coordinates that neither needs.
    room: usize,
    conditions: (f64, f64),
    exponents: (i8, i8),
    seed: u64,
}

fn pair() -> impl Strategy<Value = Pair> {
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
fn equal_dimensions() -> impl Strategy<Value = Pair> {
    pair().prop_map(|p| Pair {
        extra: 0,
        conditions: (1.0, 1.0),
        ..p
    })
}

/// A safety direction and capabilities: angles to some, duplicates of others.
#[derive(Debug, Clone)]
struct Players {
    d: usize,
    count: usize,
    seed: u64,
}

fn players() -> impl Strategy<Value = Players> {
    prop_oneof![
        1 => (1..=3_usize, any::<u64>()).prop_map(|(count, seed)| Players { d: 1, count, seed }),
        2 => (2..=4_usize, 1..=7_usize, any::<u64>())
            .prop_map(|(d, count, seed)| Players { d, count, seed }),
        3 => (8..40_usize, 1..=7_usize, any::<u64>())
            .prop_map(|(d, count, seed)| Players { d, count, seed }),
    ]
}

// --------------------------------------------------------------------- generators

fn real<T: Real>(x: f64) -> T {
    T::from_double(x)
}

fn cast<T: Real>(a: &DMatrix<f64>) -> DMatrix<T> {
    a.map(|x| T::from_double(x))
}

/// A k × k matrix of condition number κ and norm one.
fn mixing(k: usize, condition: f64, random: &mut ChaCha8Rng) -> DMatrix<f64> {
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
    fn columns<T: Real>(&self) -> DMatrix<T> {
        let (d, k) = self.shape;
        let random = &mut rng(self.seed);
        let basis = subspace::<f64>(d, k, random).basis().clone();
        cast::<T>(&(basis * mixing(k, self.condition, random))) * power::<T>(self.exponent)
    }

    fn subspace<T: Real>(&self) -> Subspace<T> {
        Subspace::from_columns(&self.columns::<T>()).expect("a span")
    }
}

/// What a pair is once it is built.
struct Built<T> {
    a: DMatrix<T>,
    b: DMatrix<T>,
    /// Ascending.
    angles: Vec<f64>,
}

impl Pair {
    fn build<T: Real>(&self) -> Built<T> {
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

    fn subspaces<T: Real>(&self) -> (Subspace<T>, Subspace<T>) {
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
    fn directions<T: Real>(&self) -> (Direction<T>, Vec<Direction<T>>) {
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
fn angle_bound<T: Real>(a: &Subspace<T>, b: &Subspace<T>) -> T {
    let k = a.dimension().max(b.dimension());
    tolerance::angle::<T>(k) * (a.condition_number() + b.condition_number())
}

fn check<T: Real>(what: &str, ours: T, truth: T, bound: T) -> Outcome {
    prop_assert!(
        (ours - truth).abs() <= bound,
        "{what}: {ours} against {truth}, bound {bound}"
    );
    Ok(())
}

fn no_more<T: Real>(what: &str, less: T, more: T, bound: T) -> Outcome {
    prop_assert!(
        less <= more + bound,
        "{what}: {less} > {more}, bound {bound}"
    );
    Ok(())
}

fn angles<T: Real>(a: &Subspace<T>, b: &Subspace<T>) -> PrincipalAngles<T> {
    PrincipalAngles::between(a, b).expect("angles")
}

fn same_angles<T: Real>(
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

// ---------------------------------------------------------------------- subspaces

fn bases_are_orthonormal_and_span_the_columns<T: Real>(case: &Span) -> Outcome {
    let columns = case.columns::<T>();
    let c = case.subspace::<T>();
    let (d, k) = case.shape;
    prop_assert_eq!(c.dimension(), k);
    let off = c.basis().transpose() * c.basis() - DMatrix::identity(k, k);
    check("QᵀQ", off.amax(), T::zero(), tolerance::orthonormality(d))?;
    for x in columns.column_iter() {
        let x = x.into_owned();
        let outside = c.reject(&x).expect("finite");
        // Backward error, not condition: each column is in the span.
        let scale = power::<T>(case.exponent);
        let bound = tolerance::angle::<T>(k) * real::<T>((d as f64).sqrt());
        check("outside", (outside / scale).norm(), T::zero(), bound)?;
    }
    // Verified constructors take back what this one made.
    prop_assert_eq!(
        Subspace::from_orthonormal(c.basis()).map(|c| c.dimension()),
        Ok(k)
    );
    let projector = c.basis() * c.basis().transpose();
    let again = Subspace::from_projector(&projector).expect("a projector");
    prop_assert_eq!(again.dimension(), k);
    check(
        "projector",
        angles(&c, &again).asimov(),
        T::zero(),
        tolerance::symmetry(d),
    )
}

fn projection_is_an_orthogonal_projection<T: Real>(case: &Span) -> Outcome {
    let c = case.subspace::<T>();
    let d = case.shape.0;
    let random = &mut rng(case.seed ^ 1);
    let scale = power::<T>(case.exponent);
    let bound = tolerance::orthonormality::<T>(d) * real(2.0);
    let one = |random: &mut ChaCha8Rng| direction::<T>(d, random).as_vector().clone();
    // x a unit vector; one more that is nearly inside.
    let inside = c.project(&one(random)).expect("finite");
    let nearly = inside + one(random) * T::machine_epsilon().sqrt();
    let y = one(random);
    for x in [one(random), nearly] {
        let size = x.norm();
        let (p, r) = (
            c.project(&x).expect("finite"),
            c.reject(&x).expect("finite"),
        );
        check(
            "P + (I − P)",
            (&p + &r - &x).norm(),
            T::zero(),
            bound * size,
        )?;
        check(
            "P² = P",
            (c.project(&p).expect("finite") - &p).norm(),
            T::zero(),
            bound * size,
        )?;
        let left = p.dot(&y);
        let right = x.dot(&c.project(&y).expect("finite"));
        check("P = Pᵀ", left, right, bound)?;
        let squares = p.norm_squared() + r.norm_squared();
        check("Pythagoras", squares, size * size, bound * size)?;
        // Orthogonal to rounding relative to itself: twice is enough where the
        // residual is not noise, here √ε and more.
        if r.norm() > T::machine_epsilon().sqrt() * real(0.01) {
            let left = c.basis().tr_mul(&r).norm();
            check("Qᵀr", left, T::zero(), bound * r.norm())?;
        }
        // Linear in powers of two, exactly.
        prop_assert_eq!(c.project(&(&x * scale)).expect("finite"), &p * scale);
    }
    Ok(())
}

fn the_complement_is_the_rest<T: Real>(case: &Span) -> Outcome {
    let c = case.subspace::<T>();
    let (d, k) = case.shape;
    let rest = c.complement();
    let bound = tolerance::orthonormality::<T>(d);
    prop_assert_eq!(rest.dimension(), d - k);
    let back = rest.complement();
    prop_assert_eq!(back.dimension(), k);
    check(
        "twice",
        angles(&c, &back).asimov(),
        T::zero(),
        bound * real(2.0),
    )?;
    if k < d {
        let gram = rest.basis().transpose() * rest.basis() - DMatrix::identity(d - k, d - k);
        check("orthonormal", gram.amax(), T::zero(), bound)?;
        let cross = c.basis().transpose() * rest.basis();
        check("orthogonal", cross.amax(), T::zero(), bound)?;
    }
    let x = direction::<T>(d, &mut rng(case.seed ^ 2))
        .as_vector()
        .clone();
    let (r, p) = (
        c.reject(&x).expect("finite"),
        rest.project(&x).expect("finite"),
    );
    check("I − P", (r - p).norm(), T::zero(), bound * real(4.0))
}

/// dim A + dim B = dim(A + B) + dim(A ∩ B), for planted intersections.
fn dimensions_add_up<T: Real>(case: &Pair) -> Outcome {
    // Either shared or apart; an angle of 1e-12 is a matter of tolerance.
    let angles = case
        .angles
        .iter()
        .map(|a| match a {
            Planted::Tiny => Planted::Equal,
            Planted::Share(s) => Planted::Share((*s).max(5)),
            other => *other,
        })
        .collect();
    let case = Pair {
        angles,
        conditions: (1.0, case.conditions.1.min(4.0)),
        ..case.clone()
    };
    let shared = case.angles.iter().filter(|&&a| a == Planted::Equal).count();
    let (a, b) = case.subspaces::<T>();
    let bound = angle_bound(&a, &b);
    let common = a.intersection(&b, bound).expect("a subspace");
    prop_assert_eq!(common.dimension(), shared);
    let sum = a.sum(&b).expect("a subspace");
    prop_assert_eq!(sum.dimension(), a.dimension() + b.dimension() - shared);
    for part in [&a, &b] {
        prop_assert_eq!(sum.contains_subspace(part, bound * real(4.0)), Ok(true));
        if shared > 0 {
            prop_assert_eq!(part.contains_subspace(&common, bound), Ok(true));
        }
    }
    Ok(())
}

// ------------------------------------------------------------------------- angles

fn planted_angles_are_recovered<T: Real>(case: &Pair) -> Outcome {
    let built = case.build::<T>();
    let (a, b) = case.subspaces::<T>();
    let bound = angle_bound(&a, &b);
    let found = angles(&a, &b);
    prop_assert_eq!(found.radians().len(), built.angles.len());
    for (j, &truth) in built.angles.iter().enumerate() {
        check("angle", found.radians()[j], real(truth), bound)?;
        check("cosine", found.cosines()[j], real(truth.cos()), bound)?;
        check("sine", found.sines()[j], real(truth.sin()), bound)?;
    }
    // Without bases, where the columns allow it.
    let raw = PrincipalAngles::from_columns(&built.a, &built.b).expect("angles");
    same_angles("from columns", &raw, &found, bound)?;
    let swapped = PrincipalAngles::from_columns(&built.b, &built.a).expect("angles");
    same_angles("from columns, swapped", &swapped, &found, bound)?;
    let pairs = PrincipalVectors::between(&a, &b).expect("angles");
    prop_assert_eq!(pairs.angles(), &found);
    let q = built.angles.len();
    let d = a.ambient_dimension();
    let bound = tolerance::orthonormality::<T>(d) * real(2.0);
    let identity = DMatrix::identity(q, q);
    for (what, off) in [
        ("left", pairs.left().transpose() * pairs.left() - &identity),
        (
            "right",
            pairs.right().transpose() * pairs.right() - &identity,
        ),
        (
            "cross",
            pairs.left().transpose() * pairs.right() - DMatrix::from_diagonal(found.cosines()),
        ),
    ] {
        check(what, off.amax(), T::zero(), bound)?;
    }
    for j in 0..q {
        for (space, vectors) in [(&a, pairs.left()), (&b, pairs.right())] {
            let outside = space.reject(vectors.column(j)).expect("finite").norm();
            check("in its subspace", outside, T::zero(), bound)?;
        }
    }
    Ok(())
}

/// Symmetric, and the same after a rotation, a change of units or of basis.
fn angles_belong_to_the_subspaces<T: Real>(case: &Pair) -> Outcome {
    let built = case.build::<T>();
    let (a, b) = case.subspaces::<T>();
    let bound = angle_bound(&a, &b) * real(2.0);
    let plain = angles(&a, &b);
    same_angles("symmetric", &plain, &angles(&b, &a), bound)?;
    let random = &mut rng(case.seed ^ 3);
    // Columns in units of their own: exact, so nothing moves at all.
    let mut scaled = built.a.clone();
    for mut column in scaled.column_iter_mut() {
        let s = power::<T>(random.random_range(-100..=100_i8));
        column *= s / power::<T>(case.exponents.0);
    }
    let rescaled = Subspace::from_columns(&scaled).expect("a span");
    prop_assert_eq!(&rescaled, &a);
    // A rotation of the whole space: one more rounding of the columns.
    let turn = cast::<T>(&rotation::<f64>(a.ambient_dimension(), random));
    let turned = |x: &Subspace<T>| Subspace::from_columns(&(&turn * x.basis())).expect("a span");
    let widened = bound + tolerance::orthonormality::<T>(a.ambient_dimension());
    same_angles(
        "rotated",
        &plain,
        &angles(&turned(&a), &turned(&b)),
        widened,
    )?;
    // Other columns of the same span.
    let mix = cast::<T>(&mixing(a.dimension(), 4.0, random));
    let mixed = Subspace::from_columns(&(a.basis() * mix)).expect("a span");
    let bound = bound + tolerance::angle::<T>(a.dimension()) * mixed.condition_number();
    same_angles("mixed", &plain, &angles(&mixed, &b), bound)
}

/// Cauchy's interlacing: with one more direction in 𝒞 every angle is at most what it
/// was, and at least the one before.
fn angles_interlace<T: Real>(case: &Pair) -> Outcome {
    let (s, c) = case.subspaces::<T>();
    let (d, m) = (c.ambient_dimension(), c.dimension());
    let random = &mut rng(case.seed ^ 4);
    let added = direction::<T>(d, random);
    let mut columns = c.basis().clone().insert_column(m, T::zero());
    columns.set_column(m, added.as_vector());
    let larger = Subspace::from_columns(&columns).expect("a span");
    prop_assert!(larger.dimension() <= m + 1);
    let bound = angle_bound(&c, &larger) + angle_bound(&s, &c);
    let (before, after) = (angles(&s, &c), angles(&s, &larger));
    for j in 0..before.radians().len() {
        no_more(
            "after ≤ before",
            after.radians()[j],
            before.radians()[j],
            bound,
        )?;
        if j > 0 {
            no_more(
                "interlaced",
                before.radians()[j - 1],
                after.radians()[j],
                bound,
            )?;
        }
    }
    let v = direction::<T>(d, random);
    let less = TaxRate::between(&v, &c).expect("one space");
    let more = TaxRate::between(&v, &larger).expect("one space");
    no_more("τ", less.value(), more.value(), bound)?;
    no_more("1 − τ", more.complement(), less.complement(), bound)
}

fn distances_are_distances<T: Real>(case: &Pair) -> Outcome {
    let (a, b) = case.subspaces::<T>();
    let (d, k) = (a.ambient_dimension(), a.dimension());
    let random = &mut rng(case.seed ^ 5);
    // A third subspace near the first one, or anywhere.
    let step = [1.0, 1e-2, T::machine_epsilon().to_double()][random.random_range(0..3)];
    let moved = a.basis() + gaussian::<T>(d, k, random) * real::<T>(step);
    let c = Subspace::from_columns(&moved).expect("a span");
    let (ab, bc, ac) = (angles(&a, &b), angles(&b, &c), angles(&a, &c));
    let bound = (angle_bound(&a, &b) + angle_bound(&b, &c)) * real::<T>((k as f64).sqrt());
    let metrics: [(&str, Distance<T>); 8] = [
        ("geodesic", PrincipalAngles::geodesic),
        ("chordal", PrincipalAngles::chordal),
        ("projection", PrincipalAngles::projection),
        ("Binet–Cauchy", PrincipalAngles::binet_cauchy),
        ("Fubini–Study", PrincipalAngles::fubini_study),
        ("Procrustes", PrincipalAngles::procrustes),
        ("Asimov", PrincipalAngles::asimov),
        ("spectral", PrincipalAngles::spectral),
    ];
    for (name, distance) in metrics {
        no_more(name, distance(&ac), distance(&ab) + distance(&bc), bound)?;
        check(name, distance(&angles(&a, &a)), T::zero(), bound)?;
        check(name, distance(&ab), distance(&angles(&b, &a)), bound)?;
    }
    // The chain of Edelman, Arias & Smith (1998), §4.3.
    let chain = [
        ab.projection(),
        ab.chordal(),
        ab.procrustes(),
        ab.geodesic(),
    ];
    for pair in chain.windows(2) {
        no_more("order", pair[0], pair[1], bound)?;
    }
    no_more("Asimov ≤ geodesic", ab.asimov(), ab.geodesic(), bound)?;
    let overlap = (a.basis().transpose() * b.basis()).norm_squared();
    let frobenius = tolerance::orthonormality::<T>(d) * real(2.0 * k as f64);
    check(
        "chordal²",
        ab.chordal() * ab.chordal(),
        real::<T>(k as f64) - overlap,
        frobenius,
    )?;
    let difference = a.basis() * a.basis().transpose() - b.basis() * b.basis().transpose();
    let squared = difference.norm_squared() / real(2.0);
    check(
        "‖P_A − P_B‖²/2",
        ab.chordal() * ab.chordal(),
        squared,
        frobenius * real(2.0),
    )
}

// ---------------------------------------------------------------------------- tax

fn the_two_parts_of_a_rate_add_up<T: Real>(case: &Span) -> Outcome {
    let c = case.subspace::<T>();
    let d = case.shape.0;
    let random = &mut rng(case.seed ^ 6);
    let bound = tolerance::closed_form::<T>() + tolerance::orthonormality::<T>(d);
    let free = direction::<T>(d, random);
    let inside = c.project(free.as_vector()).expect("finite");
    let nearly = inside + direction::<T>(d, random).as_vector() * T::machine_epsilon().sqrt();
    let nearly = Direction::new(&nearly).expect("not zero");
    for v in [free, nearly] {
        let tax = TaxRate::between(&v, &c).expect("one space");
        check(
            "τ + (1 − τ)",
            tax.value() + tax.complement(),
            T::one(),
            bound,
        )?;
        prop_assert!(tax.value() >= T::zero() && tax.value() <= T::one());
        prop_assert!(tax.complement() >= T::zero() && tax.complement() <= T::one());
        check("cos²α", tax.angle().cos().powi(2), tax.value(), bound)?;
        check("sin²α", tax.angle().sin().powi(2), tax.complement(), bound)?;
        let same = TaxRate::between(&-v.clone(), &c).expect("one space");
        prop_assert_eq!(same, tax, "the sign of v is no part of τ");
        let line = Subspace::from_directions(std::slice::from_ref(&v)).expect("a line");
        let theta = angles(&line, &c).radians()[0];
        check(
            "α = θ₁",
            tax.angle(),
            theta,
            tolerance::angle::<T>(1) * real(4.0),
        )?;
        // Nothing is left of v in what 𝒞 does not see, and all of it in R^d.
        let rest = TaxRate::between(&v, &c.complement()).expect("one space");
        check(
            "complement",
            rest.value(),
            tax.complement(),
            bound * real(2.0),
        )?;
    }
    Ok(())
}

/// The Gram form agrees with the vectors: aᵀG⁺a squares the condition number.
fn the_gram_form_agrees<T: Real>(case: &Span) -> Outcome {
    let case = Span {
        condition: case.condition.min(4.0),
        ..case.clone()
    };
    let columns = case.columns::<T>();
    let (d, k) = case.shape;
    let random = &mut rng(case.seed ^ 7);
    let v = direction::<T>(d, random);
    let c = case.subspace::<T>();
    let tax = TaxRate::between(&v, &c).expect("one space");
    // The vectors in any order, v of any length.
    let place = random.random_range(0..=k);
    let scale = power::<T>(case.exponent);
    let all = columns.insert_column(place, T::zero());
    let all = DMatrix::from_fn(d, k + 1, |i, j| {
        if j == place {
            v.as_vector()[i] * scale
        } else {
            all[(i, j)]
        }
    });
    let unit = &all / scale;
    let gram = unit.transpose() * &unit;
    let found = TaxRate::from_gram(&gram, place).expect("a Gram matrix");
    // Rounding of the inner products themselves: √d·ε each.
    let condition = c.condition_number() * c.condition_number();
    let bound = tolerance::eigenvalue::<T>(k + 1) * condition * real((d as f64).sqrt());
    check("τ", found.value(), tax.value(), bound)?;
    check("1 − τ", found.complement(), tax.complement(), bound)
}

fn condition_of<T: Real>(shares: &Attribution<T>) -> T {
    shares.subspace().condition_number()
}

fn shares_bound<T: Real>(shares: &Attribution<T>) -> T {
    // 16ε·κ a share, as documented, and √p for the span of raw columns.
    let p = shares.shapley().len() as f64;
    tolerance::closed_form::<T>() * condition_of(shares) * real(p.sqrt())
}

fn shapley_shares_are_fair<T: Real>(case: &Players) -> Outcome {
    let (v, list) = case.directions::<T>();
    let p = list.len();
    let shares = Attribution::exact(&v, &list).expect("shares");
    let bound = shares_bound(&shares);
    let tau = shares.total().value();
    // Efficiency.
    check("sum", shares.shapley().sum(), tau, bound)?;
    for i in 0..p {
        no_more("φ ≥ 0", T::zero(), shares.shapley()[i], bound)?;
        no_more("φ ≤ τ", shares.shapley()[i], tau, bound)?;
        no_more("unique ≥ 0", T::zero(), shares.unique()[i], T::zero())?;
        no_more("unique ≤ τ", shares.unique()[i], tau, bound)?;
        let single = shares.individual()[i].value();
        no_more("τᵢ ≤ τ", single, tau, bound)?;
        let overlap = shares.overlaps()[i];
        check(
            "overlap²",
            overlap * overlap,
            single,
            tolerance::closed_form::<T>() * real(2.0),
        )?;
        // The unique share is what goes with the capability.
        if p > 1 {
            let mut others = list.clone();
            others.remove(i);
            let rest = Subspace::from_directions(&others).expect("a span");
            let without = TaxRate::between(&v, &rest).expect("one space").value();
            let bound = bound + tolerance::angle::<T>(p) * rest.condition_number();
            check("unique", shares.unique()[i], tau - without, bound)?;
        }
    }
    // Symmetry: equal capabilities have equal shares, opposite ones too.
    for i in 0..p {
        for j in 0..i {
            if list[i] == list[j] || list[i] == -list[j].clone() {
                check("symmetry", shares.shapley()[i], shares.shapley()[j], bound)?;
                check("unique", shares.unique()[i], T::zero(), bound)?;
            }
        }
    }
    // The order is no part of it.
    let random = &mut rng(case.seed ^ 8);
    let mut order: Vec<usize> = (0..p).collect();
    for last in (1..p).rev() {
        order.swap(last, random.random_range(0..=last));
    }
    let shuffled: Vec<_> = order.iter().map(|&i| list[i].clone()).collect();
    let again = Attribution::exact(&v, &shuffled).expect("shares");
    for (place, &i) in order.iter().enumerate() {
        let bound = bound * real(2.0);
        check("order", again.shapley()[place], shares.shapley()[i], bound)?;
        check("order", again.unique()[place], shares.unique()[i], bound)?;
        prop_assert_eq!(again.overlaps()[place], shares.overlaps()[i]);
    }
    // Any order of the players adds up, sampled or not.
    let sampled = Attribution::sampled(&v, &list, 3, random).expect("shares");
    check("sampled sum", sampled.shapley().sum(), tau, bound)
}

/// A capability at a right angle to v and to all others has no share.
fn bystanders_pay_nothing<T: Real>(case: &Players) -> Outcome {
    let (v, mut list) = case.directions::<T>();
    let d = case.d;
    let pad = |x: &Direction<T>| {
        Direction::new(&x.as_vector().clone().insert_row(d, T::zero())).expect("not zero")
    };
    let before = Attribution::exact(&v, &list).expect("shares");
    list = list.iter().map(pad).collect();
    let mut apart = DVector::zeros(d + 1);
    apart[d] = T::one();
    list.push(Direction::new(&apart).expect("not zero"));
    let after = Attribution::exact(&pad(&v), &list).expect("shares");
    let bound = shares_bound(&before) + shares_bound(&after);
    let last = list.len() - 1;
    check("φ", after.shapley()[last], T::zero(), bound)?;
    check("unique", after.unique()[last], T::zero(), bound)?;
    check("τ", after.total().value(), before.total().value(), bound)?;
    for i in 0..last {
        check("others", after.shapley()[i], before.shapley()[i], bound)?;
    }
    Ok(())
}

// ----------------------------------------------------------------------- spectrum

fn spectra_are_of_the_safety_subspace<T: Real>(case: &Pair) -> Outcome {
    let (s, c) = case.subspaces::<T>();
    let (d, k) = (s.ambient_dimension(), s.dimension());
    let spectrum = TaxSpectrum::between(&s, &c).expect("a spectrum");
    let bound = angle_bound(&s, &c) + tolerance::orthonormality::<T>(d);
    let rates: Vec<T> = spectrum.rates().iter().map(TaxRate::value).collect();
    prop_assert_eq!(rates.len() + spectrum.free_directions(), k);
    prop_assert!(rates.windows(2).all(|w| w[0] >= w[1]), "{:?}", rates);
    let overlap = (s.basis().transpose() * c.basis()).norm_squared() / real(k as f64);
    check("mean", spectrum.mean(), overlap, bound)?;
    check("worst", spectrum.worst().value(), rates[0], T::zero())?;
    check(
        "named",
        spectrum.overlap(Overlap::MeanOverSafety),
        spectrum.mean(),
        T::zero(),
    )?;
    // The cheapest direction: in 𝒮, and none is cheaper.
    let cheapest = spectrum.cheapest_direction();
    prop_assert_eq!(s.contains(cheapest, bound), Ok(true));
    let least = TaxRate::between(cheapest, &c).expect("one space").value();
    let expected = if spectrum.free_directions() > 0 {
        T::zero()
    } else {
        rates[k - 1]
    };
    check("cheapest", least, expected, bound)?;
    let random = &mut rng(case.seed ^ 9);
    for _ in 0..100 {
        let inside = s.basis() * gaussian::<T>(k, 1, random).column(0);
        let v = Direction::new(&inside).expect("not zero");
        let tau = TaxRate::between(&v, &c).expect("one space").value();
        no_more("cheapest ≤ random", least, tau, bound)?;
        no_more("random ≤ worst", tau, rates[0], bound)?;
    }
    Ok(())
}

/// Poincaré separation: of a subspace of 𝒮 with one dimension less, rate j lies
/// between rates j + 1 and j of 𝒮.
fn spectra_separate<T: Real>(case: &Pair) -> Outcome {
    let (s, c) = case.subspaces::<T>();
    let k = s.dimension();
    if k < 2 {
        return Ok(());
    }
    let random = &mut rng(case.seed ^ 10);
    let turn = cast::<T>(&rotation::<f64>(k, random).columns(0, k - 1).into_owned());
    let part = Subspace::from_columns(&(s.basis() * turn)).expect("a span");
    prop_assert_eq!(part.dimension(), k - 1);
    let bound = angle_bound(&s, &c) + tolerance::orthonormality::<T>(s.ambient_dimension());
    let rates = |x: &Subspace<T>| -> Vec<T> {
        let spectrum = TaxSpectrum::between(x, &c).expect("a spectrum");
        let mut rates: Vec<T> = spectrum.rates().iter().map(TaxRate::value).collect();
        rates.resize(x.dimension(), T::zero());
        rates
    };
    let (whole, part) = (rates(&s), rates(&part));
    for j in 0..k - 1 {
        no_more("upper", part[j], whole[j], bound)?;
        no_more("lower", whole[j + 1], part[j], bound)?;
    }
    Ok(())
}

properties! {
    bases_are_orthonormal_and_span_the_columns(case in span());
    projection_is_an_orthogonal_projection(case in span());
    the_complement_is_the_rest(case in span());
    dimensions_add_up(case in pair());
    planted_angles_are_recovered(case in pair());
    angles_belong_to_the_subspaces(case in pair());
    angles_interlace(case in pair());
    distances_are_distances(case in equal_dimensions());
    the_two_parts_of_a_rate_add_up(case in span());
    the_gram_form_agrees(case in span());
    shapley_shares_are_fair(case in players());
    bystanders_pay_nothing(case in players());
    spectra_are_of_the_safety_subspace(case in pair());
    spectra_separate(case in pair());
}

/// Within five standard errors of the exact shares, which are within their size of
/// what 4,000 orders should leave.
fn sampled_shares_are_near_the_exact_ones<T: Real>() {
    let random = &mut rng(2026);
    let v = direction::<T>(12, random);
    let list: Vec<_> = (0..6).map(|_| direction::<T>(12, random)).collect();
    let exact = Attribution::exact(&v, &list).expect("shares");
    let sampled = Attribution::sampled(&v, &list, 4000, random).expect("shares");
    let errors = sampled.standard_errors().expect("sampled");
    for i in 0..6 {
        let off = (sampled.shapley()[i] - exact.shapley()[i]).abs();
        assert!(errors[i] > T::zero() && errors[i] < real(0.5 / 4000.0_f64.sqrt()));
        assert!(
            off <= errors[i] * real(5.0),
            "{i}: off by {off}, standard error {}",
            errors[i]
        );
    }
}

#[test]
fn sampled_shapley_f32() {
    sampled_shares_are_near_the_exact_ones::<f32>();
}

#[test]
fn sampled_shapley_f64() {
    sampled_shares_are_near_the_exact_ones::<f64>();
}

/// Products large enough to be cut into groups of rows, on one thread and on four.
#[cfg(feature = "rayon")]
#[test]
fn the_number_of_threads_changes_no_bit() {
    let random = &mut rng(77);
    let (a, b) = (
        common::gaussian::<f64>(4096, 192, random),
        common::gaussian::<f64>(4096, 200, random),
    );
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("a pool").install(|| {
            let capabilities = Subspace::from_columns(&a).expect("a span");
            (
                PrincipalAngles::from_columns(&a, &b).expect("angles"),
                alignment_tax::TaxRate::of_columns(&b, &capabilities).expect("rates"),
                capabilities,
            )
        })
    };
    assert_eq!(run(1), run(4));
}
