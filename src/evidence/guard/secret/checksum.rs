//! Keys that say by their form whether a service gave them out.

/// Signs of a token of GitHub or npm behind its beginning; the last of them are a sum of the others.
const TOKEN: usize = 36;
const SUM: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Tells whether nobody can have given out a key with such a beginning.
pub(super) fn is_made_up(prefix: &str, key: &str) -> bool {
    match prefix {
        "ghp_" | "gho_" | "ghu_" | "ghs_" | "ghr_" | "npm_" => match key.len() {
            TOKEN => key.get(TOKEN - SUM..) != Some(&sum(&key.as_bytes()[..TOKEN - SUM])),
            length => length < TOKEN,
        },
        // Base 32.
        "AKIA" | "ASIA" => !key.bytes().all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte)),
        _ => false,
    }
}

/// CRC-32 in base 62.
fn sum(bytes: &[u8]) -> String {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    let mut rest = !crc as usize;
    let mut digits = [DIGITS[0]; SUM];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[rest % DIGITS.len()];
        rest /= DIGITS.len();
    }
    digits.map(char::from).iter().collect()
}

#[cfg(test)]
mod tests {
    use super::is_made_up;

    #[test]
    fn a_token_has_the_sum_of_its_signs() {
        // From the description of the format; it opens nothing.
        assert!(!is_made_up("ghp_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"));
        assert!(is_made_up("ghp_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkK0mLq17"));
        assert!(is_made_up("ghp_", "9fK2xQpL7vRtB3mN8sWd"));
        assert!(is_made_up("AKIA", "2E0A8F3B244C9986") && !is_made_up("AKIA", "2E4A7F3B244C6D6Q"));
        assert!(!is_made_up("sk-", "9fK2xQpL7vRtB3mN8sWd"));
    }
}
