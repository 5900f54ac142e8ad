//! Directions against the noise of the samples.
//!
//! A difference of means Δμ points from one class to the other. Where the samples vary
//! much more along some directions than along others, that is not the direction that
//! tells the classes apart best: Σ⁻¹Δμ is, Fisher's discriminant, Σ the covariance of
//! what the concept does not explain. Half-way between the two is Σ^(−1/2)Δμ, the
//! difference of means seen in coordinates in which the noise is equal in all directions.
//!
//! The three are different kinds of thing (theory §8.1). Δμ is a *vector*: it adds to
//! representations. Σ⁻¹Δμ is a *covector*, as a probe's weight and a gradient are: its
//! plain dot product with a shift says how far the shift moves the classifier. To compare
//! a covector with a vector by an angle is the classic mistake; the [`Frame`] of a result
//! says which it is. Σ^(−1/2)Δμ is neither: it lives in the whitened coordinates, where
//! vectors and covectors coincide, and is to be compared with what
//! [`ShrunkCovariance::whiten`] makes of other vectors.
//!
//! LEACE (Belrose et al. 2023, Theorems 4.2 and 4.3) erases a concept with two classes
//! by x − Δμ·⟨Σ⁻¹Δμ, x − x̄⟩/⟨Σ⁻¹Δμ, Δμ⟩. What it subtracts is always a multiple of Δμ
//! itself; how much, the covector Σ⁻¹Δμ reads off; and in whitened coordinates it
//! projects orthogonally along Σ^(−1/2)Δμ. The paper's Σ is the total covariance,
//! Σ_W + π₊π₋ΔμΔμᵀ, and here it is the one within classes, Σ_W. By Sherman and Morrison
//! Σ⁻¹Δμ is the same direction for both, and so is the eraser, as long as both are taken
//! bare or with the same multiple of the identity. Σ^(−1/2)Δμ is not the same direction.
//! Within classes is the choice here, because that covariance depends neither on how far
//! apart the classes are nor on how many prompts of each somebody wrote.

#[cfg(doc)]
use crate::tolerance;
use crate::{Contrast, Direction, Error, PairedContrast, Real, Shrinkage, ShrunkCovariance};

/// What a direction pairs with.
///
/// # References
/// Theory §8.1.
///
/// # Examples
/// ```
/// use alignment_tax::Frame;
///
/// assert_ne!(Frame::Covector, Frame::Whitened);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Frame {
    /// A weight on representations, as a gradient is: ⟨w, δ⟩ is a change for any shift δ.
    /// Angles are with other covectors, in the space of the samples.
    Covector,
    /// A vector in the coordinates Σ^(−1/2)·x: compare it with vectors that were whitened
    /// by the same covariance.
    Whitened,
}

/// A direction of a contrast against the noise of its samples, with the covariance that
/// was taken for the noise.
///
/// # Units and shapes
/// A unit vector of R^d; its [`Frame`] says of which coordinates.
///
/// # Accuracy
/// The angle to the exact direction is up to [`tolerance::covariance`]·κ·‖x‖/‖Δμ‖, κ the
/// condition number of Σ and ‖x‖ the length of the samples.
///
/// # Examples
/// ```
/// use alignment_tax::{Contrast, Frame, Shrinkage};
/// use nalgebra::{DMatrix, dmatrix};
///
/// // The classes differ a little in a quiet coordinate and a little in a loud one.
/// let plus: DMatrix<f64> = dmatrix![1.0, 9.0; 1.1, -5.0; 0.9, 0.0];
/// let minus: DMatrix<f64> = dmatrix![0.0, -8.0; 0.1, 4.0; -0.1, 1.0];
/// let probe = Contrast::new(&plus, &minus)?.discriminant(Shrinkage::Fixed(0.01))?;
/// assert_eq!(probe.frame(), Frame::Covector);
/// // The discriminant trusts the quiet one.
/// assert!(probe.direction().as_vector()[0] > 0.9);
/// let means = Contrast::new(&plus, &minus)?.mean_difference()?;
/// assert!(means.as_vector()[0] < 0.6);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Whitened<T> {
    direction: Direction<T>,
    frame: Frame,
    covariance: ShrunkCovariance<T>,
}

impl<T: Real> Whitened<T> {
    fn new(
        difference: &Direction<T>,
        covariance: ShrunkCovariance<T>,
        frame: Frame,
    ) -> Result<Self, Error> {
        covariance.invertible()?;
        let x = difference.as_vector().as_slice();
        let (argument, vector) = match frame {
            Frame::Covector => ("discriminant", covariance.shape().apply(x, T::recip)),
            Frame::Whitened => (
                "whitened difference of means",
                covariance.shape().apply(x, |value| value.sqrt().recip()),
            ),
        };
        Ok(Self {
            direction: Direction::named(argument, vector.as_slice())?,
            frame,
            covariance,
        })
    }

