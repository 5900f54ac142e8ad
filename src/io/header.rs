//! The header of an `.npy` array: magic, version, and a Python dict literal such as
//! `{'descr': '<f4', 'fortran_order': False, 'shape': (12, 8), }`.
//!
//! The dict is parsed here, strictly and without recursion, and by no general parser of Python
//! literals. `npyz` 0.9.1 was tried first: it sets aside whatever header length a version-2 file
//! claims (up to 4 GiB for a file of 12 bytes), multiplies the shape without a check (a panic in
//! debug builds; in release builds a shape of (2⁶², 4) passes as an array of 0 entries), and accepts
//! bytes after the array. What NumPy itself writes, in versions 1 to 3 of the format, is read in
//! full; so are the `L` suffixes of Python 2 and keys in any order. Unknown or repeated keys are
//! refused.

use std::io::Read;

use super::decode::{Element, Endian, Order, fill_from};
use super::error::{Place, ReadError};

const MAGIC: &[u8] = b"\x93NUMPY";

/// Longest dict accepted; NumPy needs about 118 bytes for a matrix of floats.
const MAX_DICT: usize = 1 << 16;

/// Most axes accepted; NumPy's own limit.
const MAX_AXES: usize = 64;

/// Of a structured dtype, at most so many bytes are quoted.
const MAX_QUOTED: usize = 80;

/// What the header of an `.npy` array says.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    /// The dtype as written, `<f4`; for structured dtypes the beginning of the literal.
    pub(super) dtype: String,
    pub(super) order: Order,
    pub(super) shape: Vec<usize>,
    /// Bytes up to the first entry.
    pub(super) bytes: u64,
}

impl Header {
    /// Reads magic, version and dict, and leaves the reader at the first entry.
    pub(super) fn read(reader: &mut impl Read, place: &Place<'_>) -> Result<Self, ReadError> {
        let mut start = [0; 12];
        let got = fill_from(reader, &mut start[..8]).map_err(|e| place.io(e))?;
        let magic = &start[..got.min(MAGIC.len())];
        if !MAGIC.starts_with(magic) || got == 0 {
            return Err(place.malformed(not_npy(magic)));
        }
        if got < 8 {
            return Err(place.truncated(10, got as u64));
        }
        let width = match (start[6], start[7]) {
            (1, 0) => 2,
            (2 | 3, 0) => 4,
            (major, minor) => {
                return Err(place.malformed(format!(
                    "this is version {major}.{minor} of the .npy format, but only 1.0, 2.0 and 3.0 are known; save \
                     the array again with np.save"
                )));
            }
        };
        let before = 8 + width;
        let got = fill_from(reader, &mut start[8..before]).map_err(|e| place.io(e))?;
        if got < width {
            return Err(place.truncated(before as u64, 8 + got as u64));
        }
        // In version 1 the upper two bytes are still zero.
        let length = u32::from_le_bytes([start[8], start[9], start[10], start[11]]) as usize;
        if length > MAX_DICT {
            return Err(place.malformed(format!(
                "the header claims to be {length} bytes long, but a matrix of floats needs no more than {MAX_DICT}; \
                 the file is damaged or holds a structured array"
            )));
        }
        let mut dict = vec![0; length];
        let got = fill_from(reader, &mut dict).map_err(|e| place.io(e))?;
        if got < length {
            return Err(place.truncated((before + length) as u64, (before + got) as u64));
        }
        let (dtype, order, shape) = Dict { text: &dict, at: 0 }.parse().map_err(|what| {
            place.malformed(format!("the header is not one that NumPy writes: {what}"))
        })?;
        Ok(Self {
            dtype,
            order,
            shape,
            bytes: (before + length) as u64,
        })
    }

    /// The format of the entries, if it is one that is read.
    pub(super) fn element(&self, place: &Place<'_>) -> Result<(Element, Endian), ReadError> {
        match self.dtype.as_str() {
            "<f8" => Ok((Element::F64, Endian::Little)),
            ">f8" => Ok((Element::F64, Endian::Big)),
            "<f4" => Ok((Element::F32, Endian::Little)),
            ">f4" => Ok((Element::F32, Endian::Big)),
            "<f2" => Ok((Element::F16, Endian::Little)),
            ">f2" => Ok((Element::F16, Endian::Big)),
            _ => Err(ReadError::UnsupportedDtype {
                file: place.file(),
                tensor: place.tensor(),
                dtype: self.dtype.clone(),
                accepted: "f8, f4 and f2 (float64, float32, float16; < or > for little or big endian)",
            }),
        }
    }
}

fn not_npy(start: &[u8]) -> &'static str {
    if start.is_empty() {
        "the file is empty (0 bytes); export it again"
    } else if start.starts_with(b"PK") {
        "this is a zip archive, probably an .npz: read it with read_npz and the name of an array"
    } else {
        "this is no .npy array: it does not begin with \\x93NUMPY; save it with np.save"
    }
}

