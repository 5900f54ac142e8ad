//! §10 The plain-language account.

use alignment_tax::{Budget, Direction, OptimalShift, PreservationFrontier, TaxRate, tolerance};
use nalgebra::{DMatrix, DVector};

use crate::common::{gaussian, rng};
use crate::shared::{plane, planted};

#[test]
fn t10_right_angle_costs_nothing_and_zero_angle_trades_one_to_one() {
    let rate = |alpha: f64| {
        let (v, c) = plane::<f64>(alpha);
        PreservationFrontier::new(TaxRate::single(&v, &c).expect("one space"), Budget::unit())
    };
    let right = rate(std::f64::consts::FRAC_PI_2);
    assert!(right.min_cost(1.0).expect("in reach") <= tolerance::closed_form());
    let same = rate(0.0);
    for s in [0.1, 0.5, 1.0] {
        assert!((same.min_cost(s).expect("in reach") - s).abs() <= tolerance::closed_form());
    }
    let between = rate(std::f64::consts::FRAC_PI_4);
    assert!(between.free_gain() > 0.7);
    assert_eq!(between.min_cost(0.7).expect("in reach"), 0.0);
    assert!(between.min_cost(0.8).expect("in reach") > 0.0);
}

/// The angle measured beforehand predicts the loss that is then measured: samples of
/// a linear model are moved by the recommended shift and measured again.
#[test]
fn t10_angle_measured_beforehand_predicts_the_loss() {
    let mut rng = rng(10);
    let (v, c) = planted::<f64>(50, 1, 0.8, 10);
    let capability = Direction::new(c.basis().column(0)).expect("unit");
    let samples = gaussian::<f64>(200, 50, &mut rng);
    let score = |x: &DMatrix<f64>, w: &DVector<f64>| (x * w).mean();
    for cost in [0.0, 0.2, 0.5] {
        let shift = OptimalShift::at_cost(&v, &c, Budget::unit(), cost).expect("in reach");
        let moved = DMatrix::from_fn(200, 50, |i, j| samples[(i, j)] + shift.delta()[j]);
        let loss = score(&moved, capability.as_vector()) - score(&samples, capability.as_vector());
        let gain = score(&moved, v.as_vector()) - score(&samples, v.as_vector());
        let frontier =
            PreservationFrontier::new(TaxRate::between(&v, &c).expect("one space"), Budget::unit());
        let bound = tolerance::mean_difference::<f64>(200);
        assert!((loss.abs() - cost).abs() <= bound);
        assert!((gain - frontier.max_safety(cost).expect("in reach")).abs() <= bound);
    }
}
