/** The order of the field, 2^255 - 19. */
const FIELD = 2n ** 255n - 19n
const SIGN_BIT = 1n << 255n

/** The y coordinates of the points of small order: with them, one signature fits many messages. */
const SMALL_ORDER: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  FIELD - 1n,
  2_707_385_501_144_840_649_318_225_287_225_658_788_936_804_267_575_313_519_463_743_609_750_303_402_022n,
  55_188_659_117_513_257_062_467_267_217_118_295_137_698_188_065_244_968_500_265_048_394_206_261_417_927n,
])

/**
 * Why an Ed25519 public key must not be trusted; undefined for one that may be (RFC 8032 section 5.1.3).
 * @param encoded - the 32 bytes of the key
 */
export function ed25519Fault(encoded: Uint8Array): string | undefined {
  const y = BigInt(`0x${Buffer.from(encoded.toReversed()).toString('hex')}`) & ~SIGN_BIT
  if (y >= FIELD) return 'its point is not in its canonical form'
  return SMALL_ORDER.has(y) ? 'its point is of small order' : undefined
}
