//! Many p-values at once: what is left of them (theory §2.3).
//!
//! A measurement over thirty layers and ten concepts has three hundred chances to look
//! significant. Holm's adjusted p-values bound the probability of any false claim among
//! those made, Benjamini and Hochberg's the expected share of false ones. Holm's holds
//! whatever the dependence between the p-values; Benjamini and Hochberg's for
//! independent or positively dependent ones, as neighbouring layers are.

use crate::{Error, linalg::check};

/// Benjamini–Hochberg adjusted p-values, in the order of the input.
///
/// $$ \tilde p_{(i)} = \min_{j \ge i} \min\left(1, \frac{n}{j} p_{(j)}\right) $$
///
/// Calling everything with an adjusted value up to q a discovery is their procedure at
/// level q: at most a share q of the discoveries is false, on average. Equal
/// p-values have equal adjusted ones.
///
/// # Units and shapes
/// n p-values in, n out.
///
/// # Errors
/// [`Error::Empty`]; [`Error::EntryOutOfRange`] naming the index, for NaN as well.
///
/// # Accuracy
/// Two roundings.
///
/// # References
/// Benjamini & Hochberg (1995), *Controlling the False Discovery Rate*, eq. (1);
/// Benjamini & Yekutieli (2001) for positive dependence.
///
/// # Examples
/// ```
/// use alignment_tax::benjamini_hochberg;
///
/// // One p-value a layer.
/// let adjusted = benjamini_hochberg(&[0.005, 0.6, 0.02, 0.04])?;
/// assert_eq!(adjusted, [0.02, 0.6, 0.04, 0.16 / 3.0]);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
pub fn benjamini_hochberg(p_values: &[f64]) -> Result<Vec<f64>, Error> {
    let order = ascending(p_values)?;
    let n = p_values.len() as f64;
    let mut adjusted = vec![1.0; p_values.len()];
    let mut running = 1.0_f64;
    for (rank, &i) in order.iter().enumerate().rev() {
        // n/rank first would round n·p/rank above p for the largest; n·p first may round it below,
        // and no adjusted p-value is smaller than its own.
        running = running.min((n * p_values[i] / (rank + 1) as f64).max(p_values[i]));
        adjusted[i] = running;
    }
    Ok(adjusted)
}

/// Holm's adjusted p-values, in the order of the input.
///
/// $$ \tilde p_{(i)} = \max_{j \le i} \min(1, (n - j + 1) p_{(j)}) $$
///
/// Claiming everything with an adjusted value up to α makes any false claim with
/// probability at most α, whatever the dependence. Never larger than Bonferroni's n·p.
///
/// # Units and shapes
/// n p-values in, n out.
///
/// # Errors
/// [`Error::Empty`]; [`Error::EntryOutOfRange`] naming the index, for NaN as well.
///
/// # Accuracy
/// One rounding.
///
/// # References
/// Holm (1979), *A Simple Sequentially Rejective Multiple Test Procedure*.
///
/// # Examples
/// ```
/// use alignment_tax::holm;
///
/// assert_eq!(holm(&[0.01, 0.5, 0.02])?, [0.03, 0.5, 0.04]);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>, Error> {
    let order = ascending(p_values)?;
    let n = p_values.len();
    let mut adjusted = vec![0.0; n];
    let mut running = 0.0_f64;
    for (rank, &i) in order.iter().enumerate() {
        running = running.max(((n - rank) as f64 * p_values[i]).min(1.0));
        adjusted[i] = running;
    }
    Ok(adjusted)
}

/// Indices from the smallest p-value to the largest, all checked.
fn ascending(p_values: &[f64]) -> Result<Vec<usize>, Error> {
    let argument = "p_values";
    if p_values.is_empty() {
        return Err(Error::Empty {
            argument,
            rows: 0,
            columns: 1,
        });
    }
    check::entries(argument, p_values, "a p-value in [0, 1]", |p| {
        (0.0..=1.0).contains(&p)
    })?;
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
    Ok(order)
}