    /// The unit vector.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PairedContrast, Shrinkage};
    /// use nalgebra::dmatrix;
    ///
    /// let pairs: PairedContrast<f64> = PairedContrast::new(&dmatrix![1.0; 2.0], &dmatrix![0.0; 0.0])?;
    /// let w = pairs.discriminant(Shrinkage::LedoitWolf)?;
    /// assert_eq!(w.direction().as_vector()[0], 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn direction(&self) -> &Direction<T> {
        &self.direction
    }

    /// The unit vector, given away.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PairedContrast, Shrinkage};
    /// use nalgebra::dmatrix;
    ///
    /// let pairs: PairedContrast<f64> = PairedContrast::new(&dmatrix![1.0; 2.0], &dmatrix![0.0; 0.0])?;
    /// let w = pairs.discriminant(Shrinkage::LedoitWolf)?.into_direction();
    /// assert_eq!(w.as_vector()[0], 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn into_direction(self) -> Direction<T> {
        self.direction
    }

    /// What the direction pairs with.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Frame, PairedContrast, Shrinkage};
    /// use nalgebra::dmatrix;
    ///
    /// let pairs: PairedContrast<f64> = PairedContrast::new(&dmatrix![1.0; 2.0], &dmatrix![0.0; 0.0])?;
    /// assert_eq!(pairs.whitened(Shrinkage::LedoitWolf)?.frame(), Frame::Whitened);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn frame(&self) -> Frame {
        self.frame
    }

    /// Σ, to whiten other vectors by the same measure.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Contrast, Direction, Shrinkage};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let plus: DMatrix<f64> = dmatrix![1.0, 9.0; 1.1, -5.0; 0.9, 0.0];
    /// let minus: DMatrix<f64> = dmatrix![0.0, -8.0; 0.1, 4.0; -0.1, 1.0];
    /// let whitened = Contrast::new(&plus, &minus)?.whitened(Shrinkage::LedoitWolf)?;
    ///
    /// // A capability's difference of means, in the same coordinates.
    /// let capability = Direction::from_slice(&[1.0_f64, 0.5])?;
    /// let c = Direction::new(&whitened.covariance().whiten(capability.as_vector())?)?;
    /// assert!(whitened.direction().overlap(&c)?.abs() <= 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn covariance(&self) -> &ShrunkCovariance<T> {
        &self.covariance
    }

    /// The rule that chose the intensity.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PairedContrast, Shrinkage};
    /// use nalgebra::dmatrix;
    ///
    /// let pairs: PairedContrast<f64> = PairedContrast::new(&dmatrix![1.0; 2.0], &dmatrix![0.0; 0.0])?;
    /// let w = pairs.discriminant(Shrinkage::OracleApproximating)?;
    /// assert_eq!(w.shrinkage(), Shrinkage::OracleApproximating);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn shrinkage(&self) -> Shrinkage {
        self.covariance.rule()
    }

    /// ρ, the intensity that was used.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PairedContrast, Shrinkage};
    /// use nalgebra::dmatrix;
    ///
    /// let pairs: PairedContrast<f64> = PairedContrast::new(&dmatrix![1.0; 2.0], &dmatrix![0.0; 0.0])?;
    /// assert_eq!(pairs.discriminant(Shrinkage::Fixed(0.25))?.intensity(), 0.25);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn intensity(&self) -> T {
        self.covariance.intensity()
    }

    /// The rows that Σ was estimated from: of both classes, or the pairs.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PairedContrast, Shrinkage};
    /// use nalgebra::dmatrix;
    ///
    /// let pairs: PairedContrast<f64> = PairedContrast::new(&dmatrix![1.0; 2.0], &dmatrix![0.0; 0.0])?;
    /// assert_eq!(pairs.discriminant(Shrinkage::LedoitWolf)?.samples(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn samples(&self) -> usize {
        self.covariance.samples()
    }
}

