//! The work behind principal angles and vectors: a narrow and a wide orthonormal basis, and
//! the inner products between them.
//!
//! Singular values of the cross product are all that is needed where every angle is beyond
//! π/4. Vectors and residuals are formed for those that are not, and only for those.

use nalgebra::{DMatrix, DVector};

use super::{PrincipalAngles, PrincipalVectors};
use crate::linalg::{ThinSvd, scale, svd};
use crate::{Error, Real};

const CROSS: &str = "the SVD of the inner products of two bases";
const RESIDUAL: &str = "the SVD of the residual between two bases";

/// Orthonormal bases Q of a narrow and W of a wide space, in whichever form they are at hand.
pub(super) trait Bases<T> {
    /// Q·R − W·C: what of Q·R is outside the wide space, C its coordinates there.
    fn residual(&self, r: &DMatrix<T>, c: &DMatrix<T>) -> DMatrix<T>;
}

/// cos π/4: up to there an angle is found from its sine.
fn least_near<T: Real>() -> T {
    T::from_double(0.5).sqrt()
}

/// The bases themselves.
pub(super) struct Formed<'a, T> {
    pub(super) narrow: &'a DMatrix<T>,
    pub(super) wide: &'a DMatrix<T>,
}

impl<T: Real> Bases<T> for Formed<'_, T> {
    fn residual(&self, r: &DMatrix<T>, c: &DMatrix<T>) -> DMatrix<T> {
        let mut x = T::kernel_product(self.narrow, r);
        T::kernel_subtract_product(&mut x, self.wide, c);
        // Again: a given basis may miss orthonormality by more than an angle may be off, and what
        // the first pass leaves of the wide space, the second does not.
        let rest = T::kernel_transposed_product(self.wide, &x);
        T::kernel_subtract_product(&mut x, self.wide, &rest);
        x
    }
}

/// Angles on both sides of π/4, each from where it is determined; `cross` is WᵀQ.
pub(super) fn angles<T: Real>(
    cross: &DMatrix<T>,
    bases: &impl Bases<T>,
) -> Result<PrincipalAngles<T>, Error> {
    let (cosines, rotation) = svd::right_factors(cross, least_near(), CROSS)?;
    if rotation.ncols() == 0 {
        return Ok(collected(&far_entries(&cosines, 0)));
    }
    let near = Near::of(&rotation, cross, bases)?;
    Ok(collected(&near.entries(&cosines)))
}

/// Angles with their vectors, the narrow space on the left.
pub(super) fn vectors<T: Real>(
    narrow: &DMatrix<T>,
    wide: &DMatrix<T>,
) -> Result<PrincipalVectors<T>, Error> {
    let cross = T::kernel_transposed_product(wide, narrow);
    let bases = Formed { narrow, wide };
    // Without vectors, so that they are the same numbers to the last bit whether vectors are asked for or not.
    let angles = angles(&cross, &bases)?;
    let (mut partners, cosines, rotation) = ThinSvd::new(&cross)?.into_parts();
    let count = cosines.iter().take_while(|&&c| c >= least_near()).count();
    if count == 0 {
        return Ok(PrincipalVectors {
            angles,
            left: T::kernel_product(narrow, &rotation),
            right: T::kernel_product(wide, &partners),
        });
    }
    let near = Near::of(&rotation.columns(0, count).into_owned(), &cross, &bases)?;
    let mut ours = T::kernel_product(narrow, &rotation);
    let vectors = ours.columns(0, count).into_owned();
    let refined = T::kernel_product(&vectors, &near.rotation()?);
    ours.columns_mut(0, count).copy_from(&refined);
    let mut near_partners = T::kernel_transposed_product(wide, &refined);
    // cos² ≥ ½: these columns are at least 0.7 long and orthogonal.
    for mut column in near_partners.column_iter_mut() {
        scale::normalise(column.as_mut_slice());
    }
    partners.columns_mut(0, count).copy_from(&near_partners);
    let theirs = T::kernel_product(wide, &partners);

    let entries = near.entries(&cosines);
    let order: Vec<usize> = entries.iter().map(|entry| entry.source).collect();
    Ok(PrincipalVectors {
        angles,
        left: ours.select_columns(&order),
        right: theirs.select_columns(&order),
    })
}

/// The part of the narrow space within π/4 of the wide one: what of its principal vectors is
/// outside the wide space, one a column, and its singular values, ascending.
struct Near<T> {
    residual: DMatrix<T>,
    sines: Vec<T>,
}

impl<T: Real> Near<T> {
    /// Of the principal vectors of at least one angle up to π/4, in terms of the narrow basis.
    fn of(rotation: &DMatrix<T>, cross: &DMatrix<T>, bases: &impl Bases<T>) -> Result<Self, Error> {
        let residual = bases.residual(rotation, &T::kernel_product(cross, rotation));
        let sines = svd::tall_values(&residual, RESIDUAL)?;
        let sines = sines.iter().rev().copied().collect();
        Ok(Self { residual, sines })
    }

    /// Turns the vectors so that residuals are orthogonal, the shortest first.
    fn rotation(&self) -> Result<DMatrix<T>, Error> {
        let rotation = ThinSvd::new(&self.residual)?.into_parts().2;
        let order: Vec<usize> = (0..self.sines.len()).rev().collect();
        Ok(rotation.select_columns(&order))
    }

    /// With those beyond π/4, ascending.
    fn entries(&self, cosines: &DVector<T>) -> Vec<Entry<T>> {
        let mut entries = near_entries(self.sines.iter());
        entries.extend(far_entries(cosines, self.sines.len()));
        sorted(entries)
    }
}

/// One angle with its cosine, its sine, and the place its vectors are found at.
#[derive(Clone, Copy)]
struct Entry<T> {
    radians: T,
    cosine: T,
    sine: T,
    source: usize,
}

/// From ascending sines.
fn near_entries<'a, T: Real>(sines: impl Iterator<Item = &'a T>) -> Vec<Entry<T>> {
    sines
        .enumerate()
        .map(|(source, &s)| {
            let sine = s.min(T::one());
            Entry {
                radians: sine.asin(),
                // s² ≤ ½: nothing cancels, and unlike (1 − s)(1 + s) this is monotone.
                cosine: (T::one() - sine * sine).sqrt(),
                sine,
                source,
            }
        })
        .collect()
}

/// From the descending cosines from `first` on.
fn far_entries<T: Real>(cosines: &DVector<T>, first: usize) -> Vec<Entry<T>> {
    (first..cosines.len())
        .map(|source| {
            let cosine = cosines[source];
            Entry {
                radians: cosine.acos(),
                cosine,
                sine: (T::one() - cosine * cosine).sqrt(),
                source,
            }
        })
        .collect()
}

/// Ascending in angle: the two sides meet at π/4 and may cross there by a rounding error.
fn sorted<T: Real>(mut entries: Vec<Entry<T>>) -> Vec<Entry<T>> {
    entries.sort_by(|x, y| {
        x.radians
            .partial_cmp(&y.radians)
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    entries
}

fn collected<T: Real>(entries: &[Entry<T>]) -> PrincipalAngles<T> {
    let collect = |value: fn(&Entry<T>) -> T| {
        DVector::from_iterator(entries.len(), entries.iter().map(value))
    };
    PrincipalAngles {
        radians: collect(|e| e.radians),
        cosines: collect(|e| e.cosine),
        sines: collect(|e| e.sine),
    }
}
