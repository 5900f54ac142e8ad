//! Student's law: the two-sided p-value of a t statistic, and its quantiles.
//!
//! With ν degrees of freedom, t²/(ν + t²) ~ Beta(1/2, ν/2), so that a p-value is a tail of
//! the Beta law, to that law's relative accuracy. Quantiles invert the p-value.

use super::beta;

/// More degrees of freedom than this are no different from the normal law to 1e-7.
const MOST: f64 = 1e7;

/// P(|T| ≥ |t|) for ν ≥ 1 degrees of freedom.
pub(crate) fn two_sided(t: f64, freedom: f64) -> f64 {
    if t == 0.0 {
        return 1.0;
    }
    let freedom = freedom.min(MOST);
    // 1/t² may vanish, below a p-value of 1e-154; t² would overflow.
    let ratio = freedom.sqrt() / t.abs();
    let beyond = ratio * ratio;
    let (x, y) = (1.0 / (1.0 + beyond), beyond / (1.0 + beyond));
    match beta::tails(0.5, 0.5 * freedom, x, y) {
        Some((_, upper)) => upper,
        // It takes O(√ν) terms and is given many times that; a p-value of 1 claims nothing.
        None => 1.0,
    }
}

/// The t that |T| stays below with probability `level`.
pub(crate) fn quantile(level: f64, freedom: f64) -> f64 {
    let tail = 1.0 - level;
    // Bisection of the exponent: from 2^−1000 to 2^1000, sixty-four bits of it.
    let (mut low, mut high) = (-1000.0_f64, 1000.0_f64);
    for _ in 0..64 {
        let middle = 0.5 * (low + high);
        if two_sided(middle.exp2(), freedom) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    high.exp2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tolerance::beta_tail;

    /// `tests/oracle/student.py` prints them, from SciPy: units, level,
    /// `t.isf((1 - level) / 2, units - 1)`.
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
    ];

    /// P(|T| ≥ t) and ν, by mpmath 1.4.1 with forty digits:
    /// `betainc(v/2, 1/2, 0, v/(v + t*t), regularized=True)`.
    const EXACT: &[(f64, f64, f64)] = &[
        (0.1, 3.0, 0.926_652_348_800_805_8),
        (1.5, 3.0, 0.23058386524482305),
        (12.0, 3.0, 0.0012450158007893367),
        (2.0, 15.0, 0.063_945_007_284_720_2),
        (8.0, 47.0, 2.5472495806584438e-10),
        (0.001, 63.0, 0.999_205_275_376_080_7),
        (3.0, 255.0, 0.0029671783114785343),
        (25.0, 1000.0, 1.5203541383321279e-107),
    ];

    /// SciPy is good to about ten digits where ν is large.
    const SCIPY: f64 = 1e-10;

    #[test]
    fn tails_and_quantiles_are_those_of_scipy_and_mpmath() {
        for &(units, level, truth) in QUANTILES {
            // 1 − level has lost what the level rounds away.
            let bound = SCIPY + f64::EPSILON / (1.0 - level);
            let ours = quantile(level, units as f64 - 1.0);
            assert!(
                (ours / truth - 1.0).abs() <= bound,
                "{units} {level}: {ours} {truth}"
            );
        }
        for &(units, t, truth) in TAILS {
            let ours = two_sided(-t, units as f64 - 1.0);
            assert!(
                (ours / truth - 1.0).abs() <= SCIPY,
                "{units} {t}: {ours} {truth}"
            );
        }
        for &(t, freedom, truth) in EXACT {
            let ours = two_sided(t, freedom);
            let bound = beta_tail(1 + freedom as usize);
            assert!(
                (ours / truth - 1.0).abs() <= bound,
                "{t} {freedom}: {ours} {truth}"
            );
        }
    }

    #[test]
    fn extremes_are_ordered_and_finite() {
        assert_eq!(two_sided(0.0, 3.0), 1.0);
        assert_eq!(two_sided(f64::INFINITY, 3.0), 0.0);
        assert!(two_sided(1e150, 1.0) > 0.0);
        // The normal law in the limit, from which t is (z³ + z)/(4ν) away.
        assert!((quantile(0.95, f64::MAX) - 1.959_963_984_540_054).abs() <= 3.0 / MOST);
        for level in [f64::MIN_POSITIVE, 1e-9, 0.5, 1.0 - f64::EPSILON / 2.0] {
            for freedom in [3.0, 4.0, 99.0, 1e8, f64::MAX] {
                let t = quantile(level, freedom);
                assert!(t.is_finite() && t >= 0.0, "{level} {freedom}: {t}");
            }
        }
    }
}
