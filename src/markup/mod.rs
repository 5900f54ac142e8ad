//! Numbers, tables and names as they are shown to a reader: in a terminal, in a notebook, in a
//! report.
//!
//! What is shown obeys three rules. A number that is none is a dash, never `NaN`. A number
//! never loses what tells it from its limit: 1e-20 is not written as 0. And a name is text,
//! whoever chose it: markup in it is escaped, and control characters, which neither XML nor a
//! terminal takes well, are replaced. Elements are closed and attributes quoted, so that every
//! fragment is well-formed XML as well as HTML.

mod number;
mod table;

pub(crate) use number::{
    fixed, interval, level, number, p_value, percent, signed, signed_interval,
};
pub(crate) use table::{Table, TableStyle};

/// A name or a sentence on one line: white space is one space, other control characters are
/// U+FFFD.
pub(crate) fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let replace = |c: char| {
        let unfit = c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}');
        if unfit { '\u{FFFD}' } else { c }
    };
    words.join(" ").chars().map(replace).collect()
}

/// Text as the content of an element or of a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// The same with true minus signs before numbers, as a printer would set them.
pub(crate) fn typeset(text: &str) -> String {
    let escaped = escape(text);
    let mut out = String::with_capacity(escaped.len());
    let mut before = ' ';
    let mut rest = escaped.chars().peekable();
    while let Some(c) = rest.next() {
        let opens = matches!(before, ' ' | '[' | '(');
        let number = rest
            .peek()
            .is_some_and(|n| n.is_ascii_digit() || *n == '∞' || *n == ' ');
        out.push(if c == '-' && opens && number {
            '\u{2212}'
        } else {
            c
        });
        before = c;
    }
    out
}

/// Words on lines of at most so many characters, where they fit.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in line(text).split(' ') {
        match lines.last_mut() {
            Some(last) if last.chars().count() + 1 + word.chars().count() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text() {
        assert_eq!(
            escape("<script>alert('a & \"b\"')</script>"),
            "&lt;script&gt;alert(&#39;a &amp; &quot;b&quot;&#39;)&lt;/script&gt;"
        );
        assert_eq!(escape("one\ntwo\t three\0"), "one two three\u{FFFD}");
    }

    #[test]
    fn only_a_sign_becomes_a_minus() {
        assert_eq!(typeset("-0.3 [-1, +2]"), "\u{2212}0.3 [\u{2212}1, +2]");
        assert_eq!(typeset("one-sided, 2e-5"), "one-sided, 2e-5");
        assert_eq!(typeset("1 - 2e-5"), "1 \u{2212} 2e-5");
        assert_eq!(typeset("[-∞, -x]"), "[\u{2212}∞, -x]");
    }

    #[test]
    fn lines_are_no_longer_than_they_may_be() {
        assert_eq!(wrap("a bc def ghij", 6), ["a bc", "def", "ghij"]);
        // The space between two words takes a place.
        assert_eq!(wrap("ab cd", 4), ["ab", "cd"]);
        assert_eq!(wrap("ab cd", 5), ["ab cd"]);
        assert_eq!(wrap("", 10), [""]);
    }
}
