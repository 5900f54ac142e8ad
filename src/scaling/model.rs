//! The models of the tax over widths, and their parameters.

use std::fmt;

/// How the tax may depend on the width d: always an intrinsic part and a packing part,
/// τ₀ + b·g(d), with g one at the narrowest width measured.
///
/// # Units and shapes
/// | model | mean of τ | parameters |
/// |---|---|--:|
/// | `Constant` | τ₀ | 1 |
/// | `InverseWidth` | τ₀ + κ/d | 2 |
/// | `ExactLaw` | τ_I + (1 − τ_I)·m′/(d − k) | 2 |
/// | `PowerLaw` | τ₀ + b·(d/d₁)^(−β), d₁ the narrowest width | 3 |
///
/// # References
/// Theory §7.5; Young (2026), arXiv:2603.00047, for the law of which these are readings.
///
/// # Examples
/// ```
/// use alignment_tax::ScalingModel;
///
/// assert_eq!(ScalingModel::PowerLaw.parameters(), 3);
/// assert_eq!(ScalingModel::ExactLaw { intrinsic_dimension: 2 }.to_string(), "exact law, k = 2");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ScalingModel {
    /// The tax does not depend on the width.
    Constant,
    /// The leading order, τ₀ + κ/d.
    InverseWidth,
    /// The mean of the exact law of random packing. Of one model to a width, with known
    /// standard errors, the packing adds its own variance to that of the measurement.
    ExactLaw {
        /// k, the dimension of the intrinsic subspace.
        intrinsic_dimension: usize,
    },
    /// τ₀ + b·(d/d₁)^(−β), to test β = 1.
    PowerLaw,
}

impl ScalingModel {
    /// The number of its parameters.
    ///
    /// # Examples
    /// See [`ScalingModel`].
    #[must_use]
    pub fn parameters(self) -> usize {
        match self {
            Self::Constant => 1,
            Self::InverseWidth | Self::ExactLaw { .. } => 2,
            Self::PowerLaw => 3,
        }
    }

    /// The least width at which it means anything.
    pub(super) fn least_width(self) -> f64 {
        match self {
            Self::ExactLaw {
                intrinsic_dimension,
            } => intrinsic_dimension as f64 + 1.0,
            _ => 1.0,
        }
    }
}

impl fmt::Display for ScalingModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant => f.pad("constant"),
            Self::InverseWidth => f.pad("inverse width"),
            Self::ExactLaw {
                intrinsic_dimension,
            } => f.pad(&format!("exact law, k = {intrinsic_dimension}")),
            Self::PowerLaw => f.pad("power law"),
        }
    }
}

/// A parameter of a [`ScalingModel`].
///
/// # Examples
/// See [`ScalingFit::interval`](crate::ScalingFit::interval).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ScalingParameter {
    /// τ₀, what stays at any width; τ_I of the exact law.
    Intrinsic,
    /// b, the mean packing at the narrowest width measured.
    Packing,
    /// κ of [`ScalingModel::InverseWidth`], the packing times the width.
    Slope,
    /// m′ of [`ScalingModel::ExactLaw`]; where the data say how many capabilities there
    /// were at each width, the factor by which as many random directions act.
    Capabilities,
    /// β of [`ScalingModel::PowerLaw`].
    Exponent,
}

impl fmt::Display for ScalingParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Intrinsic => "intrinsic",
            Self::Packing => "packing",
            Self::Slope => "slope",
            Self::Capabilities => "capabilities",
            Self::Exponent => "exponent",
        })
    }
}
