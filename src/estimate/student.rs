//! Student's law: how many standard errors a level allows, and how surprising a distance
//! is, at the degrees of freedom that independent units leave.
//!
//! The quantile is found by bisection of the tail. The inverse of the incomplete beta
//! function in `statrs` 0.19 does not end at 10⁸ degrees of freedom.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use crate::Confidence;

/// The quantile at (1 + level)/2 for one degree of freedom less than there are units; the
/// normal one for `usize::MAX`, where nothing was sampled. Quantiles below 1e-8 come out
/// as some number below 1e-7.
pub(crate) fn quantile(confidence: Confidence, units: usize) -> f64 {
    let tail = 0.5 * (1.0 - confidence.level());
    let mut above = 1.0;
    // Ends: three degrees of freedom reach the smallest 1 − level at 1e5.
    while upper_tail(above, units) > tail && above < f64::MAX / 2.0 {
        above *= 2.0;
    }
    let mut below = 0.0;
    for _ in 0..f64::MANTISSA_DIGITS + 64 {
        let middle = 0.5 * (below + above);
        if upper_tail(middle, units) > tail {
            below = middle;
        } else {
            above = middle;
        }
    }
    above
}

/// P(|t| ≥ |x|/√v); a distance within rounding is none.
pub(crate) fn two_sided(x: f64, rounding: f64, variance: f64, units: usize) -> f64 {
    if x.abs() <= rounding {
        return 1.0;
    }
    if variance == 0.0 {
        return 0.0;
    }
    (2.0 * upper_tail(x.abs() / variance.sqrt(), units)).min(1.0)
}

/// P(t ≥ x), x ≥ 0.
fn upper_tail(x: f64, units: usize) -> f64 {
    if units == usize::MAX {
        return Normal::standard().sf(x);
    }
    let freedom = units as f64 - 1.0;
    let law = StudentsT::new(0.0, 1.0, freedom).expect("at least four units");
    law.sf(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `tests/oracle/student.py` prints them, from SciPy: `t.isf((1 - level) / 2, units - 1)`.
    const QUANTILES: &[(usize, f64, f64)] = &[
        (4, 0.5, 0.7648923284043444),
        (4, 0.9, 2.3533634348018246),
        (4, 0.95, 3.1824463052837078),
        (4, 0.997, 8.891456287929655),
        (4, 0.999999999, 1301.637179562648),
        (5, 0.5, 0.7406970841126829),
        (5, 0.9, 2.131846786326651),
        (5, 0.95, 2.7764451051977934),
        (5, 0.997, 6.434848355145923),
        (5, 0.999999999, 278.3097818922792),
        (8, 0.5, 0.7111417780817866),
        (8, 0.9, 1.8945786050900069),
        (8, 0.95, 2.364624251592784),
        (8, 0.997, 4.442125119312354),
        (8, 0.999999999, 42.75080265055823),
        (16, 0.5, 0.6911969489584897),
        (16, 0.9, 1.7530503556925734),
        (16, 0.95, 2.131449545559776),
        (16, 0.997, 3.535024618550786),
        (16, 0.999999999, 13.344105734308084),
        (64, 0.5, 0.6784039610578574),
        (64, 0.9, 1.6694022217068134),
        (64, 0.95, 1.998340542520741),
        (64, 0.997, 3.0874951942842066),
        (64, 0.999999999, 7.172380224450416),
        (1001, 0.5, 0.6747351646070093),
        (1001, 0.9, 1.646378817285465),
        (1001, 0.95, 1.9623390808264083),
        (1001, 0.997, 2.975030891945778),
        (1001, 0.999999999, 6.168430252449105),
        (1000001, 0.5, 0.6744899955310875),
        (1000001, 0.9, 1.6448551507220412),
        (1000001, 0.95, 1.959966356814107),
        (1000001, 0.997, 2.967745201857199),
        (1000001, 0.999999999, 6.109468745488251),
        (usize::MAX, 0.5, 0.6744897501960817),
        (usize::MAX, 0.9, 1.6448536269514729),
        (usize::MAX, 0.95, 1.959963984540054),
        (usize::MAX, 0.997, 2.9677379253417833),
    ];

    /// `2 * t.sf(x, units - 1)`.
    const TAILS: &[(usize, f64, f64)] = &[
        (4, 0.01, 0.992649111412852),
        (4, 1.0, 0.3910022189557705),
        (4, 2.5, 0.08770664700806556),
        (4, 8.0, 0.004076577587785466),
        (4, 40.0, 3.4380680789158506e-05),
        (8, 0.01, 0.9923003176436217),
        (8, 1.0, 0.3506166628202074),
        (8, 2.5, 0.04099221858575289),
        (8, 8.0, 9.114921170875357e-05),
        (8, 40.0, 1.5902179984850364e-09),
        (64, 0.01, 0.9920528869697001),
        (64, 1.0, 0.32113603158262566),
        (64, 2.5, 0.015035204311132429),
        (64, 8.0, 3.5679286547882944e-11),
        (64, 40.0, 1.6974279920901198e-46),
        (1001, 0.01, 0.9920232819321873),
        (1001, 1.0, 0.31755241808467255),
        (1001, 2.5, 0.012578567801090807),
        (1001, 8.0, 3.4266614823914978e-15),
        (1001, 40.0, 1.0478852155173272e-209),
        (usize::MAX, 0.01, 0.9920212873707368),
        (usize::MAX, 1.0, 0.31731050786291415),
        (usize::MAX, 2.5, 0.012419330651552265),
        (usize::MAX, 8.0, 1.244192114854348e-15),
    ];

    /// In the incomplete beta function of `statrs`, ln Γ(ν/2) ≈ ½ν ln ν is rounded and
    /// exponentiated; its erfc is good to 1e-10.
    fn bound(units: usize) -> f64 {
        if units == usize::MAX {
            return 1_048_576.0 * f64::EPSILON;
        }
        let freedom = units as f64;
        f64::EPSILON * (8192.0 + freedom * freedom.ln())
    }

    #[test]
    fn quantiles_and_tails_are_those_of_scipy() {
        for &(units, level, truth) in QUANTILES {
            let ours = quantile(Confidence::new(level).expect("a level"), units);
            assert!(
                (ours / truth - 1.0).abs() <= bound(units),
                "{units} {level}: {ours} {truth}"
            );
        }
        for &(units, x, truth) in TAILS {
            let ours = two_sided(-x, 0.0, 1.0, units);
            assert!(
                (ours / truth - 1.0).abs() <= bound(units),
                "{units} {x}: {ours} {truth}"
            );
        }
    }

    #[test]
    fn quantiles_exist_at_every_level_and_number_of_units() {
        for level in [f64::MIN_POSITIVE, 1e-9, 0.5, 1.0 - f64::EPSILON / 2.0] {
            for units in [4, 5, 100, 100_000_001, usize::MAX - 1, usize::MAX] {
                let t = quantile(Confidence::new(level).expect("a level"), units);
                assert!(t.is_finite() && t >= 0.0, "{level} {units}: {t}");
            }
        }
    }
}
