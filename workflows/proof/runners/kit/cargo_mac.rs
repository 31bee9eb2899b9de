// HMAC-SHA-256, for there is no library here but Rust's own.

const FIRST: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

pub fn hmac(key: &[u8], told: &[u8]) -> [u8; 32] {
    let padded = |with: u8| -> Vec<u8> {
        (0..64)
            .map(|at| key.get(at).copied().unwrap_or(0) ^ with)
            .collect()
    };
    let mut inner = padded(0x36);
    inner.extend_from_slice(told);
    let mut outer = padded(0x5c);
    outer.extend_from_slice(&sha256(&inner));
    sha256(&outer)
}

fn sha256(told: &[u8]) -> [u8; 32] {
    let rounds = rounds();
    let mut whole = told.to_vec();
    whole.push(0x80);
    while whole.len() % 64 != 56 {
        whole.push(0);
    }
    whole.extend_from_slice(&(told.len() as u64 * 8).to_be_bytes());
    let mut state = FIRST;
    for block in whole.chunks(64) {
        let mut words = [0u32; 64];
        for (word, bytes) in words.iter_mut().zip(block.chunks(4)) {
            *word = bytes
                .iter()
                .fold(0, |so_far, byte| so_far << 8 | u32::from(*byte));
        }
        for at in 16..64 {
            let (early, late) = (words[at - 15], words[at - 2]);
            let small = early.rotate_right(7) ^ early.rotate_right(18) ^ early >> 3;
            let large = late.rotate_right(17) ^ late.rotate_right(19) ^ late >> 10;
            words[at] = words[at - 16]
                .wrapping_add(small)
                .wrapping_add(words[at - 7])
                .wrapping_add(large);
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        for at in 0..64 {
            let mixed = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let chosen = e & f ^ !e & g;
            let one = h
                .wrapping_add(mixed)
                .wrapping_add(chosen)
                .wrapping_add(rounds[at])
                .wrapping_add(words[at]);
            let turned = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let two = turned.wrapping_add(a & b ^ a & c ^ b & c);
            h = g;
            g = f;
            f = e;
            e = d.wrapping_add(one);
            d = c;
            c = b;
            b = a;
            a = one.wrapping_add(two);
        }
        for (kept, new) in state.iter_mut().zip(&[a, b, c, d, e, f, g, h]) {
            *kept = kept.wrapping_add(*new);
        }
    }
    let mut told = [0; 32];
    for (bytes, word) in told.chunks_mut(4).zip(&state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    told
}

// The fractions of the cube roots of the first primes, as SHA-256 defines them.
fn rounds() -> [u32; 64] {
    let mut found = [0; 64];
    let mut number = 2u128;
    for round in found.iter_mut() {
        while (2..number).any(|by| number % by == 0) {
            number += 1;
        }
        *round = fraction_of_cube_root(number);
        number += 1;
    }
    found
}

fn fraction_of_cube_root(number: u128) -> u32 {
    // The largest whole number whose cube is no more than `number` times 2^96 has 32 bits behind the point.
    let (mut low, mut high) = (0u128, 8 << 32);
    while low + 1 < high {
        let middle = (low + high) / 2;
        if middle * middle * middle <= number << 96 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low as u32
}
