//! What the estimate of τ takes off and puts on for noise, term by term, by leaving out one row at a time; and the same
//! where there is nothing to correct.

use crate::common::{gaussian, rng};
use alignment_tax::{Confidence, Direction, Evidence, Samples, TaxEstimate, TaxRate, tolerance};
use nalgebra::{DMatrix, DVector, dmatrix};

/// M of objectives with rows of the same units, by loops over pairs of rows of different units, one row left out.
fn gram(all: &[DMatrix<f64>], without: Option<usize>) -> DMatrix<f64> {
    let rows: Vec<usize> = (0..all[0].nrows())
        .filter(|&r| Some(r) != without)
        .collect();
    let pairs = (rows.len() * (rows.len() - 1)) as f64;
    DMatrix::from_fn(all.len(), all.len(), |i, j| {
        let mut sum = 0.0;
        for &r in &rows {
            for &s in rows.iter().filter(|&&s| s != r) {
                sum += all[i].row(r).dot(&all[j].row(s));
            }
        }
        sum / pairs
    })
}

/// The delete-one covariance of functions of M that are linear in it.
fn covariance(of: &[Vec<f64>]) -> DMatrix<f64> {
    let (n, k) = (of.len() as f64, of[0].len());
    let mean = |i: usize| of.iter().map(|x| x[i]).sum::<f64>() / n;
    DMatrix::from_fn(k, k, |i, j| {
        let (a, b) = (mean(i), mean(j));
        let products = of.iter().map(|x| (x[i] - a) * (x[j] - b));
        products.sum::<f64>() * (n - 1.0) / n
    })
}

/// τ̂ = N/s·(1 − Var s/s²) + Cov(N, s)/s² with N = AᵀΓ⁻¹A − tr(Γ⁻¹ Cov e), and its standard error, for noise so small that
/// its products with itself are nothing beside those with the means. What is taken for such products is long by a share of
/// 1/(2(n − 1)(n − 2)).
#[test]
fn value_and_error_are_corrected_by_what_leaving_out_a_row_says() {
    let (d, n) = (5, 12);
    let means = [
        [2.0, -1.0, 1.0, 3.0, 0.5],
        [3.0, 1.0, 0.5, 0.0, 0.0],
        [1.0, 2.0, -1.0, 2.0, 0.0],
    ];
    let close = 1.0 / ((n - 1) * (n - 2)) as f64;
    let labels: Vec<usize> = (0..n).collect();
    for seed in 0..6 {
        let random = &mut rng(60 + seed);
        let prompt = gaussian::<f64>(n, d, random);
        let rows: Vec<DMatrix<f64>> = means
            .iter()
            .map(|mean| {
                let own = gaussian::<f64>(n, d, random);
                DMatrix::from_fn(n, d, |r, j| mean[j] + 1e-3 * (own[(r, j)] + prompt[(r, j)]))
            })
            .collect();
        let all: Vec<Samples> = rows
            .iter()
            .map(|x| {
                Samples::new(x)
                    .and_then(|x| x.with_units(&labels))
                    .expect("rows")
            })
            .collect();
        let evidence: Vec<Evidence<'_>> = all.iter().map(Evidence::Sampled).collect();
        let tax = TaxEstimate::new(evidence[0], &evidence[1..]).expect("resolved");

        let m = gram(&rows, None);
        let s = m[(0, 0)];
        let a: DVector<f64> = m.view((1, 0), (2, 1)).column(0).into_owned();
        let inverse = m
            .view((1, 1), (2, 2))
            .into_owned()
            .try_inverse()
            .expect("independent");
        let beta = &inverse * &a;
        // e₁, e₂, the linear part of N, and s, with β as it is.
        let functions = |m: &DMatrix<f64>| {
            let (a, gamma) = (m.view((1, 0), (2, 1)), m.view((1, 1), (2, 2)));
            let e = a - gamma * &beta;
            let linear = 2.0 * a.dot(&beta) - beta.dot(&(gamma * &beta));
            vec![e[0], e[1], linear, m[(0, 0)]]
        };
        let left: Vec<Vec<f64>> = (0..n).map(|r| functions(&gram(&rows, Some(r)))).collect();
        let spread = covariance(&left);
        let tau = a.dot(&beta) / s;
        let bias = (&inverse * spread.view((0, 0), (2, 2))).trace() / s;
        let terms = [
            -bias,
            -tau * spread[(3, 3)] / (s * s),
            spread[(2, 3)] / (s * s),
        ];
        let size: f64 = terms.iter().map(|x| x.abs()).sum();
        let ours = tax.value() - tau;
        let truth: f64 = terms.iter().sum();
        assert!(
            (ours - truth).abs() <= close * size,
            "{seed}: {ours:e} {terms:?}"
        );
        let variance = spread[(2, 2)] - 2.0 * tau * spread[(2, 3)] + tau * tau * spread[(3, 3)];
        let ratio = tax.standard_error() * s / variance.sqrt();
        assert!((ratio - 1.0).abs() <= close, "{seed}: {ratio}");
    }
}

