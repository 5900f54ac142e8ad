//! [`Caption`]: the words that a caller may put above any figure.

/// A title and a subtitle, where they are not the figure's own.
#[derive(Debug, Clone, Default)]
pub(super) struct Caption {
    pub title: Option<String>,
    pub subtitle: Option<String>,
}

impl Caption {
    pub(super) fn title_or(&self, own: impl FnOnce() -> String) -> String {
        self.title.clone().unwrap_or_else(own)
    }
}

/// The two setters that every figure has.
macro_rules! captioned {
    ($figure:ident $(<$scalar:ident>)?) => {
        impl$(<$scalar>)? $figure$(<$scalar>)? {
            /// With another title than its own.
            ///
            /// # Examples
            #[doc = concat!("See [`", stringify!($figure), "`].")]
            #[must_use]
            pub fn with_title(mut self, title: impl Into<String>) -> Self {
                self.caption.title = Some(title.into());
                self
            }

            /// With a line below the title, such as the model, the layer and the number of samples.
            ///
            /// # Examples
            #[doc = concat!("See [`", stringify!($figure), "`].")]
            #[must_use]
            pub fn with_subtitle(mut self, subtitle: impl Into<String>) -> Self {
                self.caption.subtitle = Some(subtitle.into());
                self
            }
        }
    };
}

pub(super) use captioned;
