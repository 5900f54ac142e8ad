//! Budgets and the signed frontier.

use alignment_tax::{
    Budget, Direction, Error, FrontierError, FrontierPoint, Interaction, OptimalShift,
    ParetoFrontier, PreservationFrontier, TaxRate, tolerance,
};

use crate::common::{direction, rng};
use crate::shared::{Extreme, axis, finite, for_both_scalars, near, real, refused};

fn budgets<T: Extreme>() {
    for bad in [
        T::NON_FINITE[0],
        T::NON_FINITE[1],
        T::NON_FINITE[2],
        T::zero(),
        -T::zero(),
        -T::SUBNORMAL,
    ] {
        refused!(
            Budget::new(bad),
            Error::OutOfRange { argument: "budget", actual, .. } if *actual == bad.to_double() || actual.is_nan()
        );
    }
    for good in [T::one(), T::HUGE, T::MINUTE] {
        assert_eq!(Budget::new(good).map(Budget::value), Ok(good));
    }
}

fn pareto_refusals<T: Extreme>() {
    let unit = Budget::<T>::unit();
    refused!(
        ParetoFrontier::between(&axis(2, 0), &axis(3, 0), unit),
        Error::DimensionMismatch {
            expected: 2,
            actual: 3,
            ..
        }
    );
    let beyond = T::one() + T::machine_epsilon();
    for bad in [
        T::NON_FINITE[0],
        T::NON_FINITE[1],
        T::NON_FINITE[2],
        beyond,
        -beyond,
    ] {
        refused!(
            ParetoFrontier::from_overlap(bad, unit),
            Error::OutOfRange { argument: "overlap", actual, .. } if *actual == bad.to_double() || actual.is_nan()
        );
    }
    for bad in [
        T::NON_FINITE[0],
        T::NON_FINITE[1],
        -T::SUBNORMAL,
        T::pi() * beyond,
    ] {
        refused!(
            ParetoFrontier::from_angle(bad, unit),
            Error::OutOfRange { argument: "angle", actual, .. } if *actual == bad.to_double() || actual.is_nan()
        );
    }
    let frontier = ParetoFrontier::from_overlap(real::<T>(-0.5), unit).expect("an overlap");
    for bad in T::NON_FINITE {
        refused!(
            frontier.safety_at(bad),
            FrontierError::Input(Error::OutOfRange { argument: "capability change", actual, .. }) if !actual.is_finite()
        );
        refused!(
            frontier.capability_at(bad),
            FrontierError::Input(Error::OutOfRange { argument: "safety gain", actual, .. }) if !actual.is_finite()
        );
        refused!(
            frontier.price_at(bad),
            FrontierError::Input(Error::OutOfRange {
                argument: "capability change",
                ..
            })
        );
        for (point, name) in [
            (
                FrontierPoint {
                    capability: bad,
                    safety: T::zero(),
                },
                "capability change",
            ),
            (
                FrontierPoint {
                    capability: T::zero(),
                    safety: bad,
                },
                "safety gain",
            ),
        ] {
            refused!(
                frontier.required_budget(point),
                FrontierError::Input(Error::OutOfRange { argument, .. }) if *argument == name
            );
            refused!(
                frontier.contains(point),
                FrontierError::Input(Error::OutOfRange { argument, .. }) if *argument == name
            );
        }
        assert!(!frontier.is_efficient(bad));
    }
    for bad in [beyond, -beyond, T::LARGEST] {
        refused!(
            frontier.safety_at(bad),
            FrontierError::OutOfReach { quantity: "capability change", requested, budget, least, most, .. }
                if (*requested, *budget, *least, *most) == (bad.to_double(), 1.0, -1.0, 1.0)
        );
        refused!(
            frontier.capability_at(bad),
            FrontierError::OutOfReach { quantity: "safety gain", requested, budget, least, most, .. }
                if (*requested, *budget, *least, *most) == (bad.to_double(), 1.0, -1.0, 1.0)
        );
        refused!(
            frontier.price_at(bad),
            FrontierError::OutOfReach {
                quantity: "capability change",
                ..
            }
        );
    }
    for end in [T::one(), -T::one()] {
        refused!(
            frontier.price_at(end),
            FrontierError::InfinitePrice { quantity: "capability change", requested, budget, .. }
                if (*requested, *budget) == (end.to_double(), 1.0)
        );
    }
    for n in [0, 1] {
        refused!(
            frontier.points(n),
            Error::OutOfBounds { argument: "number of points", least: 2, actual, .. } if *actual == n
        );
    }
    for n in [0, 1, 2] {
        refused!(
            frontier.outline(n),
            Error::OutOfBounds { argument: "number of points", least: 3, actual, .. } if *actual == n
        );
    }
    // One line: a pair off it has no budget, a pair on it has its own length.
    for (sign, off) in [(T::one(), -T::one()), (-T::one(), T::one())] {
        let line = ParetoFrontier::from_overlap(sign, Budget::unit()).expect("an overlap");
        let point = |s: T| FrontierPoint {
            capability: T::one(),
            safety: s,
        };
        refused!(
            line.required_budget(point(off)),
            FrontierError::Entangled { quantity: "safety gain", requested, .. } if *requested == off.to_double()
        );
        assert_eq!(line.required_budget(point(sign)), Ok(T::one()));
        assert_eq!(line.price_at(T::one()), Ok(sign));
        assert_eq!(line.contains(point(off)), Ok(false));
        assert_eq!(line.contains(point(sign)), Ok(true));
    }
}

