//! §6 Recursion: safety against safety.

use alignment_tax::{
    Budget, Confidence, Conflict, ConflictEstimate, ConflictVerdict, Direction, Error, Evidence,
    FreezeSearch, JointGain, MonteCarlo, Objectives, Real, Samples, Subspace, TaxRate,
};
use nalgebra::{DMatrix, DVector};

use crate::common::{gaussian, normal, rng, subspace};
use crate::shared::{both, budget, many, several, t};

/// The trade-off between two goals after freezing, by brute force over shifts that leave the
/// capabilities alone; and freezing twice, in any order, is freezing both.
fn freezing_gives_the_same_kind_of_object<T: Real>() {
    let mut rng = rng(71);
    for (d, p, seed) in [(5, 1, 1), (9, 2, 2), (24, 4, 3)] {
        let (_, c, _) = several::<T>(d, p, seed);
        let goals = gaussian::<T>(d, 2, &mut rng);
        let mut all = goals.clone().resize_horizontally(p + 2, T::zero());
        all.columns_mut(2, p).copy_from(&c);
        let mut names = vec!["v1".to_owned(), "v2".to_owned()];
        names.extend((0..p).map(|i| format!("c{i}")));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let objectives = Objectives::from_gradients(&names, &all).expect("columns");
        let span = Subspace::from_columns(&c).expect("a span");
        let bound = many::<T>(p + 2) * span.condition_number();

        let conflict = Conflict::new(&objectives, ["v1", "v2"], &names[2..], budget(1.0));
        let conflict = conflict.expect("goals outside the span");
        let unit = |j: usize| goals.column(j).normalize();
        let taxes = [0, 1].map(|j| {
            let v = Direction::new(&unit(j)).expect("unit");
            TaxRate::between(&v, &span).expect("one space")
        });
        for (free, tax) in conflict.free_gains().iter().zip(&taxes) {
            assert!((*free - tax.sine()).abs() <= bound);
        }
        // cosθ by the formula of the theory, G⁺ by way of the projector.
        let inside = span.project(&unit(1)).expect("finite");
        let rest = unit(0).dot(&unit(1)) - unit(0).dot(&inside);
        let both = taxes[0].sine() * taxes[1].sine();
        assert!((conflict.cosine_after() - rest / both).abs() <= bound / both);

        // The ellipse is the image of the ball in the complement: no shift outside of it, and
        // its optimum attained by the shift that the theory names.
        let outside = span.complement();
        let gain = |j: usize, delta: &DVector<T>| unit(j).dot(delta) / taxes[j].sine();
        let ellipse = conflict.frontier_after();
        for _ in 0..400 {
            let along = gaussian::<T>(outside.dimension(), 1, &mut rng);
            let delta: DVector<T> = outside.basis() * along.column(0);
            let delta = delta.normalize();
            let second = gain(1, &delta).max(-T::one()).min(T::one());
            let most = ellipse.safety_at(second).expect("within the budget");
            assert!(gain(0, &delta) <= most + bound.sqrt());
        }
        let residual = |j: usize| span.reject(&unit(j)).expect("finite").normalize();
        let across = residual(0) - residual(1) * residual(0).dot(&residual(1));
        let delta = residual(1) * t::<T>(0.28) + across.normalize() * t::<T>(0.96);
        let most = ellipse.safety_at(t(0.28)).expect("within the budget");
        assert!((gain(0, &delta) - most).abs() <= bound / both);

        let at_once = objectives.freeze(&names[2..]).expect("goals are left");
        if p == 2 {
            for order in [["c0", "c1"], ["c1", "c0"]] {
                let step = objectives.freeze(&order[..1]).expect("goals are left");
                let twice = step.freeze(&order[1..]).expect("goals are left");
                assert_eq!(twice.gram(), at_once.gram());
            }
        }
    }
}
both!(
    t6_1_freezing_gives_the_same_kind_of_object,
    freezing_gives_the_same_kind_of_object
);

/// One capability: a fight ends where ab ≤ ρ < 0, starts where ab > ρ ≥ 0, and inner products that
/// no vectors have are refused with the eigenvalue.
fn verdicts_on_one_capability<T: Real>() {
    let grid: Vec<f64> = (-8..=8).map(|i| f64::from(i) / 8.0 * 0.96).collect();
    let mut seen = std::collections::BTreeSet::new();
    for &rho in &grid {
        for &a in &grid {
            for &b in &grid {
                let determinant = 1.0 + 2.0 * rho * a * b - rho * rho - a * a - b * b;
                let result = Conflict::from_overlaps(t::<T>(rho), t(a), t(b), Budget::unit());
                if determinant.abs() < 1e-5 {
                    continue;
                }
                if determinant < 0.0 {
                    let refused = matches!(
                        result,
                        Err(Error::NotPositiveSemidefinite { eigenvalue, .. }) if eigenvalue < 0.0
                    );
                    assert!(refused, "{rho} {a} {b}");
                    continue;
                }
                let cosine = (rho - a * b) / ((1.0 - a * a) * (1.0 - b * b)).sqrt();
                let expected = match (rho < 0.0, cosine < 0.0) {
                    _ if (rho - a * b).abs() < 1e-5
                        || (cosine - rho).abs() < 1e-5 && a * b != 0.0 =>
                    {
                        continue;
                    }
                    (true, false) => ConflictVerdict::Resolved,
                    (false, true) => ConflictVerdict::Created,
                    (false, false) => ConflictVerdict::NoConflict,
                    (true, true) if a == 0.0 && b == 0.0 => ConflictVerdict::Unchanged,
                    (true, true) if cosine > rho => ConflictVerdict::Mediated,
                    (true, true) => ConflictVerdict::Amplified,
                };
                let conflict = result.expect("three vectors have these");
                assert_eq!(conflict.verdict(), expected, "{rho} {a} {b}");
                seen.insert(expected);
            }
        }
    }
    assert_eq!(seen.len(), ConflictVerdict::ALL.len());
}
both!(t6_2_verdicts_on_one_capability, verdicts_on_one_capability);

