//! Which capability pays, with which sign, and how much of the tax is its own.
//!
//! The rates τᵢ of single capabilities do not add up to τ unless the capabilities
//! happen to be orthonormal (theory §1.4), and a square hides whether safety helps or hurts
//! (theory §1.3). So an attribution carries four columns: the signed overlap, τᵢ,
//! the unique share that vanishes with the capability, and the Shapley share, the
//! only one that adds up.

use nalgebra::DVector;
use rand::Rng;

use super::TaxRate;
use super::shapley::Game;
use crate::subspace::direction_matrix;
use crate::{Direction, Error, Real, Subspace, tolerance};

/// Above this the 2^p coalitions are sampled, not enumerated.
const EXACT_LIMIT: usize = 16;

/// A tax rate taken apart, capability by capability.
///
/// $$ \text{overlap}\_i = \langle v, c_i \rangle, \qquad \tau = \sum_i \varphi_i, \qquad \varphi_i = \sum_{S \not\ni i} \frac{|S|! (p - |S| - 1)!}{p!} \bigl( \tau(S \cup i) - \tau(S) \bigr) $$
///
/// # Units and shapes
/// p entries in the order of the capabilities, without unit.
///
/// # Accuracy
/// Overlaps and τᵢ as [`Direction::overlap`] and [`TaxRate::single`]. Shares to
/// about 16ε·κ absolute, κ the condition number of the capabilities: a nearly
/// collinear capability has an ill-determined share of its own. However that may be, shares lie
/// between 0 and τ, and those of Shapley add up to τ within 2pε.
///
/// # References
/// Shapley (1953), *A value for n-person games*; Castro, Gómez & Tejada (2009) for
/// the sampled form; Lipovetsky & Conklin (2001) for the same game on R².
///
/// # Examples
/// ```
/// use alignment_tax::{Attribution, Direction};
///
/// let safety = Direction::from_slice(&[0.6_f64, -0.8, 0.0])?;
/// let persuasion = Direction::from_slice(&[1.0_f64, 0.0, 0.0])?;
/// let arithmetic = Direction::from_slice(&[0.0_f64, 1.0, 0.0])?;
/// let shares = Attribution::exact(&safety, &[persuasion, arithmetic])?;
/// assert!(shares.overlaps()[0] > 0.0 && shares.overlaps()[1] < 0.0);
/// assert!((shares.shapley().sum() - shares.total().value()).abs() < 1e-15);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution<T> {
    total: TaxRate<T>,
    subspace: Subspace<T>,
    overlaps: DVector<T>,
    individual: Vec<TaxRate<T>>,
    unique: DVector<T>,
    shapley: DVector<T>,
    standard_errors: Option<DVector<T>>,
    method: ShapleyMethod,
}

/// How Shapley values were computed.
///
/// # Examples
/// ```
/// use alignment_tax::{Attribution, Direction, ShapleyMethod};
///
/// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
/// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
/// match Attribution::exact(&v, &[c])?.method() {
///     ShapleyMethod::Sampled { orders, .. } => println!("{orders} orders"),
///     _ => println!("exact"),
/// }
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ShapleyMethod {
    /// All 2^p coalitions.
    Exact,
    /// Random orders of the capabilities, with standard errors.
    #[non_exhaustive]
    Sampled {
        /// How many orders.
        orders: usize,
    },
}

