//! Shares of the tax.

use alignment_tax::{Attribution, Direction, Error, ShapleyMethod, tolerance};
use nalgebra::DVector;

use crate::common::{direction, rng};
use crate::shared::{Extreme, axis, finite, for_both_scalars, near, real, refused};

fn attribution_refusals<T: Extreme>() {
    let v = axis::<T>(3, 0);
    let many = vec![axis::<T>(3, 1); 17];
    refused!(
        Attribution::exact(&v, &[]),
        Error::Empty {
            argument: "capabilities",
            rows: 0,
            columns: 0,
            ..
        }
    );
    refused!(
        Attribution::sampled(&v, &[], 2, &mut rng(0)),
        Error::Empty {
            argument: "capabilities",
            rows: 0,
            columns: 0,
            ..
        }
    );
    refused!(
        Attribution::exact(&v, &many),
        Error::OutOfBounds {
            argument: "number of capabilities",
            least: 1,
            most: 16,
            actual: 17,
            ..
        }
    );
    for orders in [0, 1] {
        refused!(
            Attribution::sampled(&v, &many, orders, &mut rng(0)),
            Error::OutOfBounds { argument: "orders", least: 2, actual, .. } if *actual == orders
        );
    }
    // So many orders are allowed, and of no capabilities none is drawn.
    let most = u32::MAX as usize;
    refused!(
        Attribution::sampled(&v, &[], most, &mut rng(0)),
        Error::Empty { .. }
    );
    refused!(
        Attribution::sampled(&v, &many, most + 1, &mut rng(0)),
        Error::OutOfBounds { argument: "orders", most: x, .. } if *x == most
    );
    refused!(
        Attribution::exact(&v, &[axis(3, 0), axis(4, 0)]),
        Error::DimensionMismatch {
            argument: "capabilities",
            unit: "coordinates",
            expected: 3,
            actual: 4,
            ..
        }
    );
    refused!(
        Attribution::exact(&v, &[axis(4, 0), axis(4, 1)]),
        Error::DimensionMismatch {
            argument: "safety",
            unit: "coordinates",
            expected: 4,
            actual: 3,
            ..
        }
    );
}

fn attributions_of_odd_shape<T: Extreme>() {
    let bound = tolerance::closed_form::<T>();
    // d = 1: sixteen names for one capability share it evenly.
    let v = axis::<T>(1, 0);
    let one = Attribution::exact(&v, &vec![-v.clone(); 16]).expect("shares");
    assert_eq!(one.subspace().dimension(), 1);
    for i in 0..16 {
        near("share", one.shapley()[i], real(1.0 / 16.0), bound);
        assert_eq!((one.overlaps()[i], one.unique()[i]), (-T::one(), T::zero()));
    }
    // p = 1, p > d, sampled and exact.
    for (d, p) in [(2, 1), (3, 5), (4, 4)] {
        let mut random = rng(13);
        let v = direction::<T>(d, &mut random);
        let list: Vec<_> = (0..p).map(|_| direction::<T>(d, &mut random)).collect();
        let exact = Attribution::exact(&v, &list).expect("shares");
        let sampled = Attribution::sampled(&v, &list, 2, &mut random).expect("shares");
        assert!(matches!(
            sampled.method(),
            ShapleyMethod::Sampled { orders: 2, .. }
        ));
        let errors = sampled.standard_errors().expect("sampled");
        finite("errors", errors.iter());
        assert_eq!(errors.len(), p);
        for a in [&exact, &sampled] {
            let condition = a.subspace().condition_number();
            near(
                "sum",
                a.shapley().sum(),
                a.total().value(),
                bound * condition * real(p as f64),
            );
            finite(
                "shares",
                a.shapley().iter().chain(a.unique()).chain(a.overlaps()),
            );
            assert_eq!(a.individual().len(), p);
        }
    }
}

/// A capability that the subspace counts as a dimension of its own is a player of its
/// own too: the shares add up to τ up to the edge of the numerical rank.
fn shares_add_up_at_the_edge_of_the_rank<T: Extreme>() {
    let (d, p) = (20, 16);
    let edge = tolerance::rank::<T>(d, p);
    for steps in 1..=24 {
        // Fifteen axes, and the last of them tilted out of their span.
        let mut list: Vec<Direction<T>> = (0..p - 1).map(|i| axis(d, i)).collect();
        let mut last = DVector::zeros(d);
        last[p - 2] = T::one();
        last[p - 1] = edge * real(0.25 * f64::from(steps));
        list.push(Direction::new(&last).expect("a direction"));
        let v = axis::<T>(d, p - 1);
        for players in [2, 4, p] {
            let shares =
                Attribution::sampled(&v, &list[p - players..], 4, &mut rng(14)).expect("shares");
            let (sum, tau) = (shares.shapley().sum(), shares.total().value());
            near(
                &format!("{players} players, tilt {steps}/4"),
                sum,
                tau,
                real(0.1),
            );
        }
    }
}

for_both_scalars!(
    attribution_refusals,
    attributions_of_odd_shape,
    shares_add_up_at_the_edge_of_the_rank,
);
