//! Tax rates, their shares and their spectra, for every input.

use alignment_tax::{
    Attribution, Direction, Overlap, Real, Subspace, TaxRate, TaxSpectrum, tolerance,
};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rand::RngExt;

use crate::common::{direction, gaussian, rng, rotation};
use crate::planted::{
    Outcome, Pair, Players, Span, angle_bound, angles, cast, check, for_both_scalars, no_more,
    pair, players, power, real, span,
};

fn the_two_parts_of_a_rate_add_up<T: Real>(case: &Span) -> Outcome {
    let c = case.subspace::<T>();
    let d = case.shape.0;
    let random = &mut rng(case.seed ^ 6);
    let bound = tolerance::closed_form::<T>() + tolerance::orthonormality::<T>(d);
    let free = direction::<T>(d, random);
    let inside = c.project(free.as_vector()).expect("finite");
    let nearly = inside + direction::<T>(d, random).as_vector() * T::machine_epsilon().sqrt();
    let nearly = Direction::new(&nearly).expect("not zero");
    for v in [free, nearly] {
        let tax = TaxRate::between(&v, &c).expect("one space");
        check(
            "τ + (1 − τ)",
            tax.value() + tax.complement(),
            T::one(),
            bound,
        )?;
        prop_assert!(tax.value() >= T::zero() && tax.value() <= T::one());
        prop_assert!(tax.complement() >= T::zero() && tax.complement() <= T::one());
        check("cos²α", tax.angle().cos().powi(2), tax.value(), bound)?;
        check("sin²α", tax.angle().sin().powi(2), tax.complement(), bound)?;
        let same = TaxRate::between(&-v.clone(), &c).expect("one space");
        prop_assert_eq!(same, tax, "the sign of v is no part of τ");
        let line = Subspace::from_directions(std::slice::from_ref(&v)).expect("a line");
        let theta = angles(&line, &c).radians()[0];
        check(
            "α = θ₁",
            tax.angle(),
            theta,
            tolerance::angle::<T>(1) * real(4.0),
        )?;
        // Nothing is left of v in what 𝒞 does not see, and all of it in R^d.
        let rest = TaxRate::between(&v, &c.complement()).expect("one space");
        check(
            "complement",
            rest.value(),
            tax.complement(),
            bound * real(2.0),
        )?;
    }
    Ok(())
}

/// The Gram form agrees with the vectors: aᵀG⁺a squares the condition number.
fn the_gram_form_agrees<T: Real>(case: &Span) -> Outcome {
    let case = Span {
        condition: case.condition.min(4.0),
        ..case.clone()
    };
    let columns = case.columns::<T>();
    let (d, k) = case.shape;
    let random = &mut rng(case.seed ^ 7);
    let v = direction::<T>(d, random);
    let c = case.subspace::<T>();
    let tax = TaxRate::between(&v, &c).expect("one space");
    // The vectors in any order, v of any length.
    let place = random.random_range(0..=k);
    let scale = power::<T>(case.exponent);
    let all = columns.insert_column(place, T::zero());
    let all = DMatrix::from_fn(d, k + 1, |i, j| {
        if j == place {
            v.as_vector()[i] * scale
        } else {
            all[(i, j)]
        }
    });
    let unit = &all / scale;
    let gram = unit.transpose() * &unit;
    let found = TaxRate::from_gram(&gram, place).expect("a Gram matrix");
    // Rounding of the inner products themselves: √d·ε each.
    let condition = c.condition_number() * c.condition_number();
    let bound = tolerance::eigenvalue::<T>(k + 1) * condition * real((d as f64).sqrt());
    check("τ", found.value(), tax.value(), bound)?;
    check("1 − τ", found.complement(), tax.complement(), bound)
}

fn condition_of<T: Real>(shares: &Attribution<T>) -> T {
    shares.subspace().condition_number()
}

fn shares_bound<T: Real>(shares: &Attribution<T>) -> T {
    // 16ε·κ a share, as documented, and √p for the span of raw columns.
    let p = shares.shapley().len() as f64;
    tolerance::closed_form::<T>() * condition_of(shares) * real(p.sqrt())
}