/// Rows that are all the same: the rate of their directions has a p-value of one and one beside it of zero, in any units.
#[test]
fn without_noise_a_rate_is_right_or_wrong_in_any_units() {
    for seed in 0..20 {
        let random = &mut rng(80 + seed);
        let (v, c) = (gaussian::<f64>(4, 1, random), gaussian::<f64>(4, 1, random));
        let c = Direction::new(&c.column(0).into_owned()).expect("a direction");
        for unit in [1e-3, 1.0, 1e3] {
            let rows = DMatrix::from_fn(6, 4, |_, j| unit * v[j]);
            let safety = Samples::new(&rows).expect("rows");
            let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Known(&c)]);
            let tax = tax.expect("resolved");
            let right = tax.value().clamp(0.0, 1.0);
            let wrong = if right < 0.5 {
                right + 1e-4
            } else {
                right - 1e-4
            };
            assert_eq!(tax.p_value(right), Ok(1.0), "{seed}, {unit}");
            let wrong = tax.p_value(wrong).expect("a rate");
            assert!(
                wrong <= tolerance::closed_form::<f64>(),
                "{seed}, {unit}: {wrong}"
            );
        }
    }
}

/// Without noise the rate of the directions, computed apart, is not told from that of the rows. Their square is near four, the
/// largest that products are scaled to, and the rate near one: there rounding is largest.
#[test]
fn without_noise_the_rate_of_the_directions_is_the_rate() {
    for seed in 0..300 {
        let random = &mut rng(200 + seed);
        let c: DVector<f64> = gaussian::<f64>(4, 1, random).column(0).normalize();
        let v = &c + gaussian::<f64>(4, 1, random).column(0) * 0.1;
        let v = v.normalize() * 3.95_f64.sqrt();
        let rows = DMatrix::from_fn(6, 4, |_, j| v[j]);
        let safety = Samples::new(&rows).expect("rows");
        let [v, c] = [v, c].map(|x| Direction::new(&x).expect("a direction"));
        let truth = TaxRate::single(&v, &c).expect("one space").value();
        let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Known(&c)]);
        let tax = tax.expect("resolved");
        assert_eq!(
            tax.p_value(truth),
            Ok(1.0),
            "{seed}: {} {truth}",
            tax.value()
        );
    }
}

/// Safety that has nothing of the capability in any row has a rate of zero without an error.
#[test]
fn what_has_no_part_in_the_capability_has_a_rate_of_zero() {
    let rows = dmatrix![0.0, 2.1, 0.9; 0.0, 1.9, 1.1; 0.0, 2.0, 1.0; 0.0, 2.2, 0.8];
    let safety = Samples::new(&rows).expect("rows");
    let axis = Direction::from_slice(&[1.0, 0.0, 0.0]).expect("an axis");
    let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Known(&axis)]);
    let tax = tax.expect("resolved");
    assert_eq!((tax.value(), tax.standard_error()), (0.0, 0.0));
    let interval = tax.interval(Confidence::NINETY_FIVE);
    assert_eq!((interval.lower(), tax.p_value(0.0)), (0.0, Ok(1.0)));
    // Any other is as far off as the length of safety is from zero, by its error.
    let far = [0.1, 0.7].map(|tau| tax.p_value(tau).expect("a rate"));
    assert!(far[0] > 0.0 && (far[1] / far[0] - 1.0).abs() <= tolerance::mean_difference::<f64>(16));
}