/// A parser of the dict literal. Its errors complete the sentence "the header is not one that
/// NumPy writes: …".
struct Dict<'a> {
    text: &'a [u8],
    at: usize,
}

impl Dict<'_> {
    fn parse(mut self) -> Result<(String, Order, Vec<usize>), String> {
        let (mut dtype, mut order, mut shape) = (None, None, None);
        self.expect(b'{')?;
        while !self.take(b'}') {
            let key = self.string()?;
            self.expect(b':')?;
            let repeated = match key.as_str() {
                "descr" => dtype.replace(self.dtype()?).is_some(),
                "fortran_order" => order.replace(self.order()?).is_some(),
                "shape" => shape.replace(self.shape()?).is_some(),
                _ => return Err(format!("unknown key '{}'", key.escape_default())),
            };
            if repeated {
                return Err(format!("key '{key}' occurs twice"));
            }
            if !self.take(b',') {
                self.expect(b'}')?;
                break;
            }
        }
        if self.peek().is_some() {
            return Err(format!("something follows the dict at byte {}", self.at));
        }
        Ok((
            dtype.ok_or("key 'descr' is missing")?,
            order.ok_or("key 'fortran_order' is missing")?,
            shape.ok_or("key 'shape' is missing")?,
        ))
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.missing(&format!("'{}'", char::from(byte))))
        }
    }

    fn missing(&self, what: &str) -> String {
        match self.text.get(self.at) {
            None => format!("it ends where {what} should be"),
            Some(byte) => format!(
                "{what} should be at byte {}, not '{}'",
                self.at,
                byte.escape_ascii()
            ),
        }
    }

    /// A quoted string, without its quotes; escapes are kept as they are.
    fn string(&mut self) -> Result<String, String> {
        let quote = match self.peek() {
            Some(quote @ (b'\'' | b'"')) => quote,
            _ => return Err(self.missing("a quoted string")),
        };
        let start = self.at + 1;
        self.at = start;
        loop {
            match self.text.get(self.at) {
                None => return Err("a string is not closed".to_owned()),
                Some(b'\\') => self.at += 2,
                Some(&byte) if byte == quote => break,
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        Ok(String::from_utf8_lossy(&self.text[start..self.at - 1]).into_owned())
    }

    /// A string as it stands; for anything bracketed (a structured dtype), its first bytes.
    fn dtype(&mut self) -> Result<String, String> {
        if !matches!(self.peek(), Some(b'[' | b'(' | b'{')) {
            return self.string();
        }
        let (start, mut depth) = (self.at, 0_usize);
        loop {
            match self.peek() {
                None => return Err("a bracket of 'descr' is not closed".to_owned()),
                Some(b'[' | b'(' | b'{') => depth += 1,
                Some(b']' | b')' | b'}') => depth -= 1,
                Some(b'\'' | b'"') => {
                    self.string()?;
                    continue;
                }
                Some(_) => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        let literal = &self.text[start..self.at];
        let quoted = String::from_utf8_lossy(&literal[..literal.len().min(MAX_QUOTED)]);
        Ok(if literal.len() > MAX_QUOTED {
            format!("{quoted}…")
        } else {
            quoted.into_owned()
        })
    }

    fn order(&mut self) -> Result<Order, String> {
        self.peek();
        for (word, order) in [("True", Order::Fortran), ("False", Order::C)] {
            if self.text[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(order);
            }
        }
        Err(self.missing("True or False"))
    }

    /// A tuple of lengths: `()`, `(3,)`, `(3, 4)`, `(3, 4,)`; `(3)` is no tuple.
    fn shape(&mut self) -> Result<Vec<usize>, String> {
        let mut shape = Vec::new();
        self.expect(b'(')?;
        while !self.take(b')') {
            shape.push(self.length()?);
            if shape.len() > MAX_AXES {
                return Err(format!("the shape has more than {MAX_AXES} axes"));
            }
            if !self.take(b',') {
                if shape.len() == 1 {
                    return Err(self.missing("',' (a tuple of one)"));
                }
                self.expect(b')')?;
                break;
            }
        }
        Ok(shape)
    }

    fn length(&mut self) -> Result<usize, String> {
        if self.peek() == Some(b'-') {
            return Err("a length in the shape is negative".to_owned());
        }
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        let digits = std::str::from_utf8(&self.text[start..self.at]).unwrap_or_default();
        if digits.is_empty() {
            return Err(self.missing("a length"));
        }
        let length = digits
            .parse()
            .map_err(|_| "a length in the shape is too large for this machine".to_owned())?;
        self.at += usize::from(self.text.get(self.at) == Some(&b'L'));
        Ok(length)
    }
}