impl<T: Real> Contrast<'_, T> {
    /// The covariance within the two classes, each about its own mean.
    ///
    /// $$ S_W = \frac{1}{n_+ + n_- - 2} \left( \sum_{+} (x - \bar x_+)(x - \bar x_+)^\top + \sum_{-} (x - \bar x_-)(x - \bar x_-)^\top \right) $$
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for fewer than three rows in all, [`Error::ZeroVector`]
    /// where neither class varies, [`Error::OutOfRange`] for a fixed intensity outside
    /// [0, 1] or a spread beyond the scalar, [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Contrast, Shrinkage};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// // Far apart, and equally wide.
    /// let plus: DMatrix<f64> = dmatrix![101.0; 99.0];
    /// let minus: DMatrix<f64> = dmatrix![1.0; -1.0];
    /// let within = Contrast::new(&plus, &minus)?.within_covariance(Shrinkage::LedoitWolf)?;
    /// assert_eq!(within.degrees_of_freedom(), 2);
    /// assert!((within.deviation() - 2.0_f64.sqrt()).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn within_covariance(&self, shrinkage: Shrinkage) -> Result<ShrunkCovariance<T>, Error> {
        ShrunkCovariance::of_groups(
            "samples of plus and minus",
            "samples less the means of their classes",
            &[self.plus, self.minus],
            T::zero(),
            shrinkage,
        )
    }

    /// Fisher's linear discriminant, the covector that separates the classes best against
    /// the variation within them.
    ///
    /// $$ w \propto \Sigma^{-1} (\bar x_+ - \bar x_-), \qquad \Sigma = (1 - \rho) S_W + \rho m I $$
    ///
    /// That is ridge-regularised discriminant analysis with λ = ρm/(1 − ρ). It is a
    /// [`Frame::Covector`], a probe's weight: not the shift that moves one class onto the
    /// other, which is [`Contrast::mean_difference`].
    ///
    /// # Errors
    /// [`Error::Unresolved`] where the means agree to rounding; those of
    /// [`within_covariance`](Self::within_covariance); [`Error::OutOfRange`] naming the
    /// intensity where Σ is singular to rounding.
    ///
    /// # References
    /// Fisher (1936), *The use of multiple measurements in taxonomic problems*; Friedman
    /// (1989), *Regularized discriminant analysis*, eq. 18.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Contrast, Shrinkage};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let plus: DMatrix<f64> = dmatrix![1.0, 0.5; 3.0, 2.5; 2.0, 1.5];
    /// let minus: DMatrix<f64> = dmatrix![0.0, 0.0; 2.0, 2.0; 1.0, 1.0];
    /// // Both classes vary along (1, 1), and the discriminant looks past that.
    /// let w = Contrast::new(&plus, &minus)?.discriminant(Shrinkage::Fixed(1e-6))?;
    /// let w = w.direction().as_vector().clone();
    /// assert!((w[0] + w[1]).abs() < 1e-5 && w[0] > 0.7);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn discriminant(&self, shrinkage: Shrinkage) -> Result<Whitened<T>, Error> {
        self.against_noise(shrinkage, Frame::Covector)
    }

    /// The difference of means in coordinates in which the variation within the classes is
    /// equal in all directions.
    ///
    /// $$ u \propto \Sigma^{-1/2} (\bar x_+ - \bar x_-) $$
    ///
    /// In these coordinates LEACE's eraser projects orthogonally along a direction formed
    /// like this one, from the total covariance; this one takes the covariance within
    /// classes. It is a [`Frame::Whitened`]: compare it with vectors that went through
    /// [`ShrunkCovariance::whiten`] of the [`covariance`](Whitened::covariance) it keeps.
    ///
    /// # Errors
    /// As [`discriminant`](Self::discriminant).
    ///
    /// # References
    /// Belrose et al. (2023), *LEACE: Perfect linear concept erasure in closed form*,
    /// Theorems 4.2 and 4.3.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Contrast, Direction, Shrinkage};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let plus: DMatrix<f64> = dmatrix![1.0, 9.0; 1.1, -5.0; 0.9, 0.0];
    /// let minus: DMatrix<f64> = dmatrix![0.0, -8.0; 0.1, 4.0; -0.1, 1.0];
    /// let u = Contrast::new(&plus, &minus)?.whitened(Shrinkage::LedoitWolf)?;
    /// // Mapped back it is the difference of means, mapped on it is the discriminant.
    /// let back = Direction::new(&u.covariance().colour(u.direction().as_vector())?)?;
    /// let means = Contrast::new(&plus, &minus)?.mean_difference()?;
    /// assert!(back.angle(&means)? < 1e-14);
    /// let on = Direction::new(&u.covariance().whiten(u.direction().as_vector())?)?;
    /// let probe = Contrast::new(&plus, &minus)?.discriminant(Shrinkage::LedoitWolf)?;
    /// assert!(on.angle(probe.direction())? < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn whitened(&self, shrinkage: Shrinkage) -> Result<Whitened<T>, Error> {
        self.against_noise(shrinkage, Frame::Whitened)
    }

    fn against_noise(&self, shrinkage: Shrinkage, frame: Frame) -> Result<Whitened<T>, Error> {
        let difference = self.mean_difference()?;
        Whitened::new(&difference, self.within_covariance(shrinkage)?, frame)
    }
}

