/** An encoded octet of ASCII, or a run of others, which are one or more characters. */
const ENCODED = /%[0-7][\da-f]|(?:%[89a-f][\da-f])+/gi
/**
 * What stays encoded: a slash and a percent sign, which would be read as something else, and what no path can hold as it
 * is (RFC 3986 section 3.3), or a URL does not keep.
 */
// oxlint-disable-next-line no-control-regex
const KEPT = /[\u0000-\u001F\u007F/%\\?#]/
const UNDECODABLE = /%(?:00|[89A-F]|(?![\dA-F]{2}))/i

function decode(encoded: string): string {
  const upper = encoded.toUpperCase()
  try {
    const text = decodeURIComponent(encoded)
    return KEPT.test(text) ? upper : text
  } catch {
    return upper
  }
}

/**
 * The one spelling of a path (RFC 3986 section 6.2.2): what can be read is decoded, once. What stays encoded is a slash, a
 * percent sign, a backslash, `?`, `#`, control characters, and what is not UTF-8.
 * @param path - without dot segments, such as that of a URL
 */
export function normalPath(path: string): string {
  return path.includes('%') ? path.replace(ENCODED, decode) : path
}

/**
 * Whether a normal path holds what is not UTF-8, is not an encoding, or is NUL, at which some readers stop: nobody knows how it
 * will be read.
 */
export function isUndecodable(path: string): boolean {
  return path.includes('%') && UNDECODABLE.test(path)
}

/** A path that everybody reads in the same way. */
const PLAIN = /^(?:\/|(?:\/[^/%.][^/%]*)+)$/

/**
 * A normal path as whoever is less strict may read it: with every slash and backslash decoded, none of them twice or at the
 * end, and without the dot segments that come of that.
 */
export function loosePath(path: string): string {
  if (PLAIN.test(path)) return path
  const segments: string[] = []
  for (const segment of path.replace(/%2F|%5C/g, '/').split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return `/${segments.join('/')}`
}
