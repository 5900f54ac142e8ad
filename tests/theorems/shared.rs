//! What the statements share: both scalars, bounds, and planted cases.

use alignment_tax::{Budget, Direction, Objectives, Real, Subspace, tolerance};
use nalgebra::DMatrix;

use crate::common::{direction, gaussian, rng, subspace};

/// Runs a generic check for both scalars.
macro_rules! both {
    ($name:ident, $check:ident) => {
        #[test]
        fn $name() {
            $check::<f64>();
            $check::<f32>();
        }
    };
}

pub(crate) use both;

pub fn t<T: Real>(x: f64) -> T {
    T::from_double(x)
}

pub fn angle_bound<T: Real>(m: usize) -> T {
    tolerance::angle::<T>(m)
}

pub fn closed<T: Real>() -> T {
    tolerance::closed_form::<T>()
}

pub fn budget<T: Real>(b: f64) -> Budget<T> {
    Budget::new(t(b)).expect("positive")
}

/// v and the angle α to a subspace of dimension m that it was planted at.
pub fn planted<T: Real>(d: usize, m: usize, alpha: f64, seed: u64) -> (Direction<T>, Subspace<T>) {
    let mut rng = rng(seed);
    let c = subspace::<T>(d, m, &mut rng);
    let inside = c.basis() * gaussian::<T>(m, 1, &mut rng).column(0);
    let outside = c
        .reject(&gaussian::<T>(d, 1, &mut rng).column(0).into_owned())
        .expect("finite");
    let v = inside.normalize() * t::<T>(alpha.cos()) + outside.normalize() * t::<T>(alpha.sin());
    (Direction::new(&v).expect("a direction"), c)
}

/// The largest distance of a sample from a distribution function, times √n: 1.95 is
/// exceeded once in a thousand times (Kolmogorov).
pub fn distance_from_law(mut sample: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    sample.sort_by(f64::total_cmp);
    let n = sample.len() as f64;
    let distance = sample.iter().enumerate().fold(0.0_f64, |worst, (i, &x)| {
        let f = cdf(x);
        worst.max(f - i as f64 / n).max((i + 1) as f64 / n - f)
    });
    distance * n.sqrt()
}

/// Two directions of the plane at an angle.
pub fn plane<T: Real>(alpha: f64) -> (Direction<T>, Direction<T>) {
    let v = Direction::from_slice(&[T::one(), T::zero()]).expect("a direction");
    let c =
        Direction::from_slice(&[t::<T>(alpha).cos(), t::<T>(alpha).sin()]).expect("a direction");
    (v, c)
}

/// A safety direction and p capability directions, the last of them a combination of the first
/// two, as named objectives.
pub fn several<T: Real>(
    d: usize,
    p: usize,
    seed: u64,
) -> (Direction<T>, DMatrix<T>, Objectives<T>) {
    let mut rng = rng(seed);
    let v = direction::<T>(d, &mut rng);
    let mut c = gaussian::<T>(d, p, &mut rng);
    for mut column in c.column_iter_mut() {
        column.axpy(t(-0.5), v.as_vector(), T::one());
    }
    if p > 2 {
        let mixed = c.column(0) + c.column(1);
        c.set_column(p - 1, &mixed);
    }
    let columns: Vec<Direction<T>> = c
        .column_iter()
        .map(|x| Direction::new(&x.into_owned()).expect("not zero"))
        .collect();
    let names: Vec<String> = (0..p).map(|i| format!("c{i}")).collect();
    let mut named = vec![("safety", &v)];
    named.extend(names.iter().map(String::as_str).zip(&columns));
    let objectives = Objectives::from_directions(&named).expect("one space");
    let units = DMatrix::from_fn(d, p, |i, j| columns[j].as_vector()[i]);
    (v, units, objectives)
}

pub fn many<T: Real>(k: usize) -> T {
    tolerance::gain::<T>(k)
}
