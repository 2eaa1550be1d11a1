//! Keys that say by their form whether anybody gave them out.

/// Signs of a token of GitHub or npm behind its beginning; the last of them are a sum of the others.
const TOKEN: usize = 36;
const SUM: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Words by which people mark keys of tests.
const MARKS: [&str; 8] = ["plant", "test", "dummy", "mock", "stub", "canary", "invalid", "notareal"];
/// `1234567890` in base 64, wherever it begins: whose web token it is in every example.
const COUNTED: [&str; 3] = ["MTIzNDU2Nzg5", "EyMzQ1Njc4O", "xMjM0NTY3ODkw"];
/// A private key of OpenSSH has so many signs at least.
const OPENSSH: usize = 300;

/// Tells whether nobody can have given out a key with such a beginning.
pub(super) fn is_made_up(prefix: &str, key: &str) -> bool {
    let lower = key.to_lowercase();
    if MARKS.iter().any(|mark| lower.contains(mark)) {
        return true;
    }
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

/// Tells whether a web token is the one of the examples.
pub(super) fn is_example_token(token: &str) -> bool {
    COUNTED.iter().any(|part| token.contains(part))
}

/// Tells whether the text of a private key, in base 64, is shorter than it says itself.
pub(super) fn is_cut_off(base64: &[u8]) -> bool {
    let digit = |byte: &u8| match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    if base64.starts_with(b"b3BlbnNzaC1r") {
        return base64.len() < OPENSSH;
    }
    let Some(head) = base64.get(..8) else { return true };
    let bits = |part: &[u8]| part.iter().fold(0, |all, byte| all << 6 | digit(byte));
    let (first, second) = (bits(&head[..4]).to_be_bytes(), bits(&head[4..]).to_be_bytes());
    // A sequence and its length, in one, two or three bytes.
    let whole = match [first[1], first[2], first[3], second[1]] {
        [0x30, 0x82, high, low] => 4 + (usize::from(high) << 8 | usize::from(low)),
        [0x30, 0x81, length, _] => 3 + usize::from(length),
        [0x30, length, ..] if length < 0x80 => 2 + usize::from(length),
        _ => return false,
    };
    base64.len() < whole / 3 * 4
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
    use super::{is_cut_off, is_made_up};

    #[test]
    fn a_private_key_says_how_long_it_is() {
        let ed25519 = b"MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
        assert!(!is_cut_off(ed25519) && is_cut_off(&ed25519[..40]));
        assert!(is_cut_off(b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"));
        assert!(is_cut_off(b"MIIE") && !is_cut_off(b"AAAABBBBCCCCDDDD"));
    }

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
