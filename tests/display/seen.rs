//! What a reader sees of a figure.
//!
//! Every figure is read by an XML parser. All of its numbers are finite and all of its coordinates lie within the
//! view box; no text leaves it or runs into another. Where a datum lies is worked out from the labels of the axes
//! alone, which a reader has to go by too.

use alignment_tax::Direction;
use alignment_tax::plot::{Figure, Theme};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use roxmltree::{Document, Node};

const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];

/// A line of text where a reader sees it, in units of the view box.
#[derive(Debug, Clone)]
pub struct Word {
    pub text: String,
    pub x: [f64; 2],
    pub y: [f64; 2],
    /// Where it is anchored.
    pub at: (f64, f64),
}

/// What a parser finds in a figure.
pub struct Seen {
    pub words: Vec<Word>,
    pub polygons: Vec<Vec<(f64, f64)>>,
    pub lines: Vec<Vec<(f64, f64)>>,
    pub discs: Vec<(f64, f64)>,
}

pub fn number(node: Node<'_, '_>, name: &str) -> f64 {
    let text = node
        .attribute(name)
        .unwrap_or_else(|| panic!("no {name} in {node:?}"));
    let value: f64 = text.parse().unwrap_or_else(|_| panic!("{name}=\"{text}\""));
    assert!(value.is_finite(), "{name}=\"{text}\"");
    value
}

/// Parses a figure and asserts what has to hold for all of them.
pub fn seen(figure: &Figure) -> Seen {
    let document = Document::parse(figure.svg()).expect("well-formed XML");
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    assert_eq!(number(root, "width"), f64::from(figure.width()));
    assert_eq!(number(root, "height"), f64::from(figure.height()));
    let mut children = root.children().filter(Node::is_element);
    let mut label = String::new();
    for (tag, text) in [("title", figure.title()), ("desc", figure.description())] {
        let node = children.next().expect(tag);
        assert_eq!(
            (node.tag_name().name(), node.text().unwrap_or("")),
            (tag, text)
        );
        label += node.attribute("id").expect("an identifier");
        label.push(' ');
    }
    assert_eq!(root.attribute("aria-labelledby"), Some(label.trim_end()));
    assert!(
        figure.description().ends_with('.'),
        "{}",
        figure.description()
    );

    let view: Vec<f64> = root
        .attribute("viewBox")
        .expect("a view box")
        .split(' ')
        .map(|x| x.parse().expect("a number"))
        .collect();
    let inside = |(x, y): (f64, f64)| {
        assert!(
            (0.0..=view[2]).contains(&x) && (0.0..=view[3]).contains(&y),
            "({x}, {y}) is outside"
        );
        (x, y)
    };
    let mut seen = Seen {
        words: vec![],
        polygons: vec![],
        lines: vec![],
        discs: vec![],
    };
    for node in children {
        for name in ["opacity", "stroke-width", "font-size"] {
            if node.has_attribute(name) {
                assert!(number(node, name) >= 0.0);
            }
        }
        let points = || -> Vec<(f64, f64)> {
            let text = node.attribute("points").expect("points");
            let pair = |pair: &str| {
                let (x, y) = pair.split_once(',').expect("a pair");
                inside((x.parse().expect("a number"), y.parse().expect("a number")))
            };
            text.split_whitespace().map(pair).collect()
        };
        match node.tag_name().name() {
            "polygon" => seen.polygons.push(points()),
            "polyline" => seen.lines.push(points()),
            "circle" => seen
                .discs
                .push(inside((number(node, "cx"), number(node, "cy")))),
            "rect" => {
                let (x, y) = inside((number(node, "x"), number(node, "y")));
                inside((x + number(node, "width"), y + number(node, "height")));
            }
            "text" => {
                let (x, y) = inside((number(node, "x"), number(node, "y")));
                assert!(
                    !node.has_attribute("transform"),
                    "text that nobody can read without turning the head"
                );
                let (text, size) = (
                    node.text().unwrap_or("").trim().to_owned(),
                    number(node, "font-size"),
                );
                // Half an em is the width of the average letter of Arial or Helvetica.
                let width = 0.5 * size * text.chars().count() as f64;
                let left = match node.attribute("text-anchor") {
                    Some("start") => x,
                    Some("middle") => x - 0.5 * width,
                    Some("end") => x - width,
                    other => panic!("{other:?}"),
                };
                assert_eq!(node.attribute("dy"), Some("0.76em"));
                let middle = y + 0.43 * size;
                inside((left, y));
                inside((left + width, y + size));
                let (x, y) = (
                    [left, left + width],
                    [middle - 0.4 * size, middle + 0.4 * size],
                );
                seen.words.push(Word {
                    text,
                    x,
                    y,
                    at: (number(node, "x"), middle),
                });
            }
            other => panic!("<{other}>"),
        }
    }
    for (i, a) in seen.words.iter().enumerate() {
        for b in &seen.words[i + 1..] {
            let apart = |a: [f64; 2], b: [f64; 2]| a[1] <= b[0] || b[1] <= a[0];
            assert!(
                apart(a.x, b.x) || apart(a.y, b.y),
                "{a:?} and {b:?} overlap"
            );
        }
    }
    seen
}

/// Draws for both pages, twice each.
pub fn both<E: std::fmt::Debug>(draw: impl Fn(Theme) -> Result<Figure, E>) -> Seen {
    let [light, dark] = THEMES.map(|theme| {
        let figure = draw(theme).expect("a figure");
        assert_eq!(
            figure,
            draw(theme).expect("a figure"),
            "equal inputs, equal bytes"
        );
        figure
    });
    assert_ne!(light.svg(), dark.svg());
    assert_eq!(light.description(), dark.description());
    seen(&dark);
    seen(&light)
}

impl Seen {
    pub fn has(&self, text: &str) -> bool {
        // Lines follow each other, so that what was broken is found too.
        let words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        words.join(" ").contains(text)
    }

    pub fn at(&self, label: &str, nth: usize) -> (f64, f64) {
        let mut found = self.words.iter().filter(|word| word.text == label);
        found
            .nth(nth)
            .unwrap_or_else(|| panic!("no label {label}"))
            .at
    }
}

/// The map from numbers to places that two labels of an axis give.
pub fn map(a: (f64, f64), b: (f64, f64)) -> impl Fn(f64) -> f64 {
    move |x| a.1 + (x - a.0) / (b.0 - a.0) * (b.1 - a.1)
}

pub fn close(a: f64, b: f64) -> bool {
    // Two of ten units to the pixel: both ends are rounded.
    (a - b).abs() <= 2.0
}

/// Unit directions with some of them in common.
pub fn directions(n: usize, d: usize, seed: u64) -> Vec<Direction<f64>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = || {
        Direction::from_slice(
            &(0..d)
                .map(|_| rng.random_range(-1.0..1.0))
                .collect::<Vec<f64>>(),
        )
        .unwrap()
    };
    (0..n).map(|_| draw()).collect()
}
