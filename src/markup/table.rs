//! A table with a caption and named columns, whose first column names the rows.

use super::{line, typeset};

/// Cells are text. The first column is set flush left, all others flush right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    caption: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(caption: impl Into<String>, head: &[&str]) -> Self {
        Self {
            caption: caption.into(),
            head: head.iter().map(|h| (*h).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; cells that are missing are empty, those too many are left off.
    pub(crate) fn push(&mut self, row: Vec<String>) {
        let mut row: Vec<String> = row.iter().map(|cell| line(cell)).collect();
        row.resize(self.head.len(), String::new());
        self.rows.push(row);
    }

    #[cfg(feature = "plot")]
    pub(crate) fn caption(&self) -> &str {
        &self.caption
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Aligned columns, the caption above; no more than so many rows.
    pub(crate) fn to_text(&self, most: usize) -> String {
        let width = |j: usize| {
            let cells = self.rows.iter().take(most).map(|row| &row[j]);
            let cells = cells.chain(std::iter::once(&self.head[j]));
            cells.map(|c| c.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let aligned = |row: &[String]| {
            let mut text = String::from(" ");
            for (j, (cell, &w)) in row.iter().zip(&widths).enumerate() {
                text.push(' ');
                text += &if j == 0 {
                    format!("{cell:<w$}")
                } else {
                    format!(" {cell:>w$}")
                };
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
            text
        };
        let mut text = format!("{}\n", line(&self.caption));
        text += &aligned(&self.head);
        for row in self.rows.iter().take(most) {
            text += &aligned(row);
        }
        if self.rows.len() > most {
            text += &format!("  ... and {} more\n", self.rows.len() - most);
        }
        text
    }

    /// As HTML, with a style for each kind of cell; rows beyond `most` are folded away.
    pub(crate) fn to_html(&self, style: &TableStyle, most: usize) -> String {
        if self.rows.len() <= most {
            return self.part(style, &self.caption, &self.rows);
        }
        let (first, rest) = self.rows.split_at(most);
        format!(
            "{}<details><summary>{} more rows</summary>{}</details>",
            self.part(style, &self.caption, first),
            rest.len(),
            self.part(style, &format!("{} (continued)", self.caption), rest)
        )
    }

    fn part(&self, style: &TableStyle, caption: &str, rows: &[Vec<String>]) -> String {
        let mut out = format!(
            "<table{}><caption{}>{}</caption>\n<thead><tr>",
            style.table,
            style.caption,
            typeset(caption)
        );
        for (j, head) in self.head.iter().enumerate() {
            let side = if j == 0 { style.name } else { style.head };
            out += &format!("<th scope=\"col\"{side}>{}</th>", typeset(head));
        }
        out += "</tr></thead>\n<tbody>\n";
        for row in rows {
            out += "<tr>";
            for (j, cell) in row.iter().enumerate() {
                out += &if j == 0 {
                    format!("<th scope=\"row\"{}>{}</th>", style.name, typeset(cell))
                } else {
                    format!("<td{}>{}</td>", style.cell, typeset(cell))
                };
            }
            out += "</tr>\n";
        }
        out += "</tbody></table>\n";
        out
    }
}

/// The attributes of each kind of element, with a space in front, or empty.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TableStyle {
    pub(crate) table: &'static str,
    pub(crate) caption: &'static str,
    pub(crate) name: &'static str,
    pub(crate) head: &'static str,
    pub(crate) cell: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new("Who pays", &["capability", "overlap"]);
        table.push(vec!["<b>".into(), "-0.31".into()]);
        table.push(vec!["code".into()]);
        table
    }

    #[test]
    fn columns_are_aligned() {
        assert_eq!(
            table().to_text(9),
            "Who pays\n  capability  overlap\n  <b>           -0.31\n  code\n"
        );
        assert!(table().to_text(1).ends_with("... and 1 more\n"));
        // Where all fit none is missing.
        assert_eq!(table().to_text(2), table().to_text(9));
    }

    #[test]
    fn cells_are_escaped_and_rows_folded() {
        let html = table().to_html(&TableStyle::default(), 1);
        assert!(html.contains("<th scope=\"row\">&lt;b&gt;</th><td>\u{2212}0.31</td>"));
        assert!(html.contains("<summary>1 more rows</summary>"));
    }

    #[test]
    fn each_kind_of_cell_has_its_style() {
        let style = TableStyle {
            table: " t",
            caption: " p",
            name: " n",
            head: " h",
            cell: " c",
        };
        let html = table().to_html(&style, 9);
        assert!(html.contains("<table t><caption p>"));
        assert!(
            html.contains("<th scope=\"col\" n>capability</th><th scope=\"col\" h>overlap</th>")
        );
        assert!(html.contains("<th scope=\"row\" n>code</th><td c></td>"));
    }

    #[test]
    fn a_table_is_empty_until_it_has_a_row() {
        assert!(Table::new("Who pays", &["capability"]).is_empty());
        assert!(!table().is_empty());
    }
}
