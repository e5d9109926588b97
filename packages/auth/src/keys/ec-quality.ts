import type { KeyObject } from 'node:crypto'

/** The curves of RFC 7518 section 3.4: how a key of one begins in SPKI (RFC 5480 section 2), and its size. */
const CURVES = [
  { identifier: '06082a8648ce3d030107', fieldBytes: 32 },
  { identifier: '06052b81040022', fieldBytes: 48 },
  { identifier: '06052b81040023', fieldBytes: 66 },
] as const

const EC_PUBLIC_KEY = '06072a8648ce3d0201'
const BIT_STRING = '03'
const SEQUENCE = '30'
const NO_UNUSED_BITS = '00'

function hex(size: number): string {
  return size.toString(16).padStart(2, '0')
}

/** An element of DER: tag, length, content. */
function element(tag: string, content: string): string {
  const size = content.length / 2
  return `${tag}${size < 128 ? '' : '81'}${hex(size)}${content}`
}

function spkiWith(identifier: string, point: string): string {
  const algorithm = element(SEQUENCE, `${EC_PUBLIC_KEY}${identifier}`)
  return element(SEQUENCE, `${algorithm}${element(BIT_STRING, `${NO_UNUSED_BITS}${point}`)}`)
}

/** The points that an encoding of this size may hold: uncompressed, or by its x (SEC 1 section 2.3.3). */
const WHOLE = ['04']
const BY_X = ['02', '03']

/** A key of EC in SPKI, or nothing where its point has no such form. */
function spkiOf(key: KeyObject): string {
  try {
    return key.export({ type: 'spki', format: 'der' }).toString('hex')
  } catch {
    return ''
  }
}

/**
 * Whether a public key of EC names one of the curves by its identifier, and has a point on it that is not at
 * infinity. Asked of the bytes, because `node:crypto` ends the process when it is asked to describe a
 * point at infinity; parameters that are spelled out may differ from those of the curve (RFC 5480 section
 * 2.1.1 forbids them).
 */
export function isNamedCurveKey(key: KeyObject): boolean {
  const text = spkiOf(key)
  return CURVES.some(({ identifier, fieldBytes }) => {
    const fits = (forms: readonly string[], coordinates: number) => {
      const point = text.slice(-2 * (1 + coordinates * fieldBytes))
      return forms.includes(point.slice(0, 2)) && text === spkiWith(identifier, point)
    }
    return fits(WHOLE, 2) || fits(BY_X, 1)
  })
}
