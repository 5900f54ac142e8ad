//! The blocked kernels of faer over nalgebra's column-major storage, without a
//! copy, for f32 and f64 (feature `faer`).
//!
//! Every call asks for sequential execution by name: faer's default would take
//! whatever parallelism another crate of the same build has set, and equal
//! inputs must give equal results whatever that is. What is done on several threads is
//! cut into pieces here, by shape alone.

mod bidiagonal;
mod dqds;
mod factors;
mod products;
mod thin;

pub(crate) use factors::{
    cholesky, inverse_upper, right_factors, singular_values, svd, symmetric_eigen,
};
pub(crate) use products::{
    add_gram, add_product, difference, gram, joint_gram, lower_product, product, subtract_product,
    transposed_product, transposed_upper_product, upper_product,
};

use faer::{MatMut, MatRef};
use nalgebra::DMatrix;

fn view<T>(a: &DMatrix<T>) -> MatRef<'_, T> {
    MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols())
}

fn view_mut<T>(a: &mut DMatrix<T>) -> MatMut<'_, T> {
    let (rows, columns) = a.shape();
    MatMut::from_column_major_slice_mut(a.as_mut_slice(), rows, columns)
}
