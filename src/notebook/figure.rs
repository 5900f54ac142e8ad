//! A figure as the last line of a cell.

use super::card::{block, print};
use crate::plot::Figure;

impl Figure {
    /// What evcxr tells from other output by its marks: the SVG, and its title and description
    /// where there are no pictures.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::plot::{FrontierFigure, Theme};
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let frontier = ParetoFrontier::from_overlap(-0.3_f64, Budget::unit())?;
    /// let figure = FrontierFigure::new(&frontier).draw(Theme::Light)?;
    /// assert!(figure.to_mime().starts_with("EVCXR_BEGIN_CONTENT image/svg+xml\n<svg "));
    /// figure.evcxr_display();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_mime(&self) -> String {
        let words = format!("{}\n{}", self.title(), self.description());
        block("image/svg+xml", self.svg()) + &block("text/plain", &words)
    }

    /// Shows the figure in an evcxr notebook.
    ///
    /// # Examples
    /// See [`to_mime`](Self::to_mime).
    pub fn evcxr_display(&self) {
        print(&self.to_mime());
    }
}
