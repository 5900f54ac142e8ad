//! Products. Large ones are cut into groups of rows, whose number depends on the shape alone:
//! the groups of a result go to as many threads as there are (feature `rayon`), partial sums are
//! added in order, and equal inputs give equal bits on any number of threads.

use std::ops::Range;

use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::{DMatrix, DMatrixView};

use super::{view, view_mut};
use crate::parallel::in_order;

/// Flops of a group of rows: some milliseconds on one core, so that a thread is worth it.
const GROUP: f64 = 134_217_728.0;
/// Groups at most, each with a partial sum of the size of the result, and rows to a group at least.
const MOST_GROUPS: usize = 8;
const LEAST_ROWS: usize = 1024;
/// Bytes of the rows of a matrix that are copied before they are multiplied, so that they are still
/// in a second-level cache; and rows at least, so that there is something to add up.
const PANEL: usize = 262_144;
const LEAST_HEIGHT: usize = 256;

/// Groups of rows of equal size, a power of two of them, as many as the flops of the product warrant.
fn groups(rows: usize, flops: f64) -> Vec<Range<usize>> {
    let most = MOST_GROUPS.min(rows / LEAST_ROWS).max(1);
    let count = ((flops / GROUP) as usize).clamp(1, most);
    let size = rows.div_ceil(1 << count.ilog2()).max(1);
    (0..rows.max(1))
        .step_by(size)
        .map(|from| from..(from + size).min(rows))
        .collect()
}

/// The sum of what `partial` makes of each group, in order.
fn summed<T>(
    groups: Vec<Range<usize>>,
    partial: impl Fn(Range<usize>) -> DMatrix<T> + Sync + Send,
) -> DMatrix<T>
where
    T: nalgebra::RealField + Copy,
{
    let mut parts = in_order(groups, partial).into_iter();
    let first = parts.next().unwrap_or_else(|| DMatrix::zeros(0, 0));
    parts.fold(first, |mut sum, part| {
        sum += part;
        sum
    })
}

/// The product of A and something with so many columns, of which `fill` makes each group of rows
/// from the same rows of A.
fn by_rows<T>(
    a: &DMatrix<T>,
    columns: usize,
    flops: f64,
    fill: impl Fn(MatMut<'_, T>, MatRef<'_, T>) + Sync + Send,
) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let mut c = DMatrix::from_element(a.nrows(), columns, <T as num_traits::Zero>::zero());
    each_group(&mut c, a, flops, fill);
    c
}

/// Lets `change` change each group of rows of C with the same rows of A in view.
fn each_group<T>(
    c: &mut DMatrix<T>,
    a: &DMatrix<T>,
    flops: f64,
    change: impl Fn(MatMut<'_, T>, MatRef<'_, T>) + Sync + Send,
) where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let mut rest = view_mut(c);
    let mut pieces = Vec::new();
    for rows in groups(a.nrows(), flops) {
        let (piece, below) = rest.split_at_row_mut(rows.len());
        pieces.push((piece, of_rows(view(a), &rows)));
        rest = below;
    }
    in_order(pieces, |(c, a)| change(c, a));
}

fn of_rows<'a, T>(a: MatRef<'a, T>, rows: &Range<usize>) -> MatRef<'a, T> {
    a.subrows(rows.start, rows.len())
}

/// Of the product of an m × k by a k × n matrix.
fn flops(m: usize, k: usize, n: usize) -> f64 {
    2.0 * m as f64 * k as f64 * n as f64
}

/// A·B.
pub(crate) fn product<T>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    by_rows(
        a,
        b.ncols(),
        flops(a.nrows(), a.ncols(), b.ncols()),
        |c, a| {
            let one = <T as num_traits::One>::one();
            matmul(c, Accum::Replace, a, view(b), one, Par::Seq);
        },
    )
}

/// C − A·B in place of C.
pub(crate) fn subtract_product<T>(c: &mut DMatrix<T>, a: &DMatrix<T>, b: &DMatrix<T>)
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    each_group(c, a, flops(a.nrows(), a.ncols(), b.ncols()), |c, a| {
        let minus = -<T as num_traits::One>::one();
        matmul(c, Accum::Add, a, view(b), minus, Par::Seq);
    });
}