/// How many of 120 experiments decide for "resolved" at 95 %, and how many estimates say so, where
/// freezing the first axis leaves goals with the cosine; all means times `length`.
fn decided_resolved(cosine: f64, length: f64, seed: u64) -> (usize, usize) {
    let (d, n, mut rng) = (24, 24, rng(seed));
    let sine = (1.0 - cosine * cosine).sqrt();
    // Both goals pay 0.36, so that ρ = −0.36 + 0.64 cosθ.
    let means = [
        [3.0, 4.0, 0.0],
        [-3.0, 4.0 * cosine, 4.0 * sine],
        [5.0, 0.0, 0.0],
    ];
    let (mut decided, mut likeliest) = (0, 0);
    for _ in 0..120 {
        let all = means.map(|mean| {
            let rows = DMatrix::from_fn(n, d, |_, j| {
                length * mean.get(j).unwrap_or(&0.0) + normal(&mut rng)
            });
            Samples::new(&rows).expect("rows")
        });
        let [first, second, frozen] = all.each_ref().map(Evidence::Sampled);
        let found = ConflictEstimate::new([first, second], &[frozen]).expect("resolved");
        let run = MonteCarlo::new(999).expect("enough");
        let verdicts = found.probabilities(&run, &mut rng);
        let of = |verdict: Option<ConflictVerdict>| {
            usize::from(verdict == Some(ConflictVerdict::Resolved))
        };
        decided += of(verdicts.decided(Confidence::NINETY_FIVE));
        likeliest += of(Some(found.likeliest()));
    }
    (decided, likeliest)
}

/// §6.2: an estimate on the right side of zero is no verdict.
#[test]
fn t6_2_resolved_is_not_claimed_on_noise() {
    // A hair short of resolved half of the estimates claim it. Of 120 decisions at a rate of
    // 5 % it is at most 15 with a probability of 0.9995.
    let (decided, likeliest) = decided_resolved(-1e-9, 1.0, 621);
    println!("{decided} decided, {likeliest} estimated");
    assert!(decided <= 15 && likeliest >= 40, "{decided} {likeliest}");
    // And what is resolved is found.
    let (decided, _) = decided_resolved(0.25, 2.5, 622);
    println!("{decided} decided where it is");
    assert!(decided >= 80, "{decided}");
}

/// One capability of three mediates the conflict: the search freezes that one and no other, and
/// the gain that both goals can have is the distance of the hull of what is left of them.
fn least_loss_that_ends_a_conflict<T: Real>() {
    let mut rng = rng(73);
    for _ in 0..20 {
        // v₁ and v₂ agree but for the first capability, towards which they lean oppositely.
        let axes = subspace::<T>(12, 6, &mut rng);
        let q = |i: usize| axes.basis().column(i).into_owned();
        let lean = t::<T>(0.5 + 0.3 * (normal(&mut rng)).tanh());
        let (a, b) = (t::<T>(0.6), t::<T>(0.3));
        let goals = [
            q(0) * lean + q(3) * a + q(4) * b + q(1) * t::<T>(0.1),
            q(0) * -lean + q(3) * b - q(5) * a + q(2) * t::<T>(0.1),
        ];
        let columns = [goals[0].clone(), goals[1].clone(), q(0), q(1), q(2)];
        let names = ["v1", "v2", "c0", "c1", "c2"];
        let all = Objectives::from_gradients(&names, &DMatrix::from_columns(&columns));
        let all = all.expect("columns");
        let bound = many::<T>(5);
        let search = FreezeSearch::new(&all, &names[..2], &names[2..]).expect("names");
        let plan = search.run().expect("a plan");
        let fought = all.gram()[(0, 1)] < -bound;
        let best = plan.best().expect("by c0 at the latest");
        let expected: &[&str] = if fought { &["c0"] } else { &[] };
        assert_eq!(best.frozen(), expected);
        if fought {
            let least = goals
                .iter()
                .map(|v| ((v.norm_squared() - lean * lean) / v.norm_squared()).sqrt())
                .fold(T::one(), |x, y| x.min(y));
            assert!((best.safety_lost() - (T::one() - least)).abs() <= bound);
        }
        // Two residuals: the foot of the perpendicular, or the shorter one.
        let joint = JointGain::new(&all, &names[..2], &["c0"], budget(2.0)).expect("goals");
        let rest = |j: usize| {
            let r: DVector<T> = &goals[j] - q(0) * goals[j].dot(&q(0));
            r / goals[j].norm()
        };
        let (r, s) = (rest(0), rest(1));
        let along = (&r - &s).dot(&r) / (&r - &s).norm_squared();
        let along = along.max(T::zero()).min(T::one());
        let nearest = &r * (T::one() - along) + &s * along;
        assert!((joint.gain() - nearest.norm() * t::<T>(2.0)).abs() <= bound * t::<T>(2.0));
        assert!(joint.gap().abs() <= bound * t::<T>(2.0));
        assert!((joint.weights()[1] - along).abs() <= bound * t::<T>(64.0));
    }
}
both!(
    t6_3_least_loss_that_ends_a_conflict,
    least_loss_that_ends_a_conflict
);
