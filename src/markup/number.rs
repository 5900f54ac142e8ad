//! Numbers as a reader wants them: four digits that count, and no more.

/// Four significant digits, plain where that is short and in powers of ten elsewhere.
pub(crate) fn number(x: f64) -> String {
    if let Some(symbol) = symbol(x) {
        return symbol;
    }
    let size = x.abs();
    if !(1e-3..99_999.5).contains(&size) {
        return format!("{x:.2e}");
    }
    let before = size.log10().floor() as i32;
    let digits = usize::try_from(3 - before).unwrap_or(0);
    let plain = format!("{x:.digits$}");
    if !plain.contains('.') {
        return plain;
    }
    plain.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What is no ordinary number: a dash for none, a symbol for ∞, and zero without a sign.
fn symbol(x: f64) -> Option<String> {
    let text = if x.is_nan() {
        "–"
    } else if x == f64::INFINITY {
        "∞"
    } else if x == f64::NEG_INFINITY {
        "-∞"
    } else if x == 0.0 {
        "0"
    } else {
        return None;
    };
    Some(text.to_owned())
}

/// So many decimals, for columns; what would be rounded to zero keeps a digit.
pub(crate) fn fixed(x: f64, decimals: usize) -> String {
    if !x.is_finite() {
        return number(x);
    }
    let text = format!("{x:.decimals$}");
    let zero = !text.contains(|c: char| ('1'..='9').contains(&c));
    match (zero, x == 0.0) {
        (true, true) => format!("{:.decimals$}", 0.0),
        (true, false) => format!("{x:.0e}"),
        _ if x.abs() >= 1e6 => format!("{x:.decimals$e}"),
        _ => text,
    }
}

/// The same with its sign in front.
pub(crate) fn signed(x: f64, decimals: usize) -> String {
    let text = fixed(x, decimals);
    if x > 0.0 { format!("+{text}") } else { text }
}

pub(crate) fn interval(ends: [f64; 2], decimals: usize) -> String {
    format!(
        "[{}, {}]",
        fixed(ends[0], decimals),
        fixed(ends[1], decimals)
    )
}

pub(crate) fn signed_interval(ends: [f64; 2], decimals: usize) -> String {
    format!(
        "[{}, {}]",
        signed(ends[0], decimals),
        signed(ends[1], decimals)
    )
}

/// A share as per cent.
pub(crate) fn percent(share: f64) -> String {
    let x = 100.0 * share;
    if !x.is_finite() || x == 0.0 || x == 100.0 {
        return format!("{} %", number(x));
    }
    // 99.97 % is not 100 %.
    let near = (100.0 - x).abs();
    if near < 0.05 {
        let digits = (-near.log10()).ceil().clamp(1.0, 12.0) as usize;
        return format!("{x:.digits$} %");
    }
    format!("{} %", fixed(x, 1))
}

/// A confidence level, with as many digits as it has: 99.9 % is not 100 %.
pub(crate) fn level(confidence: f64) -> String {
    format!("{} %", (1e8 * confidence).round() / 1e6)
}

/// A p-value, small ones as powers of ten.
pub(crate) fn p_value(p: f64) -> String {
    if p.is_finite() && p < 1e-4 && p > 0.0 {
        format!("{p:.1e}")
    } else {
        fixed(p, 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_what_tells_them_from_their_limit() {
        assert_eq!(number(0.36), "0.36");
        assert_eq!(number(-53.130_102), "-53.13");
        assert_eq!(number(1e-20), "1.00e-20");
        assert_eq!(number(12345.6), "12346");
        assert_eq!(number(100.0), "100");
        assert_eq!(number(3.0e300), "3.00e300");
        assert_eq!(number(-0.0), "0");
        assert_eq!(fixed(1e-9, 3), "1e-9");
        assert_eq!(fixed(-0.0, 3), "0.000");
        assert_eq!(fixed(2.5e7, 1), "2.5e7");
        assert_eq!(fixed(-999_999.0, 1), "-999999.0");
        assert_eq!(signed(0.25, 2), "+0.25");
        assert_eq!(signed(0.0, 2), "0.00");
        assert_eq!(signed_interval([-0.5, 0.25], 2), "[-0.50, +0.25]");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.999_97), "99.997 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(level(0.95), "95 %");
        assert_eq!(level(0.999_9), "99.99 %");
        assert_eq!(p_value(3e-9), "3.0e-9");
        assert_eq!(p_value(0.05), "0.0500");
        assert_eq!(p_value(1e-4), "0.0001");
        assert_eq!(p_value(0.0), "0.0000");
    }

    #[test]
    fn what_is_no_number_is_a_dash() {
        for text in [
            number(f64::NAN),
            fixed(f64::NAN, 3),
            signed(f64::NAN, 1),
            p_value(f64::NAN),
        ] {
            assert_eq!(text, "–");
        }
        assert_eq!(percent(f64::NAN), "– %");
        assert_eq!(interval([f64::NEG_INFINITY, f64::INFINITY], 2), "[-∞, ∞]");
    }
}
