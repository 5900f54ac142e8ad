//! Text for pictures: what may stand in an SVG, how wide it is, where it breaks; and numbers.
//!
//! Names come from users and from files, so any sequence of characters must be safe: what XML 1.0 does not allow is
//! replaced, white space becomes one blank, and the invisible marks that turn the direction of writing are
//! dropped, as they would turn the text that follows them too. Escaping is the writer's.
//!
//! A picture cannot ask which font its reader has. Widths are those of a wide one (DejaVu Sans, to a tenth of an em),
//! so that in the narrower ones (Arial, Helvetica, Roboto) there is room to spare and nothing is cut off.

/// Text fit for an SVG, on one line.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for c in text.chars() {
        if c.is_whitespace() {
            blank = !out.is_empty();
            continue;
        }
        if matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        {
            continue;
        }
        if std::mem::take(&mut blank) {
            out.push(' ');
        }
        let allowed = !c.is_control() && !matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff);
        out.push(if allowed { c } else { '\u{fffd}' });
    }
    out
}

/// A name within a sentence or a label: cleaned, and not longer than some ems.
pub(super) fn name(text: &str) -> String {
    const LONGEST: f64 = 20.0;
    elide(&clean(text), LONGEST)
}

/// The width in ems.
pub(super) fn ems(text: &str) -> f64 {
    text.chars().map(em).sum()
}

fn em(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' | '.' | ',' | ':' | ';' | '!' | 'I' | ' ' => 0.33,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' | '`' | '"' | '·' | '°' => 0.44,
        'm' | 'M' | 'w' | 'W' | '%' | '@' | '…' => 1.0,
        '−' | '+' | '=' | '<' | '>' | '×' | '≤' | '≥' | '±' => 0.84,
        '⁰' | '¹' | '²' | '³' | '⁴' | '⁵' | '⁶' | '⁷' | '⁸' | '⁹' | '⁻' => 0.44,
        'a'..='z' | '0'..='9' | '$' | '_' | '?' => 0.64,
        'A'..='Z' | '&' => 0.76,
        c if u32::from(c) < 0x1100 => 0.75,
        _ => 1.1,
    }
}

/// The text, shortened with an ellipsis where it is wider than some ems.
pub(super) fn elide(text: &str, most: f64) -> String {
    if ems(text) <= most {
        return text.to_owned();
    }
    let mut width = em('…');
    let kept = text.chars().take_while(|&c| {
        width += em(c);
        width <= most
    });
    let kept: String = kept.collect();
    format!("{}…", kept.trim_end())
}

/// The text in lines of at most some ems, and at most some lines.
pub(super) fn wrap(text: &str, most: f64, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if let Some(last) = out.last_mut() {
            let full = out_of_room(last, word, most);
            if !full {
                last.push(' ');
                last.push_str(word);
                continue;
            }
        }
        // A word wider than a line is cut where the line ends.
        let mut rest = word;
        while ems(rest) > most {
            let mut width = 0.0;
            let fitting = rest.char_indices().find(|&(_, c)| {
                width += em(c);
                width > most
            });
            // At least one character a line, or it would never end.
            let first = rest.chars().next().map_or(0, char::len_utf8);
            let at = fitting.map_or(rest.len(), |(at, _)| at).max(first);
            out.push(rest[..at].to_owned());
            rest = &rest[at..];
        }
        if !rest.is_empty() {
            out.push(rest.to_owned());
        }
    }
    if out.len() > lines {
        out.truncate(lines);
        if let Some(last) = out.last_mut() {
            last.push('…');
            *last = elide(last, most);
        }
    }
    out
}

fn out_of_room(line: &str, word: &str, most: f64) -> bool {
    ems(line) + em(' ') + ems(word) > most
}

/// A number to some decimals, with a true minus and no minus zero.
pub(super) fn fixed(x: f64, decimals: usize) -> String {
    let text = format!("{x:.decimals$}");
    match text.strip_prefix('-') {
        Some(size) if size.bytes().all(|b| matches!(b, b'0' | b'.')) => size.to_owned(),
        Some(size) => format!("−{size}"),
        None => text,
    }
}

/// A number to three digits or so, in powers of ten where it is very large or small.
pub(super) fn number(x: f64) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    let exponent = x.abs().log10().floor() as i32;
    if !(-3..6).contains(&exponent) {
        let magnitude = Magnitude { exponent };
        return format!(
            "{}{}",
            short(fixed(magnitude.share(x), 2)),
            magnitude.factor()
        );
    }
    short(fixed(x, usize::try_from(2 - exponent).unwrap_or(0).min(5)))
}

/// Without zeros at the end of its decimals.
fn short(text: String) -> String {
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The power of ten that numbers of an axis are in units of; one for everyday numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Magnitude {
    exponent: i32,
}

impl Magnitude {
    /// Of numbers up to this size.
    pub(super) fn of(largest: f64) -> Self {
        let exponent = if largest > 0.0 && largest.is_finite() {
            largest.log10().floor() as i32
        } else {
            0
        };
        Self {
            exponent: if (-2..5).contains(&exponent) {
                0
            } else {
                exponent
            },
        }
    }

    /// A number in units of it.
    pub(super) fn share(self, x: f64) -> f64 {
        // In two steps: ten to −323 is no number to divide by.
        let half = self.exponent / 2;
        x / 10.0_f64.powi(half) / 10.0_f64.powi(self.exponent - half)
    }

    /// " × 10⁻¹²", or nothing.
    pub(super) fn factor(self) -> String {
        if self.exponent == 0 {
            return String::new();
        }
        let raised = |c: char| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            c => char::from_u32(0x2070 + c.to_digit(10).unwrap_or(0)).unwrap_or(c),
        };
        let power: String = self.exponent.to_string().chars().map(raised).collect();
        format!(" × 10{power}")
    }

    /// A unit with the factor in front of it.
    pub(super) fn unit(self, unit: &str) -> String {
        match self.factor().trim_start() {
            "" => unit.to_owned(),
            factor => format!("{factor} {unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_a_picture() {
        assert_eq!(
            clean(" a\n\tb\u{202e}c\0\u{1b}d\u{ffff} "),
            "abc".replace('b', " b") + "\u{fffd}\u{fffd}d\u{fffd}"
        );
        assert_eq!(elide("manipulation", 4.0), "mani…".replace("ni", "n"));
        let lines = wrap(&"x".repeat(100), 10.0, 3);
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| ems(line) <= 10.0) && lines[2].ends_with('…'));
        assert_eq!(wrap("漢字", 0.5, 9), ["漢", "字"]);
        assert_eq!(wrap("", 10.0, 3), [""; 0]);
    }

    #[test]
    fn numbers_are_written_as_people_do() {
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(fixed(-0.25, 2), "−0.25");
        assert_eq!(number(0.1), "0.1");
        assert_eq!(number(-2.5e-12), "−2.5 × 10⁻¹²");
        assert_eq!(number(1234.0), "1234");
        let tiny = Magnitude::of(2.3e-308);
        assert!((tiny.share(2.3e-308) - 2.3).abs() < 1e-12);
        assert_eq!(tiny.unit("units"), "× 10⁻³⁰⁸ units");
        assert_eq!(Magnitude::of(1.5).unit("units"), "units");
    }
}