/// A budget too large for the scalar is not a sign of entanglement.
fn a_budget_that_overflows_is_not_called_entangled<T: Extreme>() {
    let frontier = ParetoFrontier::from_overlap(T::zero(), Budget::unit()).expect("an overlap");
    let far = FrontierPoint {
        capability: T::LARGEST,
        safety: T::LARGEST,
    };
    refused!(
        frontier.required_budget(far),
        FrontierError::Input(Error::OutOfRange { .. })
    );
    let nearly = Direction::from_slice(&[T::one(), real(0.5)]).expect("a direction");
    let tax = TaxRate::single(&nearly, &axis(2, 0)).expect("one space");
    refused!(
        PreservationFrontier::new(tax, Budget::unit()).tax_free_budget(T::LARGEST),
        FrontierError::Input(Error::OutOfRange { .. })
    );
}

fn overlaps<T: Extreme>() -> Vec<T> {
    let eps = T::machine_epsilon();
    [1.0, 0.6, 0.0, -0.6, -1.0]
        .into_iter()
        .map(real)
        .chain([T::one() - eps, eps - T::one(), T::MINUTE, -T::SUBNORMAL])
        .collect()
}

/// Every number of a signed frontier, in units of its budget.
fn pareto_numbers<T: Extreme>(frontier: &ParetoFrontier<T>) -> Vec<T> {
    let b = frontier.budget();
    let mut points = frontier.points(5).expect("a curve");
    points.extend(frontier.outline(8).expect("a curve"));
    points.extend(frontier.foci());
    points.extend(frontier.efficient_arc());
    let (together, apart) = frontier.semi_axes();
    let mut numbers: Vec<T> = points
        .iter()
        .flat_map(|p| [p.capability / b, p.safety / b])
        .collect();
    numbers.extend([
        together / b,
        apart / b,
        frontier.eccentricity(),
        frontier.angle(),
    ]);
    for share in [-1.0, -0.7, 0.0, 0.3, 1.0] {
        let x = b * real(share);
        numbers.push(frontier.safety_at(x).expect("in reach") / b);
        numbers.push(frontier.capability_at(x).expect("in reach") / b);
        numbers.extend(frontier.price_at(x).ok());
        let point = FrontierPoint {
            capability: x,
            safety: frontier.safety_at(x).expect("in reach"),
        };
        assert_eq!(
            frontier.contains(point),
            Ok(true),
            "{point:?} of {frontier:?}"
        );
    }
    numbers
}

