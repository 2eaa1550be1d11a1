//! Members of small archives: zip, tar and what gzip packs.

use std::io::Read as _;

use flate2::bufread::DeflateDecoder;
use flate2::read::MultiGzDecoder;

/// Bytes that are unpacked at most, of one archive.
const MOST: u64 = 8 << 20;
/// Members that are looked at.
const MEMBERS: usize = 2000;

/// A file in an archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// Empty when the archive names none.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// Returns the members of an archive; `None` when it is none.
pub(super) fn members(bytes: &[u8]) -> Option<Vec<Member>> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Some(zip(bytes));
    }
    if bytes.starts_with(b"\x1f\x8b") {
        let mut unpacked = Vec::new();
        // One that is cut off is read as far as it goes.
        drop(MultiGzDecoder::new(bytes).take(MOST).read_to_end(&mut unpacked));
        return Some(if is_tar(&unpacked) {
            tar(&unpacked)
        } else {
            vec![Member { name: String::new(), bytes: unpacked }]
        });
    }
    is_tar(bytes).then(|| tar(bytes))
}

fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

/// Walks along the headers of the members: the list at the end may be cut off.
fn zip(bytes: &[u8]) -> Vec<Member> {
    let mut found = Vec::new();
    let mut left = MOST;
    let mut rest = bytes;
    while let Some(at) = find(rest, b"PK\x03\x04").filter(|_| found.len() < MEMBERS && left > 0) {
        let header = &rest[at..];
        let number =
            |from: usize| header.get(from..from + 2).map(|two| usize::from(u16::from_le_bytes([two[0], two[1]])));
        let (Some(method), Some(name), Some(extra)) = (number(8), number(26), number(28)) else { break };
        let (Some(low), Some(high)) = (number(18), number(20)) else { break };
        let (Some(name_bytes), Some(data)) = (header.get(30..30 + name), header.get(30 + name + extra..)) else {
            break;
        };
        let mut content = Vec::new();
        let used = if method == 8 {
            let mut packed = DeflateDecoder::new(data);
            drop(packed.by_ref().take(left).read_to_end(&mut content));
            usize::try_from(packed.total_in()).unwrap_or(data.len())
        } else {
            let size = (low | high << 16).min(data.len());
            if method == 0 {
                content.extend_from_slice(&data[..size]);
            }
            size
        };
        left = left.saturating_sub(content.len() as u64);
        found.push(Member { name: String::from_utf8_lossy(name_bytes).into_owned(), bytes: content });
        rest = data.get(used..).unwrap_or_default();
    }
    found
}

fn tar(bytes: &[u8]) -> Vec<Member> {
    const BLOCK: usize = 512;
    let mut found = Vec::new();
    let mut rest = bytes;
    while rest.len() > BLOCK && is_tar(rest) && found.len() < MEMBERS {
        let text = |from: usize, length: usize| {
            let field = &rest[from..from + length];
            String::from_utf8_lossy(field.split(|byte| *byte == 0).next().unwrap_or_default()).trim().to_owned()
        };
        let size = usize::from_str_radix(&text(124, 12), 8).unwrap_or_default();
        let data = &rest[BLOCK..];
        found.push(Member { name: text(0, 100), bytes: data[..size.min(data.len())].to_vec() });
        rest = data.get(size.div_ceil(BLOCK).saturating_mul(BLOCK)..).unwrap_or_default();
    }
    found
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, what)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder};

    use super::*;

    fn member(name: &str, text: &str) -> Member {
        Member { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
    }

    fn tar_of(name: &str, text: &str) -> Vec<u8> {
        let mut header = vec![0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", text.len()).as_bytes());
        header[257..262].copy_from_slice(b"ustar");
        let mut data = text.as_bytes().to_vec();
        data.resize(text.len().div_ceil(512) * 512, 0);
        [header, data, vec![0; 1024]].concat()
    }

    #[test]
    fn members_are_unpacked() {
        let tar = [tar_of("a/.env", "A=1\n"), tar_of("b", "two\n")].concat();
        let only = tar_of("a/.env", "A=1\n");
        assert_eq!(members(&only), Some(vec![member("a/.env", "A=1\n")]));
        assert!(members(&tar).is_some_and(|found| found.len() == 1), "what follows its end is none of its own");
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&only).expect("written");
        let packed = gzip.finish().expect("written");
        assert_eq!(members(&packed), Some(vec![member("a/.env", "A=1\n")]));
        assert!(members(&packed[..packed.len() - 9]).is_some(), "cut off");
        let mut zip = Vec::new();
        for (name, text) in [("one", "first\n"), ("two", "second\n")] {
            let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
            deflate.write_all(text.as_bytes()).expect("written");
            let data = deflate.finish().expect("written");
            let mut header = vec![0; 30];
            header[..4].copy_from_slice(b"PK\x03\x04");
            header[8] = 8;
            header[26] = 3;
            zip.extend([header, name.as_bytes().to_vec(), data].concat());
        }
        assert_eq!(members(&zip), Some(vec![member("one", "first\n"), member("two", "second\n")]));
        assert_eq!(members(b"\x89PNG"), None);
    }
}
