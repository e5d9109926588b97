import { codePoint } from './quoted.js'
import { isObject } from '../lib/object.js'

/** Something around or in a token that no request may have, and that can be taken away. */
export interface Slip {
  /** A sentence, such as "A line break stands after character 60." */
  readonly cause: string
  /** What to do, such as "Take it out". */
  readonly remedy: string
  /** How a sentence goes on that says what comes then. */
  readonly after: 'Without it' | 'Without them' | 'Then'
}

/** What somebody pasted, read as a token. */
export interface Pasted {
  /** The token without its slips, and without what a header or a command has around it. */
  readonly token: string
  /** Empty where a request can carry what was pasted. */
  readonly slips: readonly Slip[]
}

/** White space of a header, and the line ends of a file: whoever reads a token from a file takes them off. */
const EDGE = new Set(['\t', '\n', '\r', ' '])
const QUOTED = /^(["'`“”‘’«»<([{])(.*?)(["'`“”‘’«»>)\]}])$/s
const BEARER = /^bearer(?:[\t ]*:)?(?:[\s]+|$)/i
/** A header within a command or a program, as far as the end of its value. */
const IN_COMMAND = /\bbearer\s+(?:bearer\s+)*[^\s"'`\\]+/i
/** A line of a file of variables, or what sets a variable in a shell. No token begins so: its first part has no blank, and begins with eyJ. */
const VARIABLE = /^(?:export\s+|set\s+|\$env:)?(?!eyJ)[A-Za-z_]\w{0,63}\s*=\s*([^=.].*)$/s
const TOKEN_MEMBERS = new Set([
  'token',
  'access_token',
  'accessToken',
  'id_token',
  'idToken',
  'jwt',
])
const JWT = /(?<![\w-])eyJ[\w-]*\.[\w-]*\.[\w-]*/
/** As many are named, the others counted. */
const MAX_PLACES = 3

/** Whether a text begins as a JSON Web Token, or as an API key of this server. */
function looksLikeToken(text: string): boolean {
  return (
    /^(?:eyJ|ewog|ewoJ|eyA)[\w-]*\.[\w-]*\.[\w.-]*$/.test(text) || /^sgn_[0-9A-Za-z]+$/.test(text)
  )
}

/** What is read so far. */
interface Reading {
  text: string
  readonly slips: Slip[]
}

function trim(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && EDGE.has(text[start] ?? '')) start++
  while (start < end && EDGE.has(text[end - 1] ?? '')) end--
  return text.slice(start, end)
}

/** Takes off what is there because somebody pasted a whole header, command or line: no slip. */
function takeOut(text: string): string {
  const value = trim(text).replace(/^authorization[\t ]*:[\t ]*/i, '')
  const isBearer = BEARER.test(value)
  if (!isBearer && !value.startsWith('{')) {
    const command = IN_COMMAND.exec(value)?.[0]
    if (command !== undefined && /authorization/i.test(value)) return command
    const [, variable] = VARIABLE.exec(value) ?? []
    if (variable !== undefined) return trim(variable).replace(/^(["'])(.*)\1;?$/s, '$2')
  }
  return value
}

function readJson(reading: Reading): void {
  const { text } = reading
  if (!text.startsWith('{')) return
  let name: string | undefined
  let value: unknown
  try {
    const object: unknown = JSON.parse(text)
    const entries = isObject(object) ? Object.entries(object) : []
    const named = entries.find(([each]) => TOKEN_MEMBERS.has(each))
    ;[name, value] =
      named ?? entries.find(([, each]) => typeof each === 'string' && looksLikeToken(each)) ?? []
  } catch {
    value = JWT.exec(text)?.[0]
  }
  if (typeof value !== 'string') return
  reading.text = trim(value)
  const which =
    name === undefined || !/^\w{1,40}$/.test(name) ? 'the token' : `the value of "${name}"`
  reading.slips.push({
    cause: 'JSON stands around the token.',
    remedy: `Send ${which} alone`,
    after: 'Then',
  })
}

/** Takes off quotes and the word Bearer, which a header has once, in whatever order they stand. */
function readEdges(reading: Reading): void {
  let words = 0
  let hasQuotes = false
  let sign: string | undefined
  for (let round = 0; round < 16; round++) {
    const before = reading.text
    if (BEARER.test(reading.text)) {
      words++
      reading.text = trim(reading.text.replace(BEARER, ''))
    }
    const [, , inner] = QUOTED.exec(reading.text) ?? []
    if (inner !== undefined) {
      hasQuotes = true
      reading.text = trim(inner)
    }
    const last = /[,;]$/.exec(reading.text)?.[0]
    if (last !== undefined) {
      sign = last
      reading.text = trim(reading.text.slice(0, -1))
    }
    const half = /^["'`]|["'`]$/.exec(reading.text)
    if (inner === undefined && half !== null && reading.text.length > 1) {
      hasQuotes = true
      reading.text = trim(reading.text.replace(/^["'`]|["'`]$/, ''))
    }
    if (reading.text === before) break
  }
  if (words > 1) {
    const times = words === 2 ? 'twice' : `${words} times`
    const cause = `"Bearer" ${times}: a header has it once.`
    reading.slips.push({ cause, remedy: 'Write Bearer once', after: 'Then' })
  }
  if (hasQuotes) {
    reading.slips.push({
      cause: 'There are quotes around it.',
      remedy: 'Leave the quotes out',
      after: 'Without them',
    })
  }
  if (sign !== undefined) {
    const name = sign === ',' ? 'comma' : 'semicolon'
    reading.slips.push({
      cause: `There is a ${name} behind it.`,
      remedy: `Leave the ${name} out`,
      after: 'Without it',
    })
  }
}

/** Two credentials behind each other: which one is meant nobody can say, so the first is looked at. */
function readSecond(reading: Reading): void {
  const words = reading.text
    .split(/[\s,;"']+/)
    .filter((word) => word !== '' && !/^bearer$/i.test(word))
  const tokens = words.filter(looksLikeToken)
  const [first] = tokens
  if (tokens.length < 2 || tokens.length < words.length || first === undefined) return
  const count = tokens.length === 2 ? 'Two' : String(tokens.length)
  reading.text = first
  reading.slips.push({
    cause: `${count} tokens in one header: a request carries one credential.`,
    remedy: 'Send the first one alone, or the one that is meant',
    after: 'Then',
  })
}

function blankName(run: string): string {
  const [character = ''] = run
  if (character === '\\') return `backslash (${run.slice(0, 2).trim()})`
  if (character === '\t') return 'tab'
  return character === ' ' ? 'blank' : `blank that cannot be seen (${codePoint(character)})`
}

const BLANKS =
  /(?:[\s\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]|\\[nrt]|\\(?=\s))+/gu

/** Blanks within: where they stand, as somebody counts who looks at the token. */
function readBlanks(reading: Reading): void {
  const { text } = reading
  const runs = Array.from(text.matchAll(BLANKS))
  const mended = text.replace(BLANKS, '')
  if (runs.length === 0 || !looksLikeToken(mended)) return
  const isLines = runs.every(({ 0: run }) => /[\n\r]/.test(run))
  let removed = 0
  const places = runs.map(({ 0: run, index }) => {
    const place = index - removed
    removed += run.length
    return place
  })
  const [first] = places
  const shown = places.slice(0, MAX_PLACES).join(', ')
  const more = places.length > MAX_PLACES ? ' and so on' : ''
  reading.text = mended
  const name = isLines ? 'line break' : blankName(runs[0]?.[0] ?? '')
  reading.slips.push(
    runs.length === 1
      ? {
          cause: `There is a ${name} after character ${first}.`,
          remedy: 'Take it out',
          after: 'Without it',
        }
      : {
          cause: `There are ${runs.length} ${isLines ? 'line breaks' : 'blanks'} within it, after the characters ${shown}${more}.`,
          remedy: 'Take them out',
          after: 'Without them',
        },
  )
}

function decodeEscapes(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function readEscapes(reading: Reading): void {
  if (!/%[0-9a-f]{2}/i.test(reading.text)) return
  // Of a form, then of an address.
  const inner: Reading = { text: trim(decodeEscapes(decodeEscapes(reading.text))), slips: [] }
  readEdges(inner)
  if (!looksLikeToken(withoutPlainSigns(inner.text))) return
  reading.text = inner.text
  reading.slips.push({
    cause: 'The token is encoded as for a URL (such as %2E in place of a dot).',
    remedy: 'Send it as it is, without encoding',
    after: 'Then',
  })
}

function withoutPlainSigns(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function readPlainBase64(reading: Reading): void {
  const { text } = reading
  const mended = withoutPlainSigns(text)
  if (mended === text || !looksLikeToken(mended)) return
  const signs = ['+', '/', '='].filter((sign) => text.includes(sign)).join(' ')
  reading.text = mended
  reading.slips.push({
    cause: `It is in plain base64 (${signs}); a token is in base64url, without padding.`,
    remedy: 'Write - for +, _ for /, and leave = out',
    after: 'Then',
  })
}

/**
 * Reads what somebody pasted as a token: a bare one, a header, a command with one, a line of a file of variables.
 * What no request may carry, such as quotes or a line break, is taken away and told of, where a token is left.
 * @example
 * ```typescript
 * import { readPasted } from '@signet/auth'
 *
 * const { token, slips } = readPasted('Authorization: Bearer abc.def.ghi')
 * console.log(token, slips.length)
 * ```
 */
export function readPasted(text: string): Pasted {
  const plain = takeOut(text)
  const reading: Reading = { text: plain, slips: [] }
  readJson(reading)
  readEdges(reading)
  readSecond(reading)
  readBlanks(reading)
  readEscapes(reading)
  readPlainBase64(reading)
  const { slips } = reading
  if (slips.length > 0 && isCredential(reading.text)) return { token: reading.text, slips }
  return { token: plain.replace(BEARER, ''), slips: [] }
}

/** What may be behind Bearer. Of an opaque token only its edges can be told from what it is. */
function isCredential(text: string): boolean {
  return looksLikeToken(text) || /^[A-Za-z0-9\-._~+/]+=*$/.test(text)
}