fn pareto_at_every_scale<T: Extreme>() {
    let bound = tolerance::closed_form::<T>() * real(2.0);
    for cosine in overlaps::<T>() {
        let unit = ParetoFrontier::from_overlap(cosine, Budget::unit()).expect("an overlap");
        let plain = pareto_numbers(&unit);
        finite("frontier", &plain);
        for b in [T::HUGE, T::MINUTE, T::LARGEST / real(4.0)] {
            let scaled = ParetoFrontier::from_overlap(cosine, Budget::new(b).expect("positive"))
                .expect("an overlap");
            for (x, y) in pareto_numbers(&scaled).into_iter().zip(&plain) {
                // Prices near the end are as large as they are ill-conditioned.
                near(
                    "in units of the budget",
                    x,
                    *y,
                    bound * y.abs().max(T::one()),
                );
            }
            match (scaled.area(), b > T::one()) {
                (Ok(area), _) => finite("area", &[area]),
                (
                    Err(Error::OutOfRange {
                        argument: "area", ..
                    }),
                    true,
                ) => {}
                (other, _) => panic!("{other:?}"),
            }
        }
    }
    for (angle, interaction) in [
        (T::zero(), Interaction::Synergy),
        (T::frac_pi_2(), Interaction::Independent),
        (T::pi(), Interaction::Tax),
        (T::SUBNORMAL, Interaction::Synergy),
    ] {
        let frontier = ParetoFrontier::from_angle(angle, Budget::unit()).expect("an angle");
        finite("frontier", &pareto_numbers(&frontier));
        assert_eq!(frontier.interaction(), interaction);
    }
    // One dimension: the same or the opposite.
    let v = axis::<T>(1, 0);
    for (c, cosine) in [(v.clone(), T::one()), (-v.clone(), -T::one())] {
        let frontier = ParetoFrontier::between(&v, &c, Budget::unit()).expect("one space");
        assert_eq!((frontier.cosine(), frontier.sine()), (cosine, T::zero()));
        finite("frontier", &pareto_numbers(&frontier));
    }
}

/// The largest and the smallest budget are refused or they work.
fn budgets_at_the_ends_of_the_range<T: Extreme>() {
    let tax = TaxRate::single(
        &Direction::from_slice(&[real::<T>(0.6), real(0.8)]).expect("a direction"),
        &axis(2, 0),
    )
    .expect("one space");
    for b in [T::LARGEST, T::SUBNORMAL] {
        let budget = match Budget::new(b) {
            Err(Error::OutOfRange {
                argument: "budget",
                actual,
                ..
            }) => {
                assert_eq!(actual, b.to_double());
                continue;
            }
            other => other.expect("a budget or a refusal"),
        };
        for cosine in overlaps::<T>() {
            let frontier = ParetoFrontier::from_overlap(cosine, budget).expect("an overlap");
            finite(
                &format!("Pareto at {b:e}, cos α = {cosine:e}"),
                &pareto_numbers(&frontier),
            );
        }
        let frontier = PreservationFrontier::new(tax, budget);
        if b > T::one() {
            // s = 0.9: 0.9·0.6 − 0.8·√(1 − 0.81).
            let cost = frontier.min_cost(b * real(0.9)).expect("in reach") / b;
            near(
                "cost",
                cost,
                real(0.9 * 0.6 - 0.8 * 0.19_f64.sqrt()),
                tolerance::closed_form::<T>() * real(4.0),
            );
        }
        let (v, c) = (
            direction::<T>(5, &mut rng(15)),
            direction::<T>(5, &mut rng(16)),
        );
        let shift = OptimalShift::at_capability(&v, &c, budget, b * real(0.5)).expect("in reach");
        finite(
            &format!("shift at {b:e}"),
            &[
                shift.length(),
                shift.safety(),
                shift.capability(),
                shift.gap(),
            ],
        );
    }
}

for_both_scalars!(
    budgets,
    pareto_refusals,
    a_budget_that_overflows_is_not_called_entangled,
    pareto_at_every_scale,
    budgets_at_the_ends_of_the_range,
);
