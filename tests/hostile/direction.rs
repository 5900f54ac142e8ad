//! Directions.

use alignment_tax::{Direction, Error};
use nalgebra::DVector;

use crate::shared::{Extreme, axis, finite, for_both_scalars, magnitudes, near, real, refused};

fn direction_refusals<T: Extreme>() {
    for bad in T::NON_FINITE {
        let x = [T::one(), T::zero(), bad, bad];
        refused!(
            Direction::from_slice(&x),
            Error::NonFinite { argument: "vector", row: 2, column: 0, value, .. }
                if !value.is_finite()
        );
        refused!(
            Direction::new(&DVector::from_column_slice(&x)),
            Error::NonFinite {
                argument: "vector",
                row: 2,
                column: 0,
                ..
            }
        );
    }
    refused!(
        Direction::<T>::from_slice(&[]),
        Error::Empty {
            argument: "vector",
            rows: 0,
            columns: 1,
            ..
        }
    );
    refused!(
        Direction::<T>::new(&DVector::zeros(0)),
        Error::Empty {
            argument: "vector",
            rows: 0,
            columns: 1,
            ..
        }
    );
    for d in [1, 2, 100] {
        refused!(
            Direction::new(&DVector::<T>::zeros(d)),
            Error::ZeroVector {
                argument: "vector",
                column: 0,
                ..
            }
        );
    }
    refused!(
        Direction::from_slice(&[-T::zero()]),
        Error::ZeroVector { .. }
    );
    let (v, c) = (axis::<T>(2, 0), axis::<T>(3, 0));
    for result in [v.overlap(&c), v.angle(&c)] {
        refused!(
            result,
            Error::DimensionMismatch {
                argument: "other",
                unit: "coordinates",
                expected: 2,
                actual: 3,
                ..
            }
        );
    }
}

fn directions_of_any_magnitude<T: Extreme>() {
    let bound = T::machine_epsilon() * real(4.0);
    for x in magnitudes::<T>() {
        assert_eq!(
            Direction::from_slice(&[-x]).expect("d = 1").as_vector()[0],
            -T::one()
        );
        let v = Direction::from_slice(&[x, T::zero(), -x]).expect("a direction");
        near(
            "first",
            v.as_vector()[0],
            real::<T>(std::f64::consts::FRAC_1_SQRT_2),
            bound,
        );
        near(
            "last",
            v.as_vector()[2],
            -real::<T>(std::f64::consts::FRAC_1_SQRT_2),
            bound,
        );
        // The smaller entry may vanish beside the larger one, and nothing else may.
        for y in magnitudes::<T>() {
            let v = Direction::from_slice(&[x, y]).expect("a direction");
            finite("mixed", v.as_vector().iter());
            near("length", v.as_vector().norm(), T::one(), bound);
            let ratio = (x.to_double() / y.to_double()).atan();
            near("mixed", v.as_vector()[0], real(ratio.sin()), bound);
            near(
                "angle",
                v.angle(&axis(2, 1)).expect("one space"),
                real(ratio),
                bound * real(2.0),
            );
        }
    }
}

for_both_scalars!(direction_refusals, directions_of_any_magnitude);
