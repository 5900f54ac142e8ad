//! A report as an HTML page.
//!
//! Headings in order, tables with captions and scope, figures with captions, quantities as
//! description lists: the page reads aloud as it reads on paper. Colours and figures follow
//! `prefers-color-scheme`; paper is always light. A policy in the head forbids the page to load
//! anything at all. Void elements are closed, so that the page is well-formed XML as well.

use super::reading::{LIMITS, READING};
use super::{Report, Section};
use crate::markup::{TableStyle, escape, typeset};
use crate::notebook::Picture;

const STYLE: &str = include_str!("style.css");

pub(super) fn html(report: &Report) -> String {
    let title = escape(&report.title);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n\
         <meta charset=\"utf-8\" />\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\" />\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
         <meta name=\"generator\" content=\"alignment-tax {version}\" />\n\
         <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\" />\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n",
        version = env!("CARGO_PKG_VERSION"),
    );
    if !report.summary.is_empty() {
        out += &format!("<p class=\"lead\">{}</p>\n", typeset(&report.summary));
    }
    if !report.facts.is_empty() {
        out += "<dl class=\"facts\">\n";
        for (label, value) in &report.facts {
            out += &format!("<dt>{}</dt><dd>{}</dd>\n", escape(label), escape(value));
        }
        out += "</dl>\n";
    }
    out += "<nav aria-label=\"Contents\"><ul>\n";
    for (i, section) in report.sections.iter().enumerate() {
        out += &format!(
            "<li><a href=\"#section-{}\">{}</a></li>\n",
            i + 1,
            typeset(&section.heading)
        );
    }
    for (id, heading) in FIXED {
        out += &format!("<li><a href=\"#{id}\">{heading}</a></li>\n");
    }
    out += "</ul></nav>\n</header>\n<main>\n";
    for (i, part) in report.sections.iter().enumerate() {
        out += &section(i + 1, part);
    }
    out += &reading();
    out += &limits();
    out += &provenance(report);
    out += "</main>\n</body>\n</html>\n";
    out
}

/// The sections that every report has, by identifier and heading.
const FIXED: [(&str, &str); 3] = [
    ("reading", "How to read the numbers"),
    ("limits", "Limits"),
    ("made", "How this was made"),
];

fn section(number: usize, section: &Section) -> String {
    let parts = section.card.parts();
    let mut out = format!(
        "<section id=\"section-{number}\">\n<h2>{}</h2>\n",
        typeset(&section.heading)
    );
    // What the heading has said already is not said again.
    let title = section.card.title();
    let title = title.strip_prefix(&section.heading).unwrap_or(title);
    let title = title.trim_start_matches([':', ' ']);
    if !title.is_empty() {
        out += &format!("<p class=\"lead\">{}.</p>\n", typeset(title));
    }
    for sentence in parts.summary {
        out += &format!("<p>{}</p>\n", typeset(sentence));
    }
    for (i, picture) in parts.pictures.iter().enumerate() {
        out += &figure(&format!("{number}-{}", i + 1), picture);
    }
    if !parts.rows.is_empty() {
        out += "<dl class=\"rows\">\n";
        for row in parts.rows {
            out += &format!("<div><dt>{}</dt>", escape(&row.label));
            let shape = if row.value.is_empty() || row.meaning.is_empty() {
                " wide"
            } else {
                ""
            };
            if !row.value.is_empty() {
                out += &format!("<dd class=\"value{shape}\">{}</dd>", typeset(&row.value));
            }
            if !row.meaning.is_empty() {
                out += &format!(
                    "<dd class=\"meaning{shape}\">{}</dd>",
                    typeset(&row.meaning)
                );
            }
            out += "</div>\n";
        }
        out += "</dl>\n";
    }
    for table in parts.tables {
        // Wide tables scroll by themselves, by keyboard as well, and never the page.
        out += &format!(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">\n{}</div>\n",
            escape(table.caption()),
            table.to_html(&TableStyle::default(), usize::MAX)
        );
    }
    // The limits have a section of their own.
    for note in parts.notes.iter().filter(|n| *n != crate::notebook::LIMITS) {
        out += &format!("<p class=\"note\">{}</p>\n", typeset(note));
    }
    out += "</section>\n";
    out
}

fn figure(number: &str, picture: &Picture) -> String {
    let [light, dark] =
        [&picture.light, &picture.dark].map(|svg| renamed(svg, &format!("figure-{number}")));
    format!(
        "<figure>\n<div class=\"light\">{}</div>\n<div class=\"dark\">{}</div>\n<figcaption>{}</figcaption>\n</figure>\n",
        light,
        dark,
        typeset(&picture.caption)
    )
}

/// The same picture with identifiers of its own: a page may show one picture twice.
fn renamed(svg: &str, prefix: &str) -> String {
    let mut out = svg.to_owned();
    let identifiers: Vec<&str> = svg
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    for id in identifiers {
        // Where it stands alone in quotes, and in lists of identifiers.
        for (before, after) in [
            ("\"", "\""),
            ("\"", " "),
            (" ", "\""),
            (" ", " "),
            ("#", ")"),
        ] {
            out = out.replace(
                &format!("{before}{id}{after}"),
                &format!("{before}{prefix}-{id}{after}"),
            );
        }
    }
    out
}

fn reading() -> String {
    let mut out = opened(0) + "<dl class=\"reading\">\n";
    for (word, meaning) in READING {
        out += &format!("<dt>{}</dt><dd>{}</dd>\n", escape(word), typeset(meaning));
    }
    out + "</dl>\n</section>\n"
}

fn limits() -> String {
    let mut out = opened(1) + "<ul>\n";
    for limit in LIMITS {
        out += &format!("<li>{}</li>\n", typeset(limit));
    }
    out + "</ul>\n</section>\n"
}

fn provenance(report: &Report) -> String {
    let mut out = opened(2);
    if let Some(command) = &report.command {
        out += &format!("<pre><code>{}</code></pre>\n", escape(command));
    }
    let version = env!("CARGO_PKG_VERSION");
    out += &format!(
        "<p>alignment-tax {version}, after R. Young (2026), <cite>What Is the Alignment Tax?</cite>, arXiv:2603.00047."
    );
    if let Some(date) = &report.date {
        out += &format!(" Made on {}.", escape(date));
    }
    out + " Equal input gives equal bytes.</p>\n</section>\n"
}

fn opened(which: usize) -> String {
    let (id, heading) = FIXED[which];
    format!("<section id=\"{id}\">\n<h2>{heading}</h2>\n")
}
