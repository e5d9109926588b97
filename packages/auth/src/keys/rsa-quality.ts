const MIN_BITS = 2048
/** A larger modulus costs whoever verifies more than any issuer has a use for. */
const MAX_BITS = 16_384
const MINIMUM_EXPONENT = 3n

/** The small primes of the ROCA fingerprint (CVE-2017-15361). */
const FINGERPRINT_PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
]
const FINGERPRINT_GENERATOR = 65_537

/** The powers of the generator modulo a prime. */
function subgroup(prime: number): ReadonlySet<number> {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * FINGERPRINT_GENERATOR) % prime) {
    powers.add(power)
  }
  return powers
}

/** Whether the modulus was made by the faulty library, whose primes are powers of 65537 modulo small primes. */
function isRoca(modulus: bigint): boolean {
  return FINGERPRINT_PRIMES.every((prime) => subgroup(prime).has(Number(modulus % BigInt(prime))))
}

/**
 * Why an RSA key must not be trusted; undefined for one that may be. RFC 7518 section 3.3 asks for 2048
 * bits or more.
 */
export function rsaFault(modulus: bigint, exponent: bigint): string | undefined {
  const bits = modulus.toString(2).length
  if (bits < MIN_BITS) return `it has ${bits} bits, and needs ${MIN_BITS}`
  if (bits > MAX_BITS) return `it has ${bits} bits, more than ${MAX_BITS}`
  if (modulus % 2n === 0n) return 'its modulus is even'
  if (exponent < MINIMUM_EXPONENT || exponent % 2n === 0n || exponent >= modulus) {
    return 'its exponent is not odd, or not from 3 on'
  }
  return isRoca(modulus) ? 'it was made by a faulty library (ROCA, CVE-2017-15361)' : undefined
}
