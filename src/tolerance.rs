//! Every tolerance of the crate, in one place.
//!
//! Each is c·ε·(a function of the dimensions)·(the scale of the data), ε the
//! machine epsilon of the scalar, and says where its c comes from. The tests use
//! these same functions, so that a looser test means a looser promise here.

use crate::Real;

fn count<T: Real>(n: usize) -> T {
    T::from_double(n as f64)
}

/// Relative rank tolerance of a d × k matrix: singular values up to
/// max(d, k)·ε·σ_max count as zero.
///
/// The convention of LAPACK-based tools (`numpy.linalg.matrix_rank`, MATLAB's
/// `rank`); it exceeds the backward error of the factorisation.
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::rank::<f64>(4096, 64), 4096.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn rank<T: Real>(rows: usize, columns: usize) -> T {
    count::<T>(rows.max(columns)) * T::machine_epsilon()
}

/// How far |⟨qᵢ, qⱼ⟩ − δᵢⱼ| may be off for d-dimensional columns that are called
/// orthonormal: 16·ε·√d.
///
/// A Householder basis reaches about ε·√d (its rounding errors are independent
/// and there are d of them to an inner product); the factor leaves room for
/// bases that were rotated or projected a few times since.
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::orthonormality::<f64>(4), 32.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn orthonormality<T: Real>(dimension: usize) -> T {
    T::from_double(16.0) * T::machine_epsilon() * count::<T>(dimension).sqrt()
}

/// Absolute error, in radians, of principal angles between subspaces of
/// dimension k given by orthonormal bases: 8·ε·√k.
///
/// Two bases, each with a columnwise error of about 2ε, contribute 2·2ε·√k to
/// the sine block (Björck & Golub 1973); the products double it. For raw
/// columns of condition number κ, multiply by κ: a relative change of ε in the
/// columns turns their span by up to κ·ε (Stewart & Sun 1990, Thm. III.3.9).
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::angle::<f64>(4), 16.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn angle<T: Real>(dimension: usize) -> T {
    T::from_double(8.0) * T::machine_epsilon() * count::<T>(dimension.max(1)).sqrt()
}

/// The condition number of columns up to which angles are taken from inner products of the
/// columns alone: 4.
///
/// With G = AᵀA = RᵀR the columns of A·R⁻¹ miss orthonormality by ‖δG‖·κ²/‖A‖², and so do the
/// cosines that are solved for. Rounding a Gram matrix of k unit columns in blocks moves it by
/// a few ε·√k, so that at κ = 4 the error is a share of about 1/2 of the 8ε√k·κ that [`angle`] promises
/// for raw columns. The number κ is estimated from below, by a factor of two at the worst.
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::gram_condition::<f64>(), 4.0);
/// ```
#[must_use]
pub fn gram_condition<T: Real>() -> T {
    T::from_double(4.0)
}

/// How far a d × d matrix may be from symmetric or idempotent, relative to its
/// largest entry: 16·ε·d.
///
/// A projector formed as Q·Qᵀ carries ε per entry; its square sums d of them.
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::symmetry::<f64>(2), 32.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn symmetry<T: Real>(dimension: usize) -> T {
    T::from_double(16.0) * T::machine_epsilon() * count::<T>(dimension)
}

/// How far below zero the smallest eigenvalue of a p × p Gram matrix with unit
/// scale may lie: 16·ε·p.
///
/// Weyl's inequality: a perturbation of ε in each entry moves an eigenvalue by
/// at most ε·p; the factor leaves room for inner products that were themselves
/// rounded.
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::eigenvalue::<f64>(2), 32.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn eigenvalue<T: Real>(dimension: usize) -> T {
    T::from_double(16.0) * T::machine_epsilon() * count::<T>(dimension)
}

