//! Tax rates, their regimes and spectra.

use alignment_tax::{
    Direction, Error, Overlap, Regime, RegimeThresholds, Subspace, TaxRate, TaxSpectrum, tolerance,
};
use nalgebra::{DMatrix, dmatrix};

use crate::common::{gaussian, rng, subspace};
use crate::shared::{
    Extreme, axis, finite, for_both_scalars, magnitudes, near, real, refused, two_columns,
};

fn tax_rate_refusals<T: Extreme>() {
    let v = axis::<T>(3, 0);
    refused!(
        TaxRate::between(&v, &subspace(4, 2, &mut rng(12))),
        Error::DimensionMismatch {
            argument: "safety",
            unit: "coordinates",
            expected: 4,
            actual: 3,
            ..
        }
    );
    refused!(
        TaxRate::single(&v, &axis(2, 0)),
        Error::DimensionMismatch {
            unit: "coordinates",
            expected: 3,
            actual: 2,
            ..
        }
    );
    let (i, o, half): (T, T, T) = (T::one(), T::zero(), real(0.5));
    let gram = dmatrix![i, half, o; half, i, o; o, o, i];
    for bad in T::NON_FINITE {
        let mut g = gram.clone();
        g[(2, 0)] = bad;
        refused!(
            TaxRate::from_gram(&g, 0),
            Error::NonFinite {
                argument: "gram",
                row: 2,
                column: 0,
                ..
            }
        );
    }
    for (r, c) in [(0, 0), (0, 2), (2, 0)] {
        refused!(
            TaxRate::from_gram(&DMatrix::<T>::zeros(r, c), 0),
            Error::Empty { argument: "gram", rows, columns, .. } if (*rows, *columns) == (r, c)
        );
    }
    refused!(
        TaxRate::from_gram(&DMatrix::<T>::identity(3, 2), 0),
        Error::DimensionMismatch {
            argument: "gram",
            unit: "columns",
            expected: 3,
            actual: 2,
            ..
        }
    );
    let mut g = gram.clone();
    g[(2, 2)] = o;
    refused!(
        TaxRate::from_gram(&g, 0),
        Error::ZeroVector {
            argument: "gram",
            column: 2,
            ..
        }
    );
    let mut g = gram.clone();
    g[(0, 1)] = o;
    refused!(
        TaxRate::from_gram(&g, 0),
        Error::NotSymmetric { argument: "gram", row: 0, column: 1, deviation, .. } if *deviation == 0.5
    );
    // A pair beyond Cauchy–Schwarz, and a triple that no vectors have.
    let eps = T::machine_epsilon().to_double();
    refused!(
        TaxRate::from_gram(&dmatrix![i, real(2.0); real(2.0), i], 0),
        Error::NotPositiveSemidefinite { argument: "gram", eigenvalue, tolerance, .. }
            if *eigenvalue == -1.0 && *tolerance <= 64.0 * eps
    );
    let minus: T = real(-0.9);
    refused!(
        TaxRate::from_gram(&dmatrix![i, minus, minus; minus, i, minus; minus, minus, i], 1),
        Error::NotPositiveSemidefinite { argument: "gram", eigenvalue, .. }
            if (eigenvalue + 0.8).abs() <= 16.0 * eps
    );
}

/// Of 64 capabilities closer than √(16ε·64) to each other only what they have in common counts: what tells them
/// apart, along which safety has a quarter of its square, is rounding.
fn capabilities_that_count_as_one<T: Extreme>() {
    let p = 64;
    let eps = T::machine_epsilon().to_double();
    let apart = 400.0 * eps;
    let beside = 0.5 * (apart / p as f64).sqrt();
    let gram = DMatrix::<T>::from_fn(p + 1, p + 1, |i, j| {
        real(match (i.min(j), i.max(j)) {
            (i, j) if i == j => 1.0,
            (0, j) if j % 2 == 0 => 0.6 + beside,
            (0, _) => 0.6 - beside,
            _ => 1.0 - apart,
        })
    });
    let tax = TaxRate::from_gram(&gram, 0).expect("a Gram matrix");
    near(
        "τ",
        tax.value(),
        real(0.36),
        tolerance::eigenvalue::<T>(p + 1),
    );
}