fn shapley_shares_are_fair<T: Real>(case: &Players) -> Outcome {
    let (v, list) = case.directions::<T>();
    let p = list.len();
    let shares = Attribution::exact(&v, &list).expect("shares");
    let bound = shares_bound(&shares);
    let tau = shares.total().value();
    // Efficiency.
    check("sum", shares.shapley().sum(), tau, bound)?;
    for i in 0..p {
        no_more("φ ≥ 0", T::zero(), shares.shapley()[i], bound)?;
        no_more("φ ≤ τ", shares.shapley()[i], tau, bound)?;
        no_more("unique ≥ 0", T::zero(), shares.unique()[i], T::zero())?;
        no_more("unique ≤ τ", shares.unique()[i], tau, bound)?;
        let single = shares.individual()[i].value();
        no_more("τᵢ ≤ τ", single, tau, bound)?;
        let overlap = shares.overlaps()[i];
        check(
            "overlap²",
            overlap * overlap,
            single,
            tolerance::closed_form::<T>() * real(2.0),
        )?;
        // The unique share is what goes with the capability.
        if p > 1 {
            let mut others = list.clone();
            others.remove(i);
            let rest = Subspace::from_directions(&others).expect("a span");
            let without = TaxRate::between(&v, &rest).expect("one space").value();
            let bound = bound + tolerance::angle::<T>(p) * rest.condition_number();
            check("unique", shares.unique()[i], tau - without, bound)?;
        }
    }
    // Symmetry: equal capabilities have equal shares, opposite ones too.
    for i in 0..p {
        for j in 0..i {
            if list[i] == list[j] || list[i] == -list[j].clone() {
                check("symmetry", shares.shapley()[i], shares.shapley()[j], bound)?;
                check("unique", shares.unique()[i], T::zero(), bound)?;
            }
        }
    }
    // The order is no part of it.
    let random = &mut rng(case.seed ^ 8);
    let mut order: Vec<usize> = (0..p).collect();
    for last in (1..p).rev() {
        order.swap(last, random.random_range(0..=last));
    }
    let shuffled: Vec<_> = order.iter().map(|&i| list[i].clone()).collect();
    let again = Attribution::exact(&v, &shuffled).expect("shares");
    for (place, &i) in order.iter().enumerate() {
        let bound = bound * real(2.0);
        check("order", again.shapley()[place], shares.shapley()[i], bound)?;
        check("order", again.unique()[place], shares.unique()[i], bound)?;
        prop_assert_eq!(again.overlaps()[place], shares.overlaps()[i]);
    }
    // Any order of the players adds up, sampled or not.
    let sampled = Attribution::sampled(&v, &list, 3, random).expect("shares");
    check("sampled sum", sampled.shapley().sum(), tau, bound)
}

/// A capability at a right angle to v and to all others has no share.
fn bystanders_pay_nothing<T: Real>(case: &Players) -> Outcome {
    let (v, mut list) = case.directions::<T>();
    let d = case.d;
    let pad = |x: &Direction<T>| {
        Direction::new(&x.as_vector().clone().insert_row(d, T::zero())).expect("not zero")
    };
    let before = Attribution::exact(&v, &list).expect("shares");
    list = list.iter().map(pad).collect();
    let mut apart = DVector::zeros(d + 1);
    apart[d] = T::one();
    list.push(Direction::new(&apart).expect("not zero"));
    let after = Attribution::exact(&pad(&v), &list).expect("shares");
    let bound = shares_bound(&before) + shares_bound(&after);
    let last = list.len() - 1;
    check("φ", after.shapley()[last], T::zero(), bound)?;
    check("unique", after.unique()[last], T::zero(), bound)?;
    check("τ", after.total().value(), before.total().value(), bound)?;
    for i in 0..last {
        check("others", after.shapley()[i], before.shapley()[i], bound)?;
    }
    Ok(())
}