impl<T: Real> Attribution<T> {
    /// The attribution with exact Shapley values, for up to 16 capabilities.
    ///
    /// # Errors
    /// [`Error::Empty`] for no capability, [`Error::OutOfBounds`] for more than 16,
    /// [`Error::DimensionMismatch`], [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Attribution, Direction};
    ///
    /// // The same capability twice: each has half the tax and none of its own.
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let shares = Attribution::exact(&v, &[c.clone(), c])?;
    /// assert!((shares.shapley()[0] - 0.18).abs() < 1e-15);
    /// assert_eq!(shares.unique()[0], 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn exact(safety: &Direction<T>, capabilities: &[Direction<T>]) -> Result<Self, Error> {
        if capabilities.len() > EXACT_LIMIT {
            return Err(Error::OutOfBounds {
                argument: "number of capabilities",
                least: 1,
                most: EXACT_LIMIT,
                actual: capabilities.len(),
                advice: "use Attribution::sampled for more",
            });
        }
        Self::with(safety, capabilities, ShapleyMethod::Exact, |game| {
            (game.exact(), None)
        })
    }

    /// The attribution with Shapley values estimated from random orders of the
    /// capabilities, for any number of them; standard errors are reported.
    ///
    /// # Errors
    /// [`Error::Empty`] for no capability, [`Error::OutOfBounds`] for fewer than two
    /// orders, [`Error::DimensionMismatch`], [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Attribution, Direction};
    /// use rand::{SeedableRng, rngs::ChaCha8Rng};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let mut rng = ChaCha8Rng::seed_from_u64(7);
    /// let shares = Attribution::sampled(&v, &[c.clone(), c], 100, &mut rng)?;
    /// assert!((shares.shapley().sum() - 0.36).abs() < 1e-15);
    /// assert!(shares.standard_errors().is_some());
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn sampled(
        safety: &Direction<T>,
        capabilities: &[Direction<T>],
        orders: usize,
        rng: &mut impl Rng,
    ) -> Result<Self, Error> {
        if orders < 2 || orders > u32::MAX as usize {
            return Err(Error::OutOfBounds {
                argument: "orders",
                least: 2,
                most: u32::MAX as usize,
                actual: orders,
                advice: "a standard error needs at least two",
            });
        }
        Self::with(
            safety,
            capabilities,
            ShapleyMethod::Sampled { orders },
            |game| {
                let (values, errors) = game.sampled(orders, rng);
                (values, Some(errors))
            },
        )
    }

    fn with(
        safety: &Direction<T>,
        capabilities: &[Direction<T>],
        method: ShapleyMethod,
        shapley: impl FnOnce(&Game<T>) -> (DVector<T>, Option<DVector<T>>),
    ) -> Result<Self, Error> {
        let columns = direction_matrix("capabilities", capabilities)?;
        let subspace = Subspace::from_columns(&columns)?;
        let total = TaxRate::between(safety, &subspace)?;
        let (d, p) = columns.shape();
        let overlaps = capabilities
            .iter()
            .map(|c| safety.overlap(c))
            .collect::<Result<Vec<T>, Error>>()?;
        let individual = capabilities
            .iter()
            .map(|c| TaxRate::single(safety, c))
            .collect::<Result<Vec<TaxRate<T>>, Error>>()?;
        let game = Game {
            safety: subspace.basis().tr_mul(safety.as_vector()),
            capabilities: T::kernel_transposed_product(subspace.basis(), &columns),
            tolerance: tolerance::rank::<T>(d, p),
            total: total.value(),
        };
        let unique = game.unique();
        let (shapley, standard_errors) = shapley(&game);
        Ok(Self {
            total,
            subspace,
            overlaps: DVector::from_vec(overlaps),
            individual,
            unique,
            shapley,
            standard_errors,
            method,
        })
    }

    /// τ against all capabilities together.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Attribution, Direction};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// assert!((Attribution::exact(&v, &[c])?.total().value() - 0.36).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn total(&self) -> TaxRate<T> {
        self.total
    }

    /// The span of the capabilities, with its rank and the evidence for it.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Attribution, Direction};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// assert_eq!(Attribution::exact(&v, &[c.clone(), c])?.subspace().dimension(), 1);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn subspace(&self) -> &Subspace<T> {
        &self.subspace
    }

    /// ⟨v, cᵢ⟩: positive where moving towards safety improves the capability
    /// (synergy), negative where it costs (a tax).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Attribution, Direction};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[-1.0_f64, 0.0])?;
    /// assert!((Attribution::exact(&v, &[c])?.overlaps()[0] + 0.6).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn overlaps(&self) -> &DVector<T> {
        &self.overlaps
    }

    /// τᵢ = ⟨v, cᵢ⟩², each capability on its own; they do not add up.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Attribution, Direction};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// assert!((Attribution::exact(&v, &[c])?.individual()[0].value() - 0.36).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn individual(&self) -> &[TaxRate<T>] {
        &self.individual
    }

    /// τ(all) − τ(all but i): what would go if this capability went.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Attribution, Direction};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// assert!((Attribution::exact(&v, &[c])?.unique()[0] - 0.36).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn unique(&self) -> &DVector<T> {
        &self.unique
    }

    /// The Shapley shares φᵢ ≥ 0, which add up to τ.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Attribution, Direction};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// assert!((Attribution::exact(&v, &[c])?.shapley()[0] - 0.36).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn shapley(&self) -> &DVector<T> {
        &self.shapley
    }

    /// The standard errors of sampled Shapley shares; `None` for exact ones.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Attribution, Direction};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// assert!(Attribution::exact(&v, &[c])?.standard_errors().is_none());
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn standard_errors(&self) -> Option<&DVector<T>> {
        self.standard_errors.as_ref()
    }

    /// How the Shapley shares were computed.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Attribution, Direction, ShapleyMethod};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// assert_eq!(Attribution::exact(&v, &[c])?.method(), ShapleyMethod::Exact);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn method(&self) -> ShapleyMethod {
        self.method
    }
}