/// A negative ⟨x, x⟩ is not a vector of length zero: no vector has it.
fn a_negative_diagonal_is_not_positive_semidefinite<T: Extreme>() {
    refused!(
        TaxRate::from_gram(&dmatrix![T::one(), T::zero(); T::zero(), -T::one()], 0),
        Error::NotPositiveSemidefinite { argument: "gram", eigenvalue, .. } if *eigenvalue <= -1.0
    );
}

/// The bounds of an error are bounds: what is within them is accepted, and what is
/// refused is not within them.
fn the_bounds_of_a_gram_index_are_the_ones_that_hold<T: Extreme>() {
    let gram = DMatrix::<T>::identity(3, 3);
    for safety in 0..3 {
        assert_eq!(
            TaxRate::from_gram(&gram, safety).map(|t| t.value()),
            Ok(T::zero())
        );
    }
    for safety in [3, usize::MAX] {
        refused!(
            TaxRate::from_gram(&gram, safety),
            Error::OutOfBounds { argument: "safety", least: 0, most: 2, actual, .. } if *actual == safety
        );
    }
    // No capability: it is not the index that is at fault.
    refused!(
        TaxRate::from_gram(&DMatrix::<T>::identity(1, 1), 0),
        Error::OutOfBounds { least, most, actual, .. } if actual < least || actual > most
    );
}

/// The pair that is named is the worst one, as the variant says.
fn the_worst_asymmetry_is_named<T: Extreme>() {
    let mut gram = DMatrix::<T>::identity(3, 3);
    gram[(0, 1)] = real(0.125);
    gram[(1, 2)] = real(0.5);
    refused!(
        TaxRate::from_gram(&gram, 0),
        Error::NotSymmetric { argument: "gram", row: 1, column: 2, deviation, .. } if *deviation == 0.5
    );
}

fn tax_rates_of_extreme_inputs<T: Extreme>() {
    let bound = tolerance::closed_form::<T>();
    let (i, o) = (T::one(), T::zero());
    // d = 1: all or nothing.
    let v = axis::<T>(1, 0);
    let line = Subspace::from_columns(&dmatrix![-T::SUBNORMAL]).expect("a line");
    let tax = TaxRate::between(&v, &line).expect("one space");
    assert_eq!((tax.value(), tax.complement(), tax.angle()), (i, o, o));
    let free = TaxRate::between(&v, &Subspace::trivial(1).expect("d = 1")).expect("one space");
    assert_eq!(
        (free.value(), free.complement(), free.angle()),
        (o, i, T::frac_pi_2())
    );
    assert_eq!(TaxRate::single(&v, &-v.clone()).map(|t| t.value()), Ok(i));
    // The angle t between e₁ and e₁ + t·e₂, from both ends and both constructors.
    for t in [T::machine_epsilon(), T::MINUTE, T::SUBNORMAL] {
        let nearly = Direction::from_slice(&[i, t]).expect("a direction");
        for (j, cosine, sine) in [(0, i, t), (1, t, i)] {
            let line = Subspace::from_directions(&[axis::<T>(2, j)]).expect("a line");
            for tax in [
                TaxRate::between(&nearly, &line),
                TaxRate::single(&nearly, &axis(2, j)),
            ] {
                let tax = tax.expect("one space");
                let absolute = if cosine < sine { bound } else { o };
                near("cos α", tax.cosine(), cosine, cosine * bound + absolute);
                near("sin α", tax.sine(), sine, sine * bound);
                finite("rate", &[tax.value(), tax.complement(), tax.angle()]);
            }
        }
    }
    // Gram matrices in any units: ⟨v, c⟩ = 0.6 of the lengths.
    for s in magnitudes::<T>() {
        for t in [i, T::HUGE, T::MINUTE] {
            // Lengths √s and √t.
            let cross = real::<T>(0.6) * s.sqrt() * t.sqrt();
            // A product of small lengths keeps few digits.
            if cross < T::machine_epsilon().recip() * T::SUBNORMAL {
                continue;
            }
            let gram = dmatrix![s, cross, o; cross, t, o; o, o, i];
            let tax = TaxRate::from_gram(&gram, 0).expect("a Gram matrix");
            let root = T::machine_epsilon() * real(64.0);
            // The root of a subnormal is good to its own few digits only.
            if s != T::SUBNORMAL {
                near("τ", tax.value(), real(0.36), root);
                near("1 − τ", tax.complement(), real(0.64), root);
            }
        }
    }
    // Semidefinite is legal: v in the span, twice the same capability.
    let ones = DMatrix::from_element(3, 3, T::LARGEST);
    near(
        "τ",
        TaxRate::from_gram(&ones, 2).expect("rank one").value(),
        i,
        bound,
    );
}

