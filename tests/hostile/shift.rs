//! Optimal shifts.

use alignment_tax::{
    Budget, Direction, Error, FrontierError, OptimalShift, Real, Subspace, tolerance,
};

use crate::common::{direction, rng, rotation};
use crate::shared::{Extreme, axis, finite, for_both_scalars, near, real, refused};

fn shift_refusals<T: Extreme>() {
    let (v, c, far) = (axis::<T>(2, 0), axis::<T>(2, 1), axis::<T>(3, 0));
    let line = Subspace::from_directions(std::slice::from_ref(&c)).expect("a line");
    let unit = Budget::unit();
    refused!(
        OptimalShift::at_capability(&v, &far, unit, T::zero()),
        FrontierError::Input(Error::DimensionMismatch {
            expected: 2,
            actual: 3,
            ..
        })
    );
    for result in [
        OptimalShift::at_cost(&far, &line, unit, T::zero()),
        OptimalShift::at_safety(&far, &line, unit, T::zero()),
    ] {
        refused!(
            result,
            FrontierError::Input(Error::DimensionMismatch {
                argument: "safety",
                expected: 2,
                actual: 3,
                ..
            })
        );
    }
    for bad in T::NON_FINITE {
        refused!(
            OptimalShift::at_capability(&v, &c, unit, bad),
            FrontierError::Input(Error::OutOfRange {
                argument: "capability change",
                ..
            })
        );
        refused!(
            OptimalShift::at_cost(&v, &line, unit, bad),
            FrontierError::Input(Error::OutOfRange {
                argument: "capability cost",
                ..
            })
        );
        refused!(
            OptimalShift::at_safety(&v, &line, unit, bad),
            FrontierError::Input(Error::OutOfRange {
                argument: "safety gain",
                ..
            })
        );
    }
    let beyond: T = real(1.5);
    refused!(
        OptimalShift::at_capability(&v, &c, unit, -beyond),
        FrontierError::OutOfReach { quantity: "capability change", requested, .. } if *requested == -1.5
    );
    refused!(
        OptimalShift::at_cost(&v, &line, unit, -beyond),
        FrontierError::OutOfReach { quantity: "capability cost", requested, .. } if *requested == -1.5
    );
    for bad in [-beyond, beyond] {
        refused!(
            OptimalShift::at_safety(&v, &line, unit, bad),
            FrontierError::OutOfReach { quantity: "safety gain", requested, budget, .. }
                if (*requested, *budget) == (bad.to_double(), 1.0)
        );
    }
}

/// |gap| ≤ (log₂ d + 28)·ε·B, the length and the measured values within it as well.
fn assert_certified<T: Real>(what: &str, shift: &OptimalShift<T>, b: T) {
    let d = shift.delta().len() as f64;
    let bound = T::machine_epsilon() * real(d.log2() + 28.0) * b;
    finite(what, shift.delta().iter());
    assert!(
        shift.gap().abs() <= bound,
        "{what}: gap {} > {bound}",
        shift.gap()
    );
    assert!(
        shift.length() <= b + bound,
        "{what}: length {} > {b}",
        shift.length()
    );
}

