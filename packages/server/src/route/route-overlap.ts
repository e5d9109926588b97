/** The pattern of one segment of a path: a text, anything, or what a regular expression takes. */
type Segment = string | RegExp | typeof ANY | typeof REST

/** One segment, whatever it is. */
const ANY = Symbol('any segment')
/** All segments that are left, or none. */
const REST = Symbol('all that is left')

const PARAMETER = /^:\w+(?:\{(.+)\})?\??$/

function readSegment(text: string, isLast: boolean): Segment {
  if (text === '*') return isLast ? REST : ANY
  const [isParameter, expression] = PARAMETER.exec(text) ?? []
  if (isParameter === undefined) return /[:*{]/.test(text) ? ANY : text
  if (expression === undefined) return ANY
  const taken = new RegExp(`^(?:${expression})$`)
  return isLast && taken.test('a/b') ? REST : taken
}

/** Slashes within braces are the regular expression's. */
function splitPattern(path: string): readonly string[] {
  return path.match(/(?:\{[^}]*(?:\}|$)|[^/{])+/g) ?? []
}

/** A pattern without the slash at its end, which keeps nobody who is less strict from reading it as the same. */
function readPattern(path: string): readonly (readonly Segment[])[] {
  const texts = splitPattern(path)
  const segments = texts.map((text, index) => readSegment(text, index === texts.length - 1))
  const isOptional = path.endsWith('?') && (texts.at(-1) ?? '').startsWith(':')
  return isOptional ? [segments, segments.slice(0, -1)] : [segments]
}

function takes(segment: RegExp | string, text: string): boolean {
  return typeof segment === 'string' ? segment === text : segment.test(text)
}

/** Whether some path matches both. */
function meet(one: readonly Segment[], other: readonly Segment[]): boolean {
  const [first, ...rest] = one
  const [second, ...others] = other
  if (first === REST || second === REST) return true
  if (first === undefined || second === undefined) return first === second
  const areApart =
    (typeof first === 'string' && second !== ANY && !takes(second, first)) ||
    (typeof second === 'string' && first !== ANY && !takes(first, second))
  return !areApart && meet(rest, others)
}

function isSegmentWithin(inner: Segment, outer: Segment): boolean {
  if (outer === ANY) return true
  if (typeof inner === 'string') return outer !== REST && takes(outer, inner)
  return inner instanceof RegExp && outer instanceof RegExp && inner.source === outer.source
}

/** Whether every path that matches one matches the other, as far as can be told. */
function isWithin(inner: readonly Segment[], outer: readonly Segment[]): boolean {
  const [first, ...rest] = inner
  const [second, ...others] = outer
  if (second === REST) return true
  if (first === undefined || second === undefined) return first === second
  return first !== REST && isSegmentWithin(first, second) && isWithin(rest, others)
}

/** Whether one takes nothing but a part of what the other takes. */
function isException(inner: readonly Segment[], outer: readonly Segment[]): boolean {
  return isWithin(inner, outer) && !isWithin(outer, inner)
}

/**
 * Whether a pattern takes paths that another one takes too, and is not an exception to it, which takes a part of the
 * other's paths and nothing else. Patterns are Hono's. A slash at the end makes no difference.
 */
export function takesFrom(path: string, other: string): boolean {
  const others = readPattern(other)
  return readPattern(path).some(
    (one) =>
      others.some((each) => meet(one, each)) && !others.some((each) => isException(one, each)),
  )
}
