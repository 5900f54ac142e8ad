//! Products. Large ones are cut into groups of rows, whose number depends on the shape alone:
//! the groups of a result go to as many threads as there are (feature `rayon`), partial sums are
//! added in order, and equal inputs give equal bits on any number of threads.

use std::ops::Range;

use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::{DMatrix, DMatrixView, DVectorView};

use super::thin::{self, Lanes};
use super::{view, view_mut};
use crate::linalg::joint::JointGram;
use crate::parallel::{WORTH_A_THREAD, in_order, in_order_if_long};

/// Flops of a group of rows: the better part of a millisecond on one core, so that a thread is worth it.
const GROUP: f64 = 33_554_432.0;
/// Groups at most, each with a partial sum of the size of the result, and rows to a group at least.
const MOST_GROUPS: usize = 8;
const LEAST_ROWS: usize = 1024;
/// Bytes of the rows of a matrix that are copied before they are multiplied, so that they are still
/// in a second-level cache; and rows at least, so that there is something to add up. No power of two: where columns
/// are, one of them pushes the other out of the cache.
const PANEL: usize = 262_144;
const LEAST_HEIGHT: usize = 504;
/// Rows that are copied where none are added up.
const LOW_PANEL: usize = 248;
/// Columns, of both sides together, and rows, with which inner products of columns as they lie are
/// faster than a product that first orders them; of a triangle, with which that gains less, more columns.
const NARROW: usize = 36;
const NARROW_TRIANGLE: usize = 64;
const LONG: usize = 512;
/// Rows at least of a group whose result is no partial sum.
const LEAST_STRIP: usize = 64;

/// Groups of rows of equal size, a power of two of them, as many as the flops of the product warrant.
fn groups(rows: usize, flops: f64) -> Vec<Range<usize>> {
    cut(rows, flops / GROUP, LEAST_ROWS)
}

/// The same for what needs no partial sums: shorter ones.
fn strips(rows: usize, flops: f64) -> Vec<Range<usize>> {
    cut(rows, flops / WORTH_A_THREAD, LEAST_STRIP)
}

fn cut(rows: usize, pieces: f64, least: usize) -> Vec<Range<usize>> {
    let most = MOST_GROUPS.min(rows / least).max(1);
    let count = (pieces as usize).clamp(1, most);
    let size = rows.div_ceil(1 << count.ilog2()).max(1);
    (0..rows.max(1))
        .step_by(size)
        .map(|from| from..(from + size).min(rows))
        .collect()
}

/// Adds up pairs of parts of so many entries, and pairs of these, until one is left.
fn added<P: Send>(
    mut parts: Vec<P>,
    entries: f64,
    add: impl Fn(P, P) -> P + Sync + Send,
) -> Option<P> {
    while parts.len() > 1 {
        let mut rest = parts.into_iter();
        let mut pairs = Vec::new();
        while let Some(first) = rest.next() {
            pairs.push((first, rest.next()));
        }
        // An addition waits for memory for as long as some flops of a product take.
        let work = 8.0 * entries * pairs.len() as f64;
        parts = in_order_if_long(work, pairs, |(first, second)| match second {
            Some(second) => add(first, second),
            None => first,
        });
    }
    parts.pop()
}

/// The sum of what `partial` makes of each group.
fn summed<T>(
    groups: Vec<Range<usize>>,
    partial: impl Fn(Range<usize>) -> DMatrix<T> + Sync + Send,
) -> DMatrix<T>
where
    T: nalgebra::RealField + Copy,
{
    let parts = in_order(groups, partial);
    let entries = parts.first().map_or(0, DMatrix::len) as f64;
    added(parts, entries, |sum, part| sum + part).unwrap_or_else(|| DMatrix::zeros(0, 0))
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
    in_order(in_strips(c, flops), |(c, rows)| {
        change(c, of_rows(view(a), &rows));
    });
}

/// C cut into strips of rows, as many as the flops of a product warrant.
fn in_strips<T>(c: &mut DMatrix<T>, flops: f64) -> Vec<(MatMut<'_, T>, Range<usize>)> {
    let rows = c.nrows();
    let mut rest = view_mut(c);
    let mut pieces = Vec::new();
    for rows in strips(rows, flops) {
        let (piece, below) = rest.split_at_row_mut(rows.len());
        pieces.push((piece, rows));
        rest = below;
    }
    pieces
}

fn of_rows<'a, T>(a: MatRef<'a, T>, rows: &Range<usize>) -> MatRef<'a, T> {
    a.subrows(rows.start, rows.len())
}

/// Some rows of each column.
fn columns_of<'a, T: Lanes>(a: &'a DMatrix<T>, rows: &Range<usize>) -> Vec<&'a [T]> {
    let stride = a.nrows();
    (0..a.ncols())
        .map(|j| &a.as_slice()[j * stride + rows.start..j * stride + rows.end])
        .collect()
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

