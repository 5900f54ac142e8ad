//! §5 The frontier of many objectives.

use alignment_tax::{
    Budget, FixedTargets, Floors, FrontierError, GainEllipsoid, Objectives, Real, Subspace,
    TaxRate, UpdateProjection, UpdateRule,
};
use nalgebra::{DMatrix, DVector};

use crate::common::{direction, normal, rng};
use crate::shared::{both, budget, closed, many, several, t};

fn fixed_target_in_projector_and_gram_form<T: Real>() {
    let mut rng = rng(51);
    for (d, p, seed) in [(6, 1, 1), (9, 3, 2), (20, 5, 3)] {
        let (v, c, objectives) = several::<T>(d, p, seed);
        let span = Subspace::from_columns(&c).expect("a span");
        let tau = TaxRate::between(&v, &span).expect("one space");
        let condition = span.condition_number();
        // A target Pδ = t of length 0.7 within a budget of 1.5, and its changes y.
        let inside = span
            .project(direction::<T>(d, &mut rng).as_vector())
            .expect("finite");
        let target = inside.normalize() * t::<T>(0.7);
        let y = c.transpose() * &target;
        let names: Vec<&str> = objectives.names()[1..].iter().map(String::as_str).collect();
        let targets: Vec<(&str, T)> = names.iter().copied().zip(y.iter().copied()).collect();
        let at = |b: f64| FixedTargets::new(&objectives, "safety", budget(b), &targets);
        let optimum = at(1.5).expect("in reach");
        let bound = many::<T>(p + 1) * condition;
        let free = t::<T>((1.5_f64 * 1.5 - 0.49).sqrt()) * tau.sine();
        let expected = v.as_vector().dot(&target) + free;
        assert!(
            (optimum.gain() - expected).abs() <= bound,
            "{} {expected}",
            optimum.gain()
        );
        assert!((optimum.least_budget() - t(0.7)).abs() <= bound);
        assert!((optimum.free_share() - tau.sine()).abs() <= bound);
        let delta = optimum.delta().expect("vectors are known");
        let projected = span.project(delta).expect("finite");
        assert!((projected - &target).amax() <= bound / tau.sine());
        assert!((delta.norm() - t(1.5)).abs() <= bound / tau.sine());
        // Frozen: B·√(1 − τ).
        let frozen = FixedTargets::frozen(&objectives, "safety", budget(2.0)).expect("in reach");
        assert!((frozen.gain() - t::<T>(2.0) * tau.sine()).abs() <= bound);
        // Outside the budget, by how much; outside the range, by how much.
        let Err(FrontierError::OverBudget { required, .. }) = at(0.5) else {
            panic!("0.7 is more than 0.5");
        };
        assert!((required - 0.7).abs() <= bound.to_double());
        if p > 2 {
            let mut off = targets.clone();
            off[p - 1].1 += t(0.3);
            let result = FixedTargets::new(&objectives, "safety", budget(1.5), &off);
            let Err(FrontierError::Contradiction { off, .. }) = result else {
                panic!("c0 + c1 has another change: {result:?}");
            };
            assert!(off > 0.01 && off <= 0.3);
        }
    }
}
both!(
    t5_1_fixed_target_in_projector_and_gram_form,
    fixed_target_in_projector_and_gram_form
);

fn gains_fill_an_ellipsoid<T: Real>() {
    let mut rng = rng(52);
    let (v, c, objectives) = several::<T>(7, 4, 52);
    let gains = GainEllipsoid::new(&objectives, budget(2.0));
    let exported = Objectives::from_gram(
        &objectives
            .names()
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
        objectives.gram(),
    )
    .expect("a Gram matrix");
    let from_gram = GainEllipsoid::new(&exported, budget(2.0));
    assert_eq!((gains.dimension(), from_gram.dimension()), (4, 4));
    let all = DMatrix::from_fn(7, 5, |i, j| {
        if j == 0 {
            v.as_vector()[i]
        } else {
            c[(i, j - 1)]
        }
    });
    let k = objectives.gram();
    for _ in 0..40 {
        let delta = direction::<T>(7, &mut rng).as_vector() * t::<T>(2.0);
        let g = all.transpose() * &delta;
        assert!(gains.contains(&g).expect("finite"));
        // The weights' efficient point is B·Kw/√(wᵀKw), and no achievable gains beat it.
        let w = DVector::from_fn(5, |_, _| t::<T>(normal(&mut rng).abs()));
        let best = gains.efficient(w.as_slice()).expect("weights");
        let closed_form = k * &w * (t::<T>(2.0) / w.dot(&(k * &w)).sqrt());
        let bound = many::<T>(5) * w.norm().max(T::one());
        assert!((&best - closed_form).amax() <= bound);
        assert!(w.dot(&g) <= w.dot(&best) + bound);
        assert!(gains.contains(&best).expect("finite"));
        let axes = from_gram.semi_axes();
        let also = from_gram.efficient(w.as_slice()).expect("weights");
        assert!((also - best).amax() <= bound * axes[0] / axes[3]);
    }
    // Two objectives: the ellipse of 4.1, its area and its frontier.
    let ellipse = gains.pairwise("safety", "c1").expect("names");
    let overlap = objectives.overlap("safety", "c1").expect("names");
    assert!((ellipse.cosine() - overlap).abs() <= closed());
    let two = GainEllipsoid::new(
        &objectives.select(&["safety", "c1"]).expect("names"),
        budget(2.0),
    );
    let area = ellipse.area().expect("finite");
    assert!((two.volume().expect("finite") - area).abs() <= many::<T>(2) * area);
    for c in [-1.0, 0.0, 1.5] {
        let s = ellipse.safety_at(t(c)).expect("in reach");
        let required = two
            .required_budget(&DVector::from_vec(vec![s, t(c)]))
            .expect("in range");
        assert!((required - t(2.0)).abs() <= many::<T>(2) * t(2.0) / ellipse.sine());
    }
}
both!(t5_2_gains_fill_an_ellipsoid, gains_fill_an_ellipsoid);