impl<T: Real> PairedContrast<T> {
    /// The covariance of the paired differences about their mean, n − 1 degrees of freedom.
    ///
    /// Of the differences, not within the classes: what a pair has in common, its topic
    /// and its wording, is what pairing is there to remove, and the variation within the
    /// classes would bring it back. For a probe that has to tell single samples apart, the
    /// noise is that within the classes: [`Contrast`] of the same two matrices.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for a single pair, [`Error::ZeroVector`] where all
    /// differences are equal, [`Error::OutOfRange`] for a fixed intensity outside [0, 1]
    /// or a spread beyond the scalar, [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PairedContrast, Shrinkage};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// // Topics vary by hundreds, differences by one.
    /// let plus: DMatrix<f64> = dmatrix![102.0; 304.0; 503.0];
    /// let minus: DMatrix<f64> = dmatrix![100.0; 300.0; 500.0];
    /// let noise = PairedContrast::new(&plus, &minus)?.difference_covariance(Shrinkage::LedoitWolf)?;
    /// assert!((noise.deviation() - 1.0).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn difference_covariance(
        &self,
        shrinkage: Shrinkage,
    ) -> Result<ShrunkCovariance<T>, Error> {
        // The differences are kept in units of a power of two.
        ShrunkCovariance::of_groups(
            "pairs",
            "paired differences less their mean",
            &[self.differences.as_view()],
            self.typical,
            shrinkage,
        )?
        .in_units_of(self.scale)
    }

    /// The covector along which the differences are most surely positive.
    ///
    /// $$ w \propto \Sigma^{-1} \bar x, \qquad x_i = x_{i,+} - x_{i,-} $$
    ///
    /// It maximises Hotelling's paired statistic ⟨w, x̄⟩²/(wᵀΣw). Σ is the shrunk
    /// [`difference_covariance`](Self::difference_covariance), which says why that one. A
    /// [`Frame::Covector`].
    ///
    /// # Errors
    /// [`Error::Unresolved`] where the mean difference vanishes to rounding; those of
    /// [`difference_covariance`](Self::difference_covariance); [`Error::OutOfRange`]
    /// naming the intensity where Σ is singular to rounding, as it is for two pairs by
    /// Ledoit and Wolf.
    ///
    /// # References
    /// Hotelling (1931), *The generalization of Student's ratio*; Fisher (1936).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PairedContrast, Shrinkage};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let plus: DMatrix<f64> = dmatrix![1.0, 4.0; 1.2, -3.0; 0.8, 1.0; 1.0, 0.0];
    /// let minus: DMatrix<f64> = dmatrix![0.0, 0.0; 0.0, 0.0; 0.0, 0.0; 0.0, 0.0];
    /// let pairs = PairedContrast::new(&plus, &minus)?;
    /// let w = pairs.discriminant(Shrinkage::OracleApproximating)?;
    /// assert!(w.direction().as_vector()[0] > pairs.mean_difference()?.as_vector()[0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn discriminant(&self, shrinkage: Shrinkage) -> Result<Whitened<T>, Error> {
        self.against_noise(shrinkage, Frame::Covector)
    }

    /// The mean difference in coordinates in which the differences vary equally in all
    /// directions.
    ///
    /// $$ u \propto \Sigma^{-1/2} \bar x, \qquad x_i = x_{i,+} - x_{i,-} $$
    ///
    /// A [`Frame::Whitened`], as [`Contrast::whitened`] is.
    ///
    /// # Errors
    /// As [`discriminant`](Self::discriminant).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PairedContrast, Shrinkage};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let plus: DMatrix<f64> = dmatrix![1.0, 4.0; 1.2, -3.0; 0.8, 1.0; 1.0, 0.0];
    /// let minus: DMatrix<f64> = dmatrix![0.0, 0.0; 0.0, 0.0; 0.0, 0.0; 0.0, 0.0];
    /// let u = PairedContrast::new(&plus, &minus)?.whitened(Shrinkage::LedoitWolf)?;
    /// assert_eq!(u.samples(), 4);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn whitened(&self, shrinkage: Shrinkage) -> Result<Whitened<T>, Error> {
        self.against_noise(shrinkage, Frame::Whitened)
    }

    fn against_noise(&self, shrinkage: Shrinkage, frame: Frame) -> Result<Whitened<T>, Error> {
        let difference = self.mean_difference()?;
        Whitened::new(&difference, self.difference_covariance(shrinkage)?, frame)
    }
}