/// A·X − B·Y, from views whose columns need not lie side by side.
pub(crate) fn difference<T>(
    (a, x): (&DMatrixView<'_, T>, &DMatrix<T>),
    (b, y): (&DMatrixView<'_, T>, &DMatrix<T>),
) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let (d, k, n) = (a.nrows(), a.ncols(), x.ncols());
    let (zero, one) = (
        <T as num_traits::Zero>::zero(),
        <T as num_traits::One>::one(),
    );
    // [A B] times what of it is in A·X − B·Y.
    let mut both = DMatrix::from_element(k + b.ncols(), n, zero);
    both.rows_mut(0, k).copy_from(x);
    both.rows_mut(k, b.ncols()).zip_apply(y, |to, y| *to = -y);
    let mut c = DMatrix::from_element(d, n, zero);
    let flops = flops(d, k + b.ncols(), n);
    in_order(in_strips(&mut c, flops), |(mut c, rows)| {
        let mut from = 0;
        each_panel(a, b, &rows, LOW_PANEL, |panel| {
            let c = c.as_mut().subrows_mut(from, panel.nrows());
            matmul(c, Accum::Replace, panel, view(&both), one, Par::Seq);
            from += panel.nrows();
        });
    });
    c
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

/// UᵀB, U the upper triangle of A: half the work of AᵀB.
pub(crate) fn transposed_upper_product<T>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let (rows, columns) = (a.ncols(), b.ncols());
    let mut c = DMatrix::from_element(rows, columns, <T as num_traits::Zero>::zero());
    let mut rest = view_mut(&mut c);
    let mut pieces = Vec::new();
    for strip in strips(columns, 0.5 * flops(rows, a.nrows(), columns)) {
        let (piece, right) = rest.split_at_col_mut(strip.len());
        pieces.push((piece, view(b).subcols(strip.start, strip.len())));
        rest = right;
    }
    in_order(pieces, |(c, b)| {
        triangular::matmul(
            c,
            BlockStructure::Rectangular,
            Accum::Replace,
            view(a).transpose(),
            BlockStructure::TriangularLower,
            b,
            BlockStructure::Rectangular,
            <T as num_traits::One>::one(),
            Par::Seq,
        );
    });
    c
}

/// Aᵀ·B.
pub(crate) fn transposed_product<T>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T>
where
    T: faer::traits::RealField + Lanes,
{
    let (k, n) = (a.ncols(), b.ncols());
    let groups = groups(a.nrows(), flops(a.nrows(), k, n));
    if k.min(n) > 1 && k + n <= NARROW && a.nrows() >= LONG {
        return summed(groups, |rows| {
            thin::products(&columns_of(a, &rows), &columns_of(b, &rows))
        });
    }
    summed(groups, |rows| {
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
    T: faer::traits::RealField + Lanes,
{
    let k = a.ncols();
    let mut sum = summed(groups(a.nrows(), 0.5 * flops(a.nrows(), k, k)), |rows| {
        if k <= NARROW_TRIANGLE && rows.len() >= LONG {
            return thin::gram(&columns_of(a, &rows));
        }
        let mut c = DMatrix::from_element(k, k, <T as num_traits::Zero>::zero());
        lower_gram(&mut c, of_rows(view(a), &rows), Accum::Replace);
        c
    });
    sum.fill_upper_triangle_with_lower_triangle();
    sum
}

/// The inner products of the columns of A and B, from views whose columns need not lie side by side.
pub(crate) fn joint_gram<T>(a: &DMatrixView<'_, T>, b: &DMatrixView<'_, T>) -> JointGram<T>
where
    T: faer::traits::RealField + Lanes,
{
    let (d, k, l) = (a.nrows(), a.ncols(), b.ncols());
    let n = k + l;
    let (zero, one) = (
        <T as num_traits::Zero>::zero(),
        <T as num_traits::One>::one(),
    );
    let zeros = |rows, columns| DMatrix::from_element(rows, columns, zero);
    let groups = groups(d, 0.5 * flops(d, n, n));
    if n <= NARROW_TRIANGLE && d >= LONG {
        let columns: Vec<DVectorView<'_, T>> = a.column_iter().chain(b.column_iter()).collect();
        let whole = summed(groups, |rows| {
            let columns: Vec<&[T]> = columns
                .iter()
                .map(|c| &c.as_slice()[rows.clone()])
                .collect();
            thin::gram(&columns)
        });
        return JointGram::cut(&whole, k);
    }
    let height = (PANEL / (n * size_of::<T>())).max(LEAST_HEIGHT);
    let parts = in_order(groups, |rows| {
        let mut sum = JointGram {
            left: zeros(k, k),
            cross: zeros(l, k),
            right: zeros(l, l),
        };
        each_panel(a, b, &rows, height, |panel| {
            let (a, b) = panel.split_at_col(k);
            lower_gram(&mut sum.left, a, Accum::Add);
            lower_gram(&mut sum.right, b, Accum::Add);
            let cross = view_mut(&mut sum.cross);
            matmul(cross, Accum::Add, b.transpose(), a, one, Par::Seq);
        });
        sum
    });
    added(parts, (n * n) as f64, JointGram::add).unwrap_or_else(|| JointGram::portable(a, b))
}

/// Shows so many rows of [A B] at a time, copied to where their columns lie side by side; few enough
/// to be in a near cache while they are multiplied, so that the input is read once.
fn each_panel<T>(
    a: &DMatrixView<'_, T>,
    b: &DMatrixView<'_, T>,
    rows: &Range<usize>,
    height: usize,
    mut show: impl FnMut(MatRef<'_, T>),
) where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let (k, n) = (a.ncols(), a.ncols() + b.ncols());
    let mut panel = Vec::with_capacity(height.min(rows.len()) * n);
    for from in rows.clone().step_by(height) {
        let count = height.min(rows.end - from);
        panel.clear();
        for j in 0..n {
            let column = if j < k { a.column(j) } else { b.column(j - k) };
            panel.extend_from_slice(&column.as_slice()[from..from + count]);
        }
        show(MatRef::from_column_major_slice(&panel, count, n));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Small integers, whose products are added exactly in any order.
    fn integers(rows: usize, columns: usize, seed: usize) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |i, j| {
            ((i * i + 7 * i + 13 * j + seed) % 11) as f64 - 5.0
        })
    }

    #[test]
    fn pieces_hold_every_row_once_and_are_of_one_size() {
        for rows in [1, 2, 63, 64, 1000, 4096, 12_345] {
            for pieces in [0.0, 1.0, 2.5, 5.0, 8.0, 1e9] {
                for least in [1, 64, 1024] {
                    let pieces = cut(rows, pieces, least);
                    let size = pieces[0].len();
                    let all: Vec<usize> = pieces.iter().cloned().flatten().collect();
                    assert_eq!(all, (0..rows).collect::<Vec<_>>());
                    assert!(pieces.len() <= MOST_GROUPS);
                    for piece in &pieces[..pieces.len() - 1] {
                        assert_eq!(piece.len(), size);
                    }
                }
            }
        }
    }

    #[test]
    fn parts_are_added_in_order_and_each_once() {
        for n in (0..20).rev() {
            let parts: Vec<String> = (0..n).map(|i| format!("{i};")).collect();
            let whole = parts.concat();
            let sum = added(parts, 1.0, |sum, part| sum + &part);
            assert_eq!(sum, (n > 0).then_some(whole));
        }
    }

    #[test]
    fn sums_over_groups_are_over_all_rows() {
        let a = integers(1000, 5, 3);
        let whole = a.tr_mul(&a).lower_triangle();
        for cuts in [
            [0, 1000, 1000, 1000],
            [0, 300, 301, 1000],
            [0, 8, 512, 1000],
        ] {
            let groups = cuts.windows(2).map(|cut| cut[0]..cut[1]).collect();
            let sum = summed(groups, |rows| thin::gram(&columns_of(&a, &rows)));
            assert_eq!(sum.lower_triangle(), whole);
        }
    }

    /// Few and many columns, few and many rows, which several panels show one after the other;
    /// from the middle of larger matrices.
    #[test]
    fn joint_products_are_those_of_the_definition() {
        for (d, k, l) in [
            (1, 1, 1),
            (7, 3, 2),
            (600, 3, 4),
            (500, 40, 30),
            (1300, 40, 30),
            (1025, 66, 0),
            (2048, 10, 60),
        ] {
            let (a, b) = (integers(d + 5, k + 1, 1), integers(d + 3, l + 2, 8));
            let (a, b) = (a.view((4, 1), (d, k)), b.view((1, 0), (d, l)));
            let (found, exact) = (joint_gram(&a, &b), JointGram::portable(&a, &b));
            assert_eq!(found.left.lower_triangle(), exact.left.lower_triangle());
            assert_eq!(found.cross, exact.cross);
            assert_eq!(found.right.lower_triangle(), exact.right.lower_triangle());
        }
    }

    /// With views of which the columns do not lie side by side, in one panel and in several.
    #[test]
    fn differences_of_products_are_those_of_the_definition() {
        for (d, k, l, n) in [
            (1, 1, 1, 1),
            (5, 2, 3, 2),
            (513, 4, 1, 3),
            (1500, 40, 60, 20),
        ] {
            let (a, b) = (integers(d + 5, k + 1, 1), integers(d + 3, l + 2, 8));
            let (a, b) = (a.view((4, 1), (d, k)), b.view((1, 0), (d, l)));
            let (x, y) = (integers(k, n, 3), integers(l, n, 4));
            assert_eq!(difference((&a, &x), (&b, &y)), a * &x - b * &y);
        }
    }

    /// A group of rows from the middle, in more than one panel.
    #[test]
    fn panels_show_each_row_of_a_group_once() {
        let (a, b) = (integers(2000, 50, 2), integers(2000, 30, 5));
        let rows = 100..1800;
        let mut shown = Vec::new();
        each_panel(&a.as_view(), &b.as_view(), &rows, 504, |panel| {
            for i in 0..panel.nrows() {
                shown.push(
                    (0..panel.ncols())
                        .map(|j| panel[(i, j)])
                        .collect::<Vec<_>>(),
                );
            }
        });
        let expected: Vec<Vec<f64>> = rows
            .map(|i| a.row(i).iter().chain(b.row(i).iter()).copied().collect())
            .collect();
        assert_eq!(shown, expected);
    }
}