/// The norm, relative to the data, that the difference of two means over n rows
/// may have by rounding alone: 4·ε·(⌈log₂(n + 1)⌉ + 12).
///
/// Pairwise summation of n terms in blocks of 64 loses at most
/// (log₂ n + 12)·ε relative to the sum of magnitudes (Higham 2002, §4.2), once
/// for each of two means; the remaining factor 2 covers the divisions.
///
/// # Examples
/// ```
/// assert!(alignment_tax::tolerance::mean_difference::<f64>(64) < 2e-14);
/// ```
#[must_use]
pub fn mean_difference<T: Real>(rows: usize) -> T {
    let bits = f64::from(usize::BITS - rows.leading_zeros());
    T::from_double(4.0 * (bits + 12.0)) * T::machine_epsilon()
}

/// Relative error of accumulated second moments, of Sᵢⱼ in units of √(Sᵢᵢ·Sⱼⱼ), after
/// so many blocks of rows and merges: ε·(1024 + 2·merges).
///
/// A block has a product over at most 513 rows, 257ε where they are added one by one. Centring
/// rounds an entry by ε/2 of its distance from the first row; the root of the sum of
/// their squares is at most √513 that of the deviations, which makes 12ε in each factor. The step
/// between two means is off by some 25ε of the spread, twice. These relative errors do
/// not add up over blocks, and 1024 leaves room. The product goes into S by at most four
/// additions (two where a kernel cuts 513 rows in pieces of 512), each of which rounds by ε/2
/// of what S is at the end at most, as its diagonal never falls. Rounding about the mean does not
/// enter: see [`Moments`](crate::Moments).
///
/// The part that grows takes every addition to round the same way. Ten million f32 rows about 10⁴
/// with a spread of 0.1 were off by 16ε after 20 000 blocks, with faer and without.
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::scatter::<f64>(512), 2048.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn scatter<T: Real>(merges: usize) -> T {
    (T::from_double(1024.0) + T::from_double(2.0) * count::<T>(merges)) * T::machine_epsilon()
}

/// Relative error of a closed form with a handful of operations: 16·ε.
///
/// Each elementary operation and library function is good to about ε; the
/// frontier's formulas have fewer than sixteen and none of them cancels.
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::closed_form::<f64>(), 16.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn closed_form<T: Real>() -> T {
    T::from_double(16.0) * T::machine_epsilon()
}

/// Relative error of a power of a covariance of n rows in R^d applied to a vector, for a
/// condition number of one: 4·ε·√(n·d).
///
/// The thin SVD moves the rows by about ε·√(n·d) of their largest singular value, which
/// counts twice in the eigenvalues; removing the means and the product double it. An
/// inverse multiplies by the condition number.
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::covariance::<f64>(4, 4), 16.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn covariance<T: Real>(rows: usize, dimension: usize) -> T {
    T::from_double(4.0) * T::machine_epsilon() * (count::<T>(rows) * count::<T>(dimension)).sqrt()
}

/// Relative error of a tail probability of the Beta law of a tax rate in d dimensions:
/// ε·(1024 + d).
///
/// The exponent of a tail of 1e-300 is −690 and is rounded a few times; next to the mean
/// the continued fraction starts from a difference of numbers of size d. Against
/// 983 references with d up to 16384 (`tests/oracle`) the largest error was 430·ε for
/// d below 100 and 0.15·d·ε at d = 16384.
///
/// # Examples
/// ```
/// assert!(alignment_tax::tolerance::beta_tail(16384) < 4e-12);
/// ```
#[must_use]
pub fn beta_tail(dimension: usize) -> f64 {
    f64::EPSILON * (1024.0 + dimension as f64)
}

/// How close two values of a statistic of n samples, relative to its largest
/// possible value, may lie to count as tied: 16·ε·n.
///
/// Statistics are quadratic forms over the n × n Gram matrix, in which labelings that
/// are equal on paper differ by their order of summation: ε for each of n terms to a
/// row, and a few times that for the products and the Gram matrix. Ties count for
/// both tails, which can only make a p-value larger.
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::tie::<f64>(2), 32.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn tie<T: Real>(samples: usize) -> T {
    T::from_double(16.0) * T::machine_epsilon() * count::<T>(samples)
}