fn floors_have_prices<T: Real>() {
    for (d, p, seed) in [(5, 1, 1), (8, 4, 2), (6, 9, 3), (30, 12, 4)] {
        let (v, c, objectives) = several::<T>(d, p, seed);
        let k = p + 1;
        let at = |loss: f64| Floors::uniform(&objectives, "safety", budget(2.0), t(loss));
        let frozen = FixedTargets::frozen(&objectives, "safety", budget(2.0)).expect("in reach");
        let mut before = frozen.gain();
        for loss in [0.0, 0.01, 0.1, 0.5, 1.9] {
            let optimum = at(loss).expect("floors").solve().expect("a solution");
            let bound = many::<T>(k) * t(2.0);
            // Between frozen and unconstrained, more for more that is tolerated.
            assert!(optimum.gain() >= before - bound && optimum.gain() <= t::<T>(2.0) + bound);
            before = optimum.gain();
            // The dual, formed here: B·‖v + Cλ‖ + εᵀλ.
            let lambda = optimum.prices().rows(1, p).into_owned();
            assert!(lambda.iter().all(|&x| x >= T::zero()));
            let dual = (v.as_vector() + &c * &lambda).norm() * t(2.0) + lambda.sum() * t(loss);
            let size = T::one() + lambda.sum();
            assert!(
                (dual - optimum.gain()).abs() <= bound * size,
                "{dual} {}",
                optimum.gain()
            );
            // Complementary: what has a price binds.
            for i in 0..p {
                let slack = optimum.changes()[i + 1] + t(loss);
                assert!(slack >= -bound && lambda[i] * slack <= bound * size);
            }
        }
        // ε = 0 is the projection of v onto the polar cone; its length is the gain over B.
        let strict = at(0.0).expect("floors").solve().expect("a solution");
        let names: Vec<&str> = objectives.names()[1..].iter().map(String::as_str).collect();
        let capabilities = objectives.select(&names).expect("names");
        let cone = UpdateProjection::new(UpdateRule::PolarCone, &capabilities).expect("vectors");
        let nearest = cone.apply(v.as_vector()).expect("finite");
        assert!((nearest.norm() * t(2.0) - strict.gain()).abs() <= many::<T>(k) * t(2.0));
    }
}
both!(t5_3_floors_have_prices, floors_have_prices);

fn rules_against_the_optimum<T: Real>() {
    let mut spread = T::zero();
    for seed in 0..20 {
        let (_, _, objectives) = several::<T>(10, 5, seed);
        let bound = many::<T>(6);
        let gain = |rule: UpdateRule| {
            rule.gain(&objectives, "safety", Budget::unit())
                .expect("a gain")
        };
        let optimum = Floors::uniform(&objectives, "safety", Budget::unit(), T::zero())
            .expect("floors")
            .solve()
            .expect("a solution")
            .gain();
        for rule in UpdateRule::ALL {
            let result = gain(rule);
            assert!((result.safety + result.given_up - optimum).abs() <= bound);
            // A rule that hurts nobody gains no more than the optimum.
            if result.harm == T::zero() {
                assert!(result.given_up >= -bound, "{rule:?}");
            }
        }
        let (null, cone) = (gain(UpdateRule::NullSpace), gain(UpdateRule::PolarCone));
        assert!(null.harm <= bound && cone.harm <= bound);
        let frozen = FixedTargets::frozen(&objectives, "safety", Budget::unit()).expect("in reach");
        assert!((null.safety - frozen.gain()).abs() <= bound);
        spread = spread.max(null.given_up);
    }
    assert!(spread > t(0.01), "freezing all costs something: {spread}");
}
both!(t5_4_rules_against_the_optimum, rules_against_the_optimum);