fn shifts_of_degenerate_directions<T: Extreme>() {
    for (d, seed) in [(1, 0), (2, 17), (3, 18), (8, 19), (50, 20)] {
        let mut random = rng(seed);
        let whole = Subspace::<T>::trivial(d).expect("d > 0").complement();
        let zero = Subspace::<T>::trivial(d).expect("d > 0");
        // What is left of v beside itself is noise, of one chance direction a case.
        for round in 0..100 {
            let b = [T::one(), T::HUGE, T::MINUTE][round % 3];
            let x = b * real([0.0, 0.5, 1.0][round / 3 % 3]);
            let budget = Budget::new(b).expect("positive");
            let v = direction::<T>(d, &mut random);
            let line = Subspace::from_directions(std::slice::from_ref(&v)).expect("a line");
            let mut nearly = v.as_vector().clone();
            nearly[0] += T::machine_epsilon() * real(4.0);
            let nearly = Direction::new(&nearly).expect("a direction");
            let bound = T::machine_epsilon() * real(64.0) * b;
            // v = c, v = −c and v within rounding of c.
            for (c, what) in [
                (v.clone(), "equal"),
                (-v.clone(), "opposite"),
                (nearly, "nearly equal"),
            ] {
                let shift = OptimalShift::at_capability(&v, &c, budget, x).expect("in reach");
                assert_certified(&format!("{what}, d = {d}"), &shift, b);
                near(
                    &format!("{what}, d = {d}: capability"),
                    shift.capability(),
                    x,
                    bound,
                );
            }
            // v inside 𝒞, 𝒞 all of R^d, 𝒞 = {0}.
            for (c, what) in [
                (&line, "inside"),
                (&whole, "everything"),
                (&zero, "nothing"),
            ] {
                let shift = OptimalShift::at_cost(&v, c, budget, x).expect("in reach");
                assert_certified(&format!("{what} at cost, d = {d}"), &shift, b);
                assert!(
                    shift.capability() <= x + bound,
                    "{what}, d = {d}: {} paid",
                    shift.capability()
                );
                let shift = OptimalShift::at_safety(&v, c, budget, x).expect("in reach");
                assert_certified(&format!("{what} at safety, d = {d}"), &shift, b);
                near(&format!("{what}, d = {d}: gain"), shift.safety(), x, bound);
            }
        }
    }
}

fn shifts_at_every_scale<T: Extreme>() {
    let mut random = rng(21);
    for d in [2, 3, 40] {
        let (v, c) = (
            direction::<T>(d, &mut random),
            direction::<T>(d, &mut random),
        );
        let line = Subspace::from_directions(std::slice::from_ref(&c)).expect("a line");
        for b in [T::one(), T::HUGE, T::MINUTE, T::LARGEST / real(4.0)] {
            let budget = Budget::new(b).expect("positive");
            for share in [-1.0, -0.3, 0.0, 0.8, 1.0] {
                let x = b * real(share);
                let shift = OptimalShift::at_capability(&v, &c, budget, x).expect("in reach");
                assert_certified("at capability", &shift, b);
                if share >= 0.0 {
                    assert_certified(
                        "at cost",
                        &OptimalShift::at_cost(&v, &line, budget, x).expect("in reach"),
                        b,
                    );
                    let shift = OptimalShift::at_safety(&v, &line, budget, x).expect("in reach");
                    assert_certified("at safety", &shift, b);
                    near(
                        "gain",
                        shift.safety(),
                        x,
                        T::machine_epsilon() * real(64.0) * b,
                    );
                }
            }
        }
    }
    // A cost beyond the budget buys no more than the budget does.
    let line = Subspace::from_directions(&[axis::<T>(2, 0)]).expect("a line");
    let shift =
        OptimalShift::at_cost(&axis(2, 0), &line, Budget::unit(), T::LARGEST).expect("in reach");
    assert_eq!(shift.safety(), T::one());
}

/// Capabilities that span all of space, by a basis that is rounded: what rounding leaves of safety outside is no
/// direction to spend the rest of the budget on.
fn what_rounding_leaves_is_not_spent<T: Extreme>() {
    let mut rng = rng(92);
    for d in [2, 3, 5, 9] {
        let whole = Subspace::from_orthonormal(&rotation::<T>(d, &mut rng)).expect("a basis");
        let v = direction::<T>(d, &mut rng);
        let cost = real::<T>(0.25);
        let shift = OptimalShift::at_cost(&v, &whole, Budget::unit(), cost).expect("in reach");
        let bound = tolerance::orthonormality::<T>(d);
        let off = (shift.delta() - v.as_vector() * cost).norm();
        near("shift", off, T::zero(), bound);
        near("length", shift.length(), cost, bound);
    }
}

for_both_scalars!(
    what_rounding_leaves_is_not_spent,
    shift_refusals,
    shifts_of_degenerate_directions,
    shifts_at_every_scale,
);
