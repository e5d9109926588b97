const CLOSERS: ReadonlyMap<string | undefined, string> = new Map([
  ['{', '}'],
  ['[', ']'],
])

/** Where an object or a list of JSON ends that begins at a place; undefined where it does not end. */
function endOf(text: string, begin: number): number | undefined {
  const open: string[] = []
  let isText = false
  for (let at = begin; at < text.length; at++) {
    const character = text[at]
    if (isText) {
      if (character === '\\') at += 1
      else if (character === '"') isText = false
      continue
    }
    const closer = CLOSERS.get(character)
    if (character === '"') isText = true
    else if (closer !== undefined) open.push(closer)
    else if (character === '}' || character === ']') {
      if (open.pop() !== character) return undefined
      if (open.length === 0) return at + 1
    }
  }
  return undefined
}

function parse(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

/** What stands in the one fence that a text is; undefined for any other text. */
function inFence(text: string): string | undefined {
  const trimmed = text.trim()
  const line = trimmed.indexOf('\n')
  const isFence = trimmed.startsWith('```') && trimmed.endsWith('```') && line > 0
  return isFence ? trimmed.slice(line + 1, -3) : undefined
}

/**
 * The JSON of a text: the whole of it, what stands in a fence, or the one object or list between sentences. Servers that know
 * no strict schemas answer so. Each character is looked at a fixed number of times.
 *
 * @returns undefined where there is none, or more than one
 */
export function findJson(text: string): { readonly json: unknown } | undefined {
  const fenced = inFence(text)
  const whole = parse(text) ?? (fenced === undefined ? undefined : parse(fenced))
  if (whole !== undefined) return whole
  let found: { readonly json: unknown } | undefined
  for (let at = 0; at < text.length; at++) {
    if (!CLOSERS.has(text[at])) continue
    const end = endOf(text, at)
    // What does not end may hold anything: to look for a value inside it would take ever longer.
    if (end === undefined) return undefined
    const value = parse(text.slice(at, end))
    if (value !== undefined && found !== undefined) return undefined
    found ??= value
    at = end - 1
  }
  return found
}