fn spectra_are_of_the_safety_subspace<T: Real>(case: &Pair) -> Outcome {
    let (s, c) = case.subspaces::<T>();
    let (d, k) = (s.ambient_dimension(), s.dimension());
    let spectrum = TaxSpectrum::between(&s, &c).expect("a spectrum");
    let bound = angle_bound(&s, &c) + tolerance::orthonormality::<T>(d);
    let rates: Vec<T> = spectrum.rates().iter().map(TaxRate::value).collect();
    prop_assert_eq!(rates.len() + spectrum.free_directions(), k);
    prop_assert!(rates.windows(2).all(|w| w[0] >= w[1]), "{:?}", rates);
    let overlap = (s.basis().transpose() * c.basis()).norm_squared() / real(k as f64);
    check("mean", spectrum.mean(), overlap, bound)?;
    check("worst", spectrum.worst().value(), rates[0], T::zero())?;
    check(
        "named",
        spectrum.overlap(Overlap::MeanOverSafety),
        spectrum.mean(),
        T::zero(),
    )?;
    // The cheapest direction: in 𝒮, and none is cheaper.
    let cheapest = spectrum.cheapest_direction();
    prop_assert_eq!(s.contains(cheapest, bound), Ok(true));
    let least = TaxRate::between(cheapest, &c).expect("one space").value();
    let expected = if spectrum.free_directions() > 0 {
        T::zero()
    } else {
        rates[k - 1]
    };
    check("cheapest", least, expected, bound)?;
    let random = &mut rng(case.seed ^ 9);
    for _ in 0..100 {
        let inside = s.basis() * gaussian::<T>(k, 1, random).column(0);
        let v = Direction::new(&inside).expect("not zero");
        let tau = TaxRate::between(&v, &c).expect("one space").value();
        no_more("cheapest ≤ random", least, tau, bound)?;
        no_more("random ≤ worst", tau, rates[0], bound)?;
    }
    Ok(())
}

/// Poincaré separation: of a subspace of 𝒮 with one dimension less, rate j lies
/// between rates j + 1 and j of 𝒮.
fn spectra_separate<T: Real>(case: &Pair) -> Outcome {
    let (s, c) = case.subspaces::<T>();
    let k = s.dimension();
    if k < 2 {
        return Ok(());
    }
    let random = &mut rng(case.seed ^ 10);
    let turn = cast::<T>(&rotation::<f64>(k, random).columns(0, k - 1).into_owned());
    let part = Subspace::from_columns(&(s.basis() * turn)).expect("a span");
    prop_assert_eq!(part.dimension(), k - 1);
    let bound = angle_bound(&s, &c) + tolerance::orthonormality::<T>(s.ambient_dimension());
    let rates = |x: &Subspace<T>| -> Vec<T> {
        let spectrum = TaxSpectrum::between(x, &c).expect("a spectrum");
        let mut rates: Vec<T> = spectrum.rates().iter().map(TaxRate::value).collect();
        rates.resize(x.dimension(), T::zero());
        rates
    };
    let (whole, part) = (rates(&s), rates(&part));
    for j in 0..k - 1 {
        no_more("upper", part[j], whole[j], bound)?;
        no_more("lower", whole[j + 1], part[j], bound)?;
    }
    Ok(())
}

for_both_scalars! {
    the_two_parts_of_a_rate_add_up(case in span());
    the_gram_form_agrees(case in span());
    shapley_shares_are_fair(case in players());
    bystanders_pay_nothing(case in players());
    spectra_are_of_the_safety_subspace(case in pair());
    spectra_separate(case in pair());
}

/// Within five standard errors of the exact shares, which are within their size of
/// what 4,000 orders should leave.
fn sampled_shares_are_near_the_exact_ones<T: Real>() {
    let random = &mut rng(2026);
    let v = direction::<T>(12, random);
    let list: Vec<_> = (0..6).map(|_| direction::<T>(12, random)).collect();
    let exact = Attribution::exact(&v, &list).expect("shares");
    let sampled = Attribution::sampled(&v, &list, 4000, random).expect("shares");
    let errors = sampled.standard_errors().expect("sampled");
    for i in 0..6 {
        let off = (sampled.shapley()[i] - exact.shapley()[i]).abs();
        assert!(errors[i] > T::zero() && errors[i] < real(0.5 / 4000.0_f64.sqrt()));
        assert!(
            off <= errors[i] * real(5.0),
            "{i}: off by {off}, standard error {}",
            errors[i]
        );
    }
}

#[test]
fn sampled_shapley_f32() {
    sampled_shares_are_near_the_exact_ones::<f32>();
}

#[test]
fn sampled_shapley_f64() {
    sampled_shares_are_near_the_exact_ones::<f64>();
}
