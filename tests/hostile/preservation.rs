//! The frontier of preserved capabilities.

use alignment_tax::{
    Budget, Direction, Error, FrontierError, PreservationFrontier, TaxRate, tolerance,
};

use crate::shared::{Extreme, axis, finite, for_both_scalars, near, real, refused};

fn preservation_refusals<T: Extreme>() {
    let slanted = Direction::from_slice(&[real::<T>(0.6), real(0.8)]).expect("a direction");
    let tax = TaxRate::single(&slanted, &axis(2, 0)).expect("one space");
    let frontier = PreservationFrontier::new(tax, Budget::<T>::unit());
    for bad in T::NON_FINITE {
        refused!(
            frontier.max_safety(bad),
            FrontierError::Input(Error::OutOfRange { argument: "capability cost", actual, .. }) if !actual.is_finite()
        );
        for result in [
            frontier.min_cost(bad),
            frontier.marginal_cost(bad),
            frontier.tax_free_budget(bad),
        ] {
            refused!(
                result,
                FrontierError::Input(Error::OutOfRange { argument: "safety gain", actual, .. }) if !actual.is_finite()
            );
        }
    }
    refused!(
        frontier.max_safety(-T::SUBNORMAL),
        FrontierError::OutOfReach { quantity: "capability cost", requested, least, .. }
            if *requested < 0.0 && *least == 0.0
    );
    for bad in [-T::SUBNORMAL, T::one() + T::machine_epsilon(), T::LARGEST] {
        for result in [frontier.min_cost(bad), frontier.marginal_cost(bad)] {
            refused!(
                result,
                FrontierError::OutOfReach { quantity: "safety gain", requested, budget, least, most, .. }
                    if (*requested, *budget, *least, *most) == (bad.to_double(), 1.0, 0.0, 1.0)
            );
        }
    }
    refused!(
        frontier.tax_free_budget(-T::SUBNORMAL),
        FrontierError::Input(Error::OutOfRange {
            argument: "safety gain",
            ..
        })
    );
    refused!(
        frontier.marginal_cost(T::one()),
        FrontierError::InfinitePrice { quantity: "safety gain", requested, budget, .. }
            if (*requested, *budget) == (1.0, 1.0)
    );
    // α = 0: nothing is free, and each unit costs one.
    let same = TaxRate::single(&axis::<T>(2, 0), &axis(2, 0)).expect("one space");
    let entangled = PreservationFrontier::new(same, Budget::unit());
    refused!(
        entangled.tax_free_budget(T::SUBNORMAL),
        FrontierError::Entangled { requested, .. } if *requested > 0.0
    );
    assert_eq!(entangled.tax_free_budget(T::zero()), Ok(T::zero()));
    for s in [T::zero(), real(0.5), T::one()] {
        assert_eq!(entangled.min_cost(s), Ok(s));
        assert_eq!(entangled.max_safety(s), Ok(s));
        assert_eq!(entangled.marginal_cost(s), Ok(T::one()));
    }
    // α = π/2: all is free.
    let apart = TaxRate::single(&axis::<T>(2, 0), &axis(2, 1)).expect("one space");
    let free = PreservationFrontier::new(apart, Budget::unit());
    let bound = tolerance::closed_form::<T>();
    for s in [T::zero(), real(0.5), T::one()] {
        assert_eq!(free.min_cost(s), Ok(T::zero()));
        assert_eq!(free.max_safety(s), Ok(T::one()));
        assert_eq!(free.marginal_cost(s), Ok(T::zero()));
        near("free", free.tax_free_budget(s).expect("free"), s, bound);
    }
}

fn preservation_at_every_scale<T: Extreme>() {
    let bound = tolerance::closed_form::<T>() * real(4.0);
    let tilts = [
        T::zero(),
        T::SUBNORMAL,
        T::MINUTE,
        T::machine_epsilon(),
        T::one(),
        T::HUGE,
        T::LARGEST,
    ];
    for tilt in tilts {
        let v = Direction::from_slice(&[T::one(), tilt]).expect("a direction");
        let tax = TaxRate::single(&v, &axis(2, 0)).expect("one space");
        for b in [T::one(), T::HUGE, T::MINUTE, T::LARGEST / real(4.0)] {
            let frontier = PreservationFrontier::new(tax, Budget::new(b).expect("positive"));
            assert!(frontier.free_gain() <= b && frontier.full_cost() <= b);
            for share in [0.0, 0.1, 0.5, 0.9, 1.0] {
                let s = b * real(share);
                let cost = frontier.min_cost(s).expect("in reach");
                assert!(
                    cost >= T::zero() && cost <= s * (T::one() + bound),
                    "{cost} for {s}"
                );
                let back = frontier.max_safety(cost).expect("in reach");
                assert!(back >= s * (T::one() - bound), "{back} of {s}");
                finite("price", frontier.marginal_cost(s).ok().iter());
                finite("free budget", frontier.tax_free_budget(s).ok().iter());
            }
        }
    }
}

for_both_scalars!(preservation_refusals, preservation_at_every_scale);
