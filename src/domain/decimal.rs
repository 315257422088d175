//! Decimal numbers of any size, without the loss of a conversion to floating point.

use serde_json::Number;

use super::Invalid;

/// The longest number, in characters.
const MAX_LENGTH: usize = 40;

/// The canonical writing of a JSON number: equal numbers are written alike and no digit is lost.
///
/// Plain if that fits in 40 characters (`1.50` is `1.5`, `1e3` is `1000`, `-0` is `0`), else an
/// integer with an exponent (`15e+299`). Both are JSON numbers, their own canonical writing, and
/// understood by the database's `numeric`.
///
/// # Errors
/// `too_long` beyond 40 characters as written; `out_of_range` if a 64-bit floating point number could
/// not hold it: at 1.8e308 and beyond, and so near to zero that it would become zero.
pub fn canonical(number: &Number) -> Result<String, Invalid> {
    let text = number.as_str();
    if text.len() > MAX_LENGTH {
        let message = format!("must have at most {MAX_LENGTH} characters, has {}", text.len());
        return Err(Invalid::new("too_long", message));
    }
    let (sign, unsigned) = text.strip_prefix('-').map_or(("", text), |unsigned| ("-", unsigned));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    let trailing_zeros = digits.len() - significant.len();
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return Ok("0".to_owned());
    }
    let exponent: isize = text
        .parse::<f64>()
        .ok()
        .filter(|float| float.is_finite() && *float != 0.0)
        .and_then(|_| exponent.parse().ok())
        .ok_or_else(|| {
            Invalid::new(
                "out_of_range",
                "must be 0, or between 4.9e-324 and 1.7e308, or the negative of such a number",
            )
        })?;
    // The value is `significant` times ten to the power of `exponent`.
    let exponent = exponent + trailing_zeros.cast_signed() - fraction.len().cast_signed();
    let plain = plain(significant, exponent);
    Ok(if sign.len() + plain.len() <= MAX_LENGTH {
        format!("{sign}{plain}")
    } else {
        format!("{sign}{significant}e{exponent:+}")
    })
}

fn plain(significant: &str, exponent: isize) -> String {
    let places = exponent.unsigned_abs();
    if exponent >= 0 {
        return format!("{significant}{}", "0".repeat(places));
    }
    match significant.len().checked_sub(places) {
        Some(point) if point > 0 => format!("{}.{}", &significant[..point], &significant[point..]),
        _ => format!("0.{significant:0>places$}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<String, &'static str> {
        canonical(&text.parse().unwrap()).map_err(|invalid| invalid.code)
    }

    #[test]
    fn one_writing_for_each_number() {
        for (text, expected) in [
            ("0", "0"),
            ("-0.00e999999", "0"),
            ("12", "12"),
            ("1.50", "1.5"),
            ("-10.0", "-10"),
            ("1e3", "1000"),
            ("1E+3", "1000"),
            ("12.5e-3", "0.0125"),
            ("125e-2", "1.25"),
            ("1.5e300", "15e+299"),
            ("-1.25e-300", "-125e-302"),
            ("9007199254740993.1", "9007199254740993.1"),
            ("1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890"),
            ("1234567890123456789012345678901234567e1", "12345678901234567890123456789012345670"),
            ("1234567890123456789012345678901234567e9", "1234567890123456789012345678901234567e+9"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected));
        }
        assert_eq!(read("1e400"), Err("out_of_range"));
        assert_eq!(read("-1e99999999999999999999"), Err("out_of_range"));
        assert_eq!(read("1e-400"), Err("out_of_range"));
        assert_eq!(read(&"1".repeat(41)), Err("too_long"));
    }

    proptest! {
        #[test]
        fn keeps_the_value(text in "-?(0|[1-9][0-9]{0,14})(\\.[0-9]{1,14})?([eE][+-]?[0-9]{1,3})?") {
            if let Ok(canonical) = read(&text) {
                prop_assert!(canonical.len() <= MAX_LENGTH);
                prop_assert_eq!(read(&canonical), Ok(canonical.clone()));
                prop_assert_eq!(canonical.parse::<f64>(), text.parse::<f64>());
            }
        }
    }
}