fn regime_thresholds<T: Extreme>() {
    let (i, o, half): (T, T, T) = (T::one(), T::zero(), real(0.5));
    for bad in [
        T::NON_FINITE[0],
        T::NON_FINITE[1],
        T::NON_FINITE[2],
        -T::SUBNORMAL,
        i,
    ] {
        refused!(
            RegimeThresholds::new(bad, i),
            Error::OutOfRange { argument: "free", actual, .. } if *actual == bad.to_double() || actual.is_nan()
        );
    }
    for bad in [
        T::NON_FINITE[0],
        T::NON_FINITE[1],
        half,
        o,
        i + T::machine_epsilon(),
    ] {
        refused!(
            RegimeThresholds::new(half, bad),
            Error::OutOfRange { argument: "entangled", actual, .. } if *actual == bad.to_double() || actual.is_nan()
        );
    }
    // The paper's own: free is τ = 0 and entangled τ = 1.
    let exact = RegimeThresholds::new(o, i).expect("thresholds");
    let v = axis::<T>(2, 0);
    let slanted = Direction::from_slice(&[i, i]).expect("a direction");
    for (c, regime, word) in [
        (axis(2, 1), Regime::Free, "free"),
        (slanted, Regime::TradeOff, "trade-off"),
        (axis(2, 0), Regime::Entangled, "entangled"),
    ] {
        let tax = TaxRate::single(&v, &c).expect("one space");
        assert_eq!(tax.regime(&exact), regime);
        assert_eq!(regime.to_string(), word);
    }
    assert!(RegimeThresholds::new(o, T::SUBNORMAL).is_ok());
}

fn spectra_of_odd_shape<T: Extreme>() {
    let line = Subspace::from_columns(&dmatrix![T::MINUTE]).expect("a line");
    let one = TaxSpectrum::between(&line, &line).expect("a spectrum");
    assert_eq!(
        (one.rates().len(), one.free_directions(), one.mean()),
        (1, 0, T::one())
    );
    assert_eq!(one.cheapest_direction().ambient_dimension(), 1);
    // All of R^d on either side, and columns at both ends of the range.
    let whole = Subspace::<T>::trivial(3).expect("d = 3").complement();
    let plane = Subspace::from_columns(&two_columns(T::LARGEST, T::SUBNORMAL)).expect("a plane");
    for (s, c, free) in [
        (&whole, &plane, 1),
        (&plane, &whole, 0),
        (&whole, &whole, 0),
    ] {
        let spectrum = TaxSpectrum::between(s, c).expect("a spectrum");
        assert_eq!(spectrum.free_directions(), free);
        for convention in Overlap::ALL {
            finite("overlap", &[spectrum.overlap(convention)]);
        }
        let cheapest = TaxRate::between(spectrum.cheapest_direction(), c).expect("one space");
        let tau = if free > 0 { T::zero() } else { T::one() };
        near("cheapest", cheapest.value(), tau, tolerance::angle(3));
    }
}

