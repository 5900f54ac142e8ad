//! Mergeable moments: what a sum over samples leaves behind when the samples are gone
//! (theory §3.5).
//!
//! An accumulator holds a count, a mean and sums of squares about that mean, in f64
//! whatever the scalar of the samples. It takes batches of rows, so that the samples need
//! not be in memory together, and it takes another accumulator, so that shards on many
//! machines combine to the answer of one pass up to rounding. With n₁, x̄₁, S₁ and
//! n₂, x̄₂, S₂ of two sets of samples and δ = x̄₂ − x̄₁, those of their union are
//!
//! $$ n = n_1 + n_2, \qquad \bar x = \bar x_1 + \frac{n_2}{n} \delta, \qquad S = S_1 + S_2 + \frac{n_1 n_2}{n} \delta \delta^\top $$
//!
//! (Chan, Golub & LeVeque 1983). Nothing is ever formed as Σxxᵀ − n·x̄x̄ᵀ, which would
//! leave rounding where a large mean hides a small spread.
//!
//! **What a batch does.** Rows are taken in blocks of 512. A block is centred about its
//! first row, so that equal rows leave zeros, and then about its mean, twice, so that the
//! second mean catches the rounding of the first; √(n₁n₂/n)·δ is put below it as one more
//! row, and the scatter of the block and the step between the means enter S by one product,
//! which is complete before it is added: S rounds per block, not per row. **The mean** is held as an unevaluated sum of two
//! numbers, so that its error does not grow with the number of batches.
//!
//! **Range.** Squares must fit in f64, so entries up to 2⁴⁵⁰ ≈ 2.9e135 in magnitude are
//! accepted; deviations below about 1e-154 have squares that vanish. Counts go up to 2⁵³, where
//! f64 stops counting. With these limits no sum overflows, so that whatever can fail is
//! checked before the first number is changed: a failing call changes nothing.

mod contrast;
mod coordinate;
mod cross;
mod mean;
#[cfg(feature = "serde")]
mod record;
mod scatter;

pub use contrast::ContrastMoments;
pub use coordinate::CoordinateMoments;
pub use cross::CrossMoments;
pub use scatter::Moments;

use crate::Error;

/// That many zeros, or an error where they do not fit in memory.
fn zeros(
    argument: &'static str,
    rows: usize,
    columns: usize,
    most: usize,
    advice: &'static str,
) -> Result<Vec<f64>, Error> {
    let refused = |actual| Error::OutOfBounds {
        argument,
        least: 1,
        most,
        actual,
        advice,
    };
    let larger = rows.max(columns);
    if rows == 0 || columns == 0 || larger > most {
        return Err(refused(if larger > most { larger } else { 0 }));
    }
    let entries = rows.checked_mul(columns).ok_or_else(|| refused(larger))?;
    let mut zeros = Vec::new();
    zeros
        .try_reserve_exact(entries)
        .map_err(|_| refused(larger))?;
    zeros.resize(entries, 0.0);
    Ok(zeros)
}

/// A count from which a statistic can be formed.
fn at_least(
    argument: &'static str,
    least: usize,
    count: usize,
    advice: &'static str,
) -> Result<(), Error> {
    if count < least {
        return Err(Error::OutOfBounds {
            argument,
            least,
            most: mean::MOST,
            actual: count,
            advice,
        });
    }
    Ok(())
}
