//! Distances between subspaces, every one a function of the principal angles.
//!
//! The names follow Ye & Lim (2016), *Schubert varieties and distances between
//! subspaces of different dimensions*, Table 2, and Edelman, Arias & Smith (1998),
//! *The geometry of algorithms with orthogonality constraints*, §4.3. For subspaces
//! of equal dimension each is a metric on the Grassmannian except Martin's, which is
//! infinite for orthogonal directions. For different dimensions they are computed
//! from the q = min(k, m) angles: the distance from the smaller subspace to the
//! nearest subspace of its dimension inside the larger one (Ye & Lim 2016),
//! zero exactly where one contains the other.

use super::PrincipalAngles;
use crate::Real;
use crate::linalg::{reduce, scale};

impl<T: Real> PrincipalAngles<T> {
    /// Geodesic (arc-length, Grassmann) distance.
    ///
    /// $$ \Bigl(\sum_j \theta_j^2\Bigr)^{1/2} $$
    ///
    /// # References
    /// Wong (1967); Edelman, Arias & Smith (1998), §4.3.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalAngles, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let b: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 1.0])?;
    /// let d: f64 = PrincipalAngles::between(&a, &b)?.geodesic();
    /// assert!((d - std::f64::consts::FRAC_PI_4).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn geodesic(&self) -> T {
        scale::norm(self.radians().as_slice())
    }

    /// Chordal distance, also called projection F-norm.
    ///
    /// $$ \Bigl(\sum_j \sin^2 \theta_j\Bigr)^{1/2} $$
    ///
    /// For equal dimensions it is $\lVert P_A - P_B \rVert_F / \sqrt 2$.
    ///
    /// # References
    /// Conway, Hardin & Sloane (1996); Edelman, Arias & Smith (1998), §4.3.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalAngles, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let b: Subspace<f64> = Subspace::from_columns(&dmatrix![3.0; 4.0])?;
    /// let d: f64 = PrincipalAngles::between(&a, &b)?.chordal();
    /// assert!((d - 0.8).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn chordal(&self) -> T {
        scale::norm(self.sines().as_slice())
    }

    /// Projection distance: for equal dimensions the 2-norm of the difference of
    /// projectors, $\lVert P_A - P_B \rVert_2$.
    ///
    /// $$ \sin \theta_q $$
    ///
    /// # References
    /// Golub & Van Loan (2013), §2.5.3; Ye & Lim (2016), Table 2.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalAngles, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let b: Subspace<f64> = Subspace::from_columns(&dmatrix![3.0; 4.0])?;
    /// let d: f64 = PrincipalAngles::between(&a, &b)?.projection();
    /// assert!((d - 0.8).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn projection(&self) -> T {
        self.sines()[self.sines().len() - 1]
    }

    /// Binet–Cauchy distance.
    ///
    /// $$ \Bigl(1 - \prod_j \cos^2 \theta_j\Bigr)^{1/2} $$
    ///
    /// # Accuracy
    /// Relative error a few ε also for tiny angles: the product is taken in
    /// logarithms of 1 − sin² and the difference from one by expm1.
    ///
    /// # References
    /// Hamm & Lee (2008), *Grassmann discriminant analysis*; Ye & Lim (2016), Table 2.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalAngles, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let b: Subspace<f64> = Subspace::from_columns(&dmatrix![3.0; 4.0])?;
    /// let d: f64 = PrincipalAngles::between(&a, &b)?.binet_cauchy();
    /// assert!((d - 0.8).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn binet_cauchy(&self) -> T {
        if let Some(chordal) = self.negligible() {
            return chordal;
        }
        match self.log_cosines() {
            // 1 − Πcos² = −expm1(2Σ ln cos)
            Some(l) => (-(l + l).exp_m1()).max(T::zero()).sqrt(),
            None => T::one(),
        }
    }

    /// Fubini–Study distance, in [0, π/2].
    ///
    /// $$ \arccos \prod_j \cos \theta_j $$
    ///
    /// # Accuracy
    /// Relative error a few ε also for tiny angles, by the arctangent of the
    /// [`binet_cauchy`](Self::binet_cauchy) distance over the product.
    ///
    /// # References
    /// Edelman, Arias & Smith (1998), §4.3; Ye & Lim (2016), Table 2.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalAngles, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let b: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 1e-9])?;
    /// let d: f64 = PrincipalAngles::between(&a, &b)?.fubini_study();
    /// assert!((d - 1e-9).abs() < 1e-24);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn fubini_study(&self) -> T {
        let product = self.cosines().iter().fold(T::one(), |p, &c| p * c);
        self.binet_cauchy().atan2(product)
    }

    /// Procrustes distance, twice the chord of the half angles.
    ///
    /// $$ 2 \Bigl(\sum_j \sin^2 (\theta_j / 2)\Bigr)^{1/2} $$
    ///
    /// # References
    /// Edelman, Arias & Smith (1998), §4.3; Ye & Lim (2016), Table 2.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalAngles, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let b: Subspace<f64> = Subspace::from_columns(&dmatrix![0.0; 1.0])?;
    /// let d: f64 = PrincipalAngles::between(&a, &b)?.procrustes();
    /// assert!((d - 2.0_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn procrustes(&self) -> T {
        let two = T::from_double(2.0);
        two * scale::norm(self.radians().map(|t| (t / two).sin()).as_slice())
    }

    /// Martin distance; `None` where it is infinite, that is where a principal
    /// angle is a right angle to rounding.
    ///
    /// $$ \Bigl(\ln \prod_j \cos^{-2} \theta_j\Bigr)^{1/2} $$
    ///
    /// # References
    /// Martin (2000), *A metric for ARMA processes*; Ye & Lim (2016), Table 2.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalAngles, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let b: Subspace<f64> = Subspace::from_columns(&dmatrix![0.0; 1.0])?;
    /// assert_eq!(PrincipalAngles::between(&a, &a)?.martin(), Some(0.0));
    /// assert_eq!(PrincipalAngles::between(&a, &b)?.martin(), None);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn martin(&self) -> Option<T> {
        if let Some(chordal) = self.negligible() {
            return Some(chordal);
        }
        let log = self.log_cosines()?;
        Some((-(log + log)).max(T::zero()).sqrt())
    }

    /// Asimov distance, the largest principal angle.
    ///
    /// $$ \theta_q $$
    ///
    /// # References
    /// Asimov (1985), *The grand tour*; Ye & Lim (2016), Table 2.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalAngles, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let b: Subspace<f64> = Subspace::from_columns(&dmatrix![0.0; 1.0])?;
    /// let d: f64 = PrincipalAngles::between(&a, &b)?.asimov();
    /// assert_eq!(d, std::f64::consts::FRAC_PI_2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn asimov(&self) -> T {
        self.radians()[self.radians().len() - 1]
    }

    /// Spectral distance, the chord of the largest angle.
    ///
    /// $$ 2 \sin (\theta_q / 2) $$
    ///
    /// # References
    /// Barg & Nogin (2002); Ye & Lim (2016), Table 2.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalAngles, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let b: Subspace<f64> = Subspace::from_columns(&dmatrix![0.0; 1.0])?;
    /// let d: f64 = PrincipalAngles::between(&a, &b)?.spectral();
    /// assert!((d - 2.0_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn spectral(&self) -> T {
        let two = T::from_double(2.0);
        two * (self.asimov() / two).sin()
    }

    /// The chordal distance where it is so small that the others agree with it: then
    /// 1 − Πcos² and −2Σ ln cos are Σsin² up to a relative Σsin² ≤ ε.
    fn negligible(&self) -> Option<T> {
        let chordal = self.chordal();
        (chordal * chordal <= T::machine_epsilon()).then_some(chordal)
    }

    /// Σ ln cos θⱼ, each from its accurate side; `None` where a cosine is within
    /// rounding of zero.
    fn log_cosines(&self) -> Option<T> {
        let half = T::from_double(0.5);
        let zero = T::machine_epsilon();
        let mut terms = Vec::with_capacity(self.cosines().len());
        for (&c, &s) in self.cosines().iter().zip(self.sines()) {
            if c <= zero {
                return None;
            }
            terms.push(if c * c >= half {
                half * (-(s * s)).ln_1p()
            } else {
                c.ln()
            });
        }
        Some(reduce::sum(&terms))
    }
}