fn rates_of_bad_columns<T: Extreme>() {
    let random = &mut rng(30);
    let capabilities = subspace::<T>(4, 2, random);
    for (rows, columns) in [(4, 0), (0, 3)] {
        refused!(
            TaxRate::of_columns(&DMatrix::zeros(rows, columns), &capabilities),
            Error::Empty {
                argument: "safety",
                ..
            }
        );
    }
    refused!(
        TaxRate::of_columns(&gaussian::<T>(3, 2, random), &capabilities),
        Error::DimensionMismatch {
            argument: "safety",
            unit: "coordinates",
            expected: 4,
            actual: 3,
            ..
        }
    );
    // Past the first block, so that places are counted through.
    let many = gaussian::<T>(4, 70_000, random);
    for bad in T::NON_FINITE {
        let mut many = many.clone();
        many[(3, 69_999)] = bad;
        refused!(
            TaxRate::of_columns(&many, &capabilities),
            Error::NonFinite {
                argument: "safety",
                row: 3,
                column: 69_999,
                ..
            }
        );
    }
    let mut zero = many.clone();
    zero.column_mut(66_000).fill(T::zero());
    refused!(
        TaxRate::of_columns(&zero, &capabilities),
        Error::ZeroVector {
            argument: "safety",
            column: 66_000,
            ..
        }
    );
    let trivial = Subspace::<T>::trivial(4).expect("d = 4");
    let rates = TaxRate::of_columns(&gaussian::<T>(4, 3, random), &trivial).expect("rates");
    assert!(
        rates
            .iter()
            .all(|r| (r.value(), r.complement()) == (T::zero(), T::one()))
    );
}

/// The same as one by one, at every length, with both parts right near their own zero.
fn rates_of_columns_are_those_of_directions<T: Extreme>() {
    let random = &mut rng(31);
    for (d, m) in [(1, 1), (2, 1), (9, 3), (300, 17), (5, 5)] {
        let capabilities = subspace::<T>(d, m, random);
        let free = capabilities.complement();
        let mut columns = gaussian::<T>(d, 40, random);
        for (j, mut column) in columns.column_iter_mut().enumerate() {
            // Nearly inside, and nearly outside.
            let slight = real::<T>(10.0_f64.powi(-(j as i32 / 4)));
            let inside = capabilities.basis().column(j % m) * slight;
            let outside = match free.dimension() {
                0 => &inside * T::zero(),
                n => free.basis().column(j % n) * slight,
            };
            match j % 4 {
                0 => column.copy_from(&(capabilities.basis().column(0) + outside)),
                1 if free.dimension() > 0 => {
                    column.copy_from(&(free.basis().column(0) + inside));
                }
                _ => {}
            }
            let magnitude = magnitudes::<T>()[j % 3];
            let scale = magnitude / real(4.0) / column.amax();
            column.scale_mut(scale);
        }
        let rates = TaxRate::of_columns(&columns, &capabilities).expect("rates");
        assert_eq!(rates.len(), 40);
        for (rate, column) in rates.iter().zip(columns.column_iter()) {
            let direction = Direction::new(column).expect("not zero");
            let one = TaxRate::between(&direction, &capabilities).expect("a rate");
            let room = tolerance::closed_form::<T>() + tolerance::orthonormality::<T>(d);
            near("cosine", rate.cosine(), one.cosine(), room);
            near("sine", rate.sine(), one.sine(), room);
        }
    }
}

for_both_scalars!(
    capabilities_that_count_as_one,
    tax_rate_refusals,
    a_negative_diagonal_is_not_positive_semidefinite,
    the_bounds_of_a_gram_index_are_the_ones_that_hold,
    the_worst_asymmetry_is_named,
    tax_rates_of_extreme_inputs,
    regime_thresholds,
    spectra_of_odd_shape,
    rates_of_bad_columns,
    rates_of_columns_are_those_of_directions,
);