/// A·U, U the upper triangle of B: half the work of AB.
pub(crate) fn upper_product<T>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    by_rows(
        a,
        b.ncols(),
        0.5 * flops(a.nrows(), a.ncols(), b.ncols()),
        |c, a| {
            triangular::matmul(
                c,
                BlockStructure::Rectangular,
                Accum::Replace,
                a,
                BlockStructure::Rectangular,
                view(b),
                BlockStructure::TriangularUpper,
                <T as num_traits::One>::one(),
                Par::Seq,
            );
        },
    )
}

/// Aᵀ·B.
pub(crate) fn transposed_product<T>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let (k, n) = (a.ncols(), b.ncols());
    summed(groups(a.nrows(), flops(a.nrows(), k, n)), |rows| {
        let mut c = DMatrix::from_element(k, n, <T as num_traits::Zero>::zero());
        let one = <T as num_traits::One>::one();
        let (a, b) = (of_rows(view(a), &rows), of_rows(view(b), &rows));
        matmul(
            view_mut(&mut c),
            Accum::Replace,
            a.transpose(),
            b,
            one,
            Par::Seq,
        );
        c
    })
}

/// LB, L the lower triangle of A: half the work of AB.
pub(crate) fn lower_product<T>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let mut c = DMatrix::from_element(a.nrows(), b.ncols(), <T as num_traits::Zero>::zero());
    triangular::matmul(
        view_mut(&mut c),
        BlockStructure::Rectangular,
        Accum::Replace,
        view(a),
        BlockStructure::TriangularLower,
        view(b),
        BlockStructure::Rectangular,
        <T as num_traits::One>::one(),
        Par::Seq,
    );
    c
}

/// AᵀA: the lower triangle by blocks, the upper by symmetry.
pub(crate) fn gram<T>(a: &DMatrix<T>) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let k = a.ncols();
    let mut sum = summed(groups(a.nrows(), 0.5 * flops(a.nrows(), k, k)), |rows| {
        let mut c = DMatrix::from_element(k, k, <T as num_traits::Zero>::zero());
        lower_gram(&mut c, of_rows(view(a), &rows), Accum::Replace);
        c
    });
    sum.fill_upper_triangle_with_lower_triangle();
    sum
}

/// [A B]ᵀ[A B], its lower triangle filled, from views that need not lie side by side.
///
/// A few rows at a time are copied to where they do, and multiplied while they are in a
/// near cache: the input is read once, and one triangular product has the shape of all three.
pub(crate) fn joint_gram<T>(a: &DMatrixView<'_, T>, b: &DMatrixView<'_, T>) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let (d, k, n) = (a.nrows(), a.ncols(), a.ncols() + b.ncols());
    let zero = <T as num_traits::Zero>::zero();
    let height = (PANEL / (n * size_of::<T>())).max(LEAST_HEIGHT);
    let mut sum = summed(groups(d, 0.5 * flops(d, n, n)), |rows| {
        let mut c = DMatrix::from_element(n, n, zero);
        let mut panel = DMatrix::from_element(height.min(rows.len()), n, zero);
        for from in rows.clone().step_by(height) {
            let count = height.min(rows.end - from);
            for j in 0..n {
                let column = if j < k { a.column(j) } else { b.column(j - k) };
                panel.as_mut_slice()[j * count..(j + 1) * count]
                    .copy_from_slice(&column.as_slice()[from..from + count]);
            }
            let filled = MatRef::from_column_major_slice(&panel.as_slice()[..count * n], count, n);
            lower_gram(&mut c, filled, Accum::Add);
        }
        c
    });
    sum.fill_upper_triangle_with_lower_triangle();
    sum
}

/// C = AᵀA or C + AᵀA, in the lower triangle.
fn lower_gram<T>(c: &mut DMatrix<T>, a: MatRef<'_, T>, accumulate: Accum)
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    triangular::matmul(
        view_mut(c),
        BlockStructure::TriangularLower,
        accumulate,
        a.transpose(),
        BlockStructure::Rectangular,
        a,
        BlockStructure::Rectangular,
        <T as num_traits::One>::one(),
        Par::Seq,
    );
}

/// S + XᵀX in the lower triangle of S.
pub(crate) fn add_gram(s: &mut DMatrix<f64>, x: &DMatrix<f64>) {
    lower_gram(s, view(x), Accum::Add);
}

/// S + XᵀY.
pub(crate) fn add_product(s: &mut DMatrix<f64>, x: &DMatrix<f64>, y: &DMatrix<f64>) {
    matmul(
        view_mut(s),
        Accum::Add,
        view(x).transpose(),
        view(y),
        1.0,
        Par::Seq,
    );
}
