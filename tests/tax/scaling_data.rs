//! Taxes over widths: their order, numbers of capabilities, and limits.

use super::scaling_fit::{LEVEL, OCTAVES, PARAMETERS};
use alignment_tax::{Error, ScalingData, ScalingFit, ScalingModel, ScalingParameter};

/// Widths in any order, and the answers in the order of the data.
#[test]
fn order_is_of_no_account() {
    let rates = [0.352, 0.224, 0.163, 0.131, 0.115, 0.109];
    let errors = [0.004, 0.002, 0.003, 0.001, 0.002, 0.003];
    let order = [3, 0, 5, 1, 4, 2];
    let pick = |x: &[f64]| order.map(|i| x[i]);
    for model in [
        ScalingModel::InverseWidth,
        ScalingModel::PowerLaw,
        ScalingModel::ExactLaw {
            intrinsic_dimension: 1,
        },
    ] {
        let sorted = ScalingData::from_errors(&OCTAVES, &rates, &errors).expect("data");
        let mixed =
            ScalingData::from_errors(&order.map(|i| OCTAVES[i]), &pick(&rates), &pick(&errors))
                .expect("data");
        let [a, b] = [&sorted, &mixed].map(|d| ScalingFit::new(d, model).expect("a fit"));
        for parameter in PARAMETERS {
            if let (Some(x), Some(y)) = (a.estimate(parameter), b.estimate(parameter)) {
                assert!(
                    (x - y).abs() <= 1e-6 * (1.0 + x.abs()),
                    "{model} {parameter}"
                );
            }
        }
        assert!((a.p_runs() - b.p_runs()).abs() < 1e-12);
        for (j, residual) in b.residuals().iter().enumerate() {
            assert_eq!(residual.width, mixed.widths()[j]);
            let other = a.residuals()[order[j]];
            assert!((residual.standardized - other.standardized).abs() < 1e-4);
        }
    }
}

/// Numbers of capabilities that grow with the width: the law that is told them finds the share
/// that acts, and one that would leave nothing to be told by is refused.
#[test]
fn numbers_of_capabilities_enter_the_exact_law() {
    let k = 1;
    let law = ScalingModel::ExactLaw {
        intrinsic_dimension: k,
    };
    let data = ScalingData::from_errors(&OCTAVES, &[0.1; 6], &[0.001; 6]).expect("data");
    // As many for every dimension: packing is then a constant.
    let refusal = data
        .with_capabilities(&OCTAVES.map(|d| d / 8))
        .and_then(|d| ScalingFit::new(&d, law));
    assert!(
        matches!(refusal, Err(Error::OutOfRange { .. })),
        "{refusal:?}"
    );
    let growing = [32, 40, 50, 60, 70, 80];
    let rates: Vec<f64> = (OCTAVES.iter().zip(growing))
        .map(|(&d, m)| 0.05 + 0.95 * 0.5 * m as f64 / (d - k) as f64)
        .collect();
    let data = ScalingData::from_errors(&OCTAVES, &rates, &[0.001; 6]).expect("data");
    let fit = data
        .with_capabilities(&growing)
        .and_then(|d| ScalingFit::new(&d, law))
        .expect("a fit");
    let factor = fit
        .interval(ScalingParameter::Capabilities, LEVEL)
        .expect("one");
    assert!(factor.contains(0.5) && factor.upper() < 1.5, "{factor}");
    let mean = fit.predict_with(4096, 90, LEVEL).expect("a width").mean;
    let a = fit.estimate(ScalingParameter::Intrinsic).expect("one");
    let f = fit.estimate(ScalingParameter::Capabilities).expect("one");
    assert!((mean - (a + (1.0 - a) * f * 90.0 / 4095.0)).abs() < 1e-12);
}

/// The most widths, and the greatest width and number of capabilities, are allowed; one more is not.
#[test]
fn limits_of_data_are_within_them() {
    let of = |widths: &[usize]| {
        let n = widths.len();
        ScalingData::from_errors(widths, &vec![0.5; n], &vec![0.1; n])
    };
    let widths: Vec<usize> = (1..=1001).collect();
    assert!(of(&widths[..1000]).is_ok());
    let more = of(&widths);
    assert!(
        matches!(
            more,
            Err(Error::OutOfBounds {
                most: 1000,
                actual: 1001,
                ..
            })
        ),
        "{more:?}"
    );
    let most = u32::MAX as usize;
    assert!(of(&[64, most]).is_ok());
    assert!(of(&[64, most + 1]).is_err());
    let data = of(&[64, most]).expect("data");
    assert!(data.clone().with_capabilities(&[1, most]).is_ok());
    assert!(data.with_capabilities(&[1, most + 1]).is_err());
}