/// Rounding of the coordinates of k unit vectors in an orthonormal basis of their span,
/// which is known to `relative` in units of the largest of their singular values:
/// 16·relative·√k.
///
/// A vector of such coordinates has a length of one and errors of `relative` in each of
/// up to k of them; the factor leaves room for two orthogonalisations and for products
/// of the results. Whatever is shorter than this counts as zero, a direction that would be
/// noise.
///
/// # Examples
/// ```
/// use alignment_tax::tolerance;
///
/// assert_eq!(tolerance::coordinates(4, f64::EPSILON), 32.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn coordinates<T: Real>(vectors: usize, relative: T) -> T {
    T::from_double(16.0) * relative * count::<T>(vectors).sqrt()
}

/// What rounding leaves of a combination of unit vectors that is zero on paper:
/// 16·e·Σ|wᵢ|, each vector known to e.
///
/// By the triangle inequality, with room for the projections that found the weights. With
/// inner products known to e and w = (1, −β) the same bounds a squared length, Σ|wᵢ| squared
/// (|wᵀEw| ≤ e·‖w‖₁²).
///
/// # Examples
/// ```
/// use alignment_tax::tolerance;
///
/// assert_eq!(tolerance::combination(f64::EPSILON, 2.0), 32.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn combination<T: Real>(relative: T, weights: T) -> T {
    T::from_double(16.0) * relative * weights
}

/// The length of a combination of unit vectors, each known to e, below which its direction
/// is noise: 64·e·Σ|wᵢ|.
///
/// The combination is known to e·Σ|wᵢ|, so at this length its direction is known to one
/// part in 64; a smaller one would still have a sign, but not one to build on.
///
/// # Examples
/// ```
/// use alignment_tax::tolerance;
///
/// assert_eq!(tolerance::residual(f64::EPSILON, 2.0), 128.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn residual<T: Real>(relative: T, weights: T) -> T {
    T::from_double(64.0) * relative * weights
}

/// The least standard error that a tax rate is given: √ε.
///
/// A residual of one is then 1/ε in a sum of squares, whose own rounding is one: below it
/// the sum could not tell one standard error from none.
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::standard_error(), f64::EPSILON.sqrt());
/// ```
#[must_use]
pub fn standard_error() -> f64 {
    f64::EPSILON.sqrt()
}

/// Error of a gain among k objectives, in units of the budget: 64·ε·k.
///
/// Coordinates of a unit vector carry 16ε·√k ([`coordinates`]) and singular values up to √k
/// carry the same into a product; the factor leaves room for the orthogonalisations
/// of a set of binding floors. Against 262 problems solved with 60 digits the largest
/// error of an optimum was 5ε.
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::gain::<f64>(2), 128.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn gain<T: Real>(objectives: usize) -> T {
    T::from_double(64.0) * T::machine_epsilon() * count::<T>(objectives)
}

/// Length by which the rotations of an exhaustive search move a unit column among k: 2·ε·k, in
/// double precision.
///
/// Each capability that is left out costs k − 1 rotations and moves a column by at most about √2·ε
/// a rotation (Higham 2002, lemma 19.8), in a direction of its own; up to k²/2 such errors
/// add up like a random walk to ε·k. The rest is the factorisation it starts from.
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::rotations(22), 44.0 * f64::EPSILON);
/// ```
#[must_use]
pub fn rotations(columns: usize) -> f64 {
    2.0 * f64::EPSILON * columns as f64
}

/// A cosine that is not known to within this says nothing about a conflict: ε^(1/4).
///
/// 1.2e-4 in double precision, 0.019 in single. The share of a goal that is left where this is
/// reached is of the order of ε^(3/4) from vectors and ε^(3/8) from inner products, and
/// whatever its direction is said to be, three quarters of the digits of it are noise.
///
/// # Examples
/// ```
/// assert_eq!(alignment_tax::tolerance::unsettled::<f64>(), 2.0_f64.powi(-13));
/// ```
#[must_use]
pub fn unsettled<T: Real>() -> T {
    T::machine_epsilon().sqrt().sqrt()
}
