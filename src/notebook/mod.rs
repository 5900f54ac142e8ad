//! What the last line of a notebook cell shows.
//!
//! Types that a cell may end with have two methods, implemented here so that the mathematics
//! below stays free of words: `card` says what there is to say, and `evcxr_display`, which the
//! evcxr kernel calls, prints it as HTML and as text. What is shown is what a careful reader
//! wants: the value with its interval where there are samples, what it means in words, and how
//! far it goes. Nothing is computed before it is asked for.
//!
//! A `TaxRate` or an `Attribution` does not know where its directions came from, so its card
//! says what would be wrong if they were estimated; a `TaxEstimate` does know.

mod audit;
mod card;
mod conflict;
#[cfg(feature = "plot")]
mod figure;
mod frontier;
mod geometry;
mod measure;
#[cfg(feature = "plot")]
mod pictures;
mod scaling;
mod tax;

pub use card::Card;
#[cfg(feature = "plot")]
pub(crate) use card::Picture;

/// How far every number goes (theory §9.2).
pub(crate) const LIMITS: &str = "Limits: the theory is first order, linear and of a population average, and silent on what \
     \"safe\" means: a direction is what its prompts contrast.";

/// What is wrong with a rate of noisy directions.
const PLUG_IN: &str = "Of the directions as given. If samples stand behind them, noise makes the rate look freer \
     than it is; TaxEstimate takes that off and has an interval.";

/// The method by which evcxr shows a type that has a card.
macro_rules! displayed {
    ($($type:ty $(, $scalar:ident)?);+ $(;)?) => {$(
        impl $(<$scalar: crate::Real>)? $type {
            /// Shows [`card`](Self::card) in an evcxr notebook.
            ///
            /// # Examples
            /// See [`Card`](crate::Card).
            pub fn evcxr_display(&self) {
                self.card().evcxr_display();
            }
        }
    )+};
}
use displayed;
