/** The shortest run that is decoded: in base64 it holds how every public key begins. */
const MIN_RUN = 16

const BASE64_RUN = /[A-Za-z0-9+/_-]{16,}/g
const HEX_RUN = /[0-9a-f]{32,}/gi
const NUMBERS_RUN = /\d[\d\s,]*/g
const WIDE_RUN = /(?:[^]\0)+/g

/** What begins a comment, at the beginning of a line or after a blank. */
const COMMENT = /(?:^|[ \t])(?:#|\/\/|;|--|\*|<!--|%|\/\*).*$/gm

const NAMED_CHARACTERS: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  amp: '&',
  lt: '<',
  gt: '>',
}
const JSON_ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

function character(digits: string, radix: 10 | 16): string {
  const code = Number.parseInt(digits, radix)
  // What is not a byte is not part of a key.
  return code < 256 ? String.fromCharCode(code) : ' '
}

/** Percent-encoding (RFC 3986 section 2.1). */
function undoPercents(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => character(digits, 16))
}

/** The encoding of HTML forms (`application/x-www-form-urlencoded`), where it can be told from a text. */
function undoForm(text: string): string {
  return /%[0-9a-f]{2}/i.test(text) ? undoPercents(text.replaceAll('+', ' ')) : text
}

/** Escapes of JSON texts (RFC 8259 section 7), and of C and shells. */
function undoBackslashes(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([^ux]))/gis,
    (_, wide?: string, byte?: string, plain = '') => {
      const digits = wide ?? byte
      return digits === undefined ? (JSON_ESCAPES[plain] ?? plain) : character(digits, 16)
    },
  )
}

/** Character references of HTML and XML. */
function undoReferences(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi,
    (whole, decimal?: string, hex?: string, name = '') => {
      if (decimal !== undefined) return character(decimal, 10)
      return hex === undefined ? (NAMED_CHARACTERS[name] ?? whole) : character(hex, 16)
    },
  )
}

/** Without blanks, quotes, escaped line ends and whatever is not ASCII. */
function joined(text: string): string {
  return text.replace(/(?:[^\x21-\x7e]|["'`,])+|\\[nrt]/g, '')
}

/** What UTF-16 and UTF-32 put between the characters of ASCII. */
function undoWideCharacters(text: string): string {
  return text.replaceAll('\0', '')
}

/** Bytes that stand in UTF-16 as characters, of whichever order: NUL is one of them, too. */
function* decodeWideBytes(text: string): Generator<string> {
  for (const [run] of text.matchAll(WIDE_RUN)) {
    if (run.length >= 2 * MIN_RUN) yield run.replace(/([^])\0/g, '$1')
  }
}

/** What stands between quotes that are not escaped, and has something escaped itself. */
function* decodeJsonTexts(text: string): Generator<string> {
  let [start, hasEscapes] = [0, false]
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '\\') {
      hasEscapes = true
      at++
    } else if (text[at] === '"' || at === text.length) {
      if (hasEscapes && at - start >= MIN_RUN) yield undoBackslashes(text.slice(start, at))
      ;[start, hasEscapes] = [at + 1, false]
    }
  }
}

function longestWord(line: string): string {
  return line.split(/[ \t]+/).reduce((long, word) => (word.length > long.length ? word : long), '')
}

/** The texts that may be one encoding, whole or a part: all of it, without its comments, its lines, and their words. */
function pieces(text: string): ReadonlySet<string> {
  const lines = text.split(/\r\n?|\n|\\r\\n|\\n/)
  return new Set([
    joined(text),
    joined(text.replace(COMMENT, '')),
    lines.map(longestWord).join(''),
    ...lines.map(joined),
    ...text.split(/[^A-Za-z0-9+/_-]+/),
  ])
}

/** Base64 of each alignment: whatever is glued to its beginning, one of them begins where it did. */
function* decodeBase64(piece: string): Generator<Buffer> {
  for (const [run] of piece.matchAll(BASE64_RUN)) {
    for (let offset = 0; offset < 4; offset++) yield Buffer.from(run.slice(offset), 'base64')
  }
}

function* decodeHex(piece: string): Generator<Buffer> {
  const digits = piece.replace(/0x|\\x|[:,;{}[\]()]/gi, '')
  for (const [run] of digits.matchAll(HEX_RUN)) {
    for (let offset = 0; offset < 2; offset++) yield Buffer.from(run.slice(offset), 'hex')
  }
}

function* decodeNumbers(text: string): Generator<Buffer> {
  for (const [run] of text.matchAll(NUMBERS_RUN)) {
    const numbers = run.match(/\d+/g) ?? []
    if (numbers.length >= MIN_RUN) yield Buffer.from(numbers.map(Number))
  }
}

const UNDONE = [undoWideCharacters, undoPercents, undoForm, undoBackslashes, undoReferences]

/**
 * What a text may be a disguise of: it with its escapes undone, and each of its parts decoded as base64, hex or a list
 * of numbers. Each is shorter than the text.
 *
 * @param text - a character for each byte
 */
export function* undisguise(text: string): Generator<string> {
  for (const undo of UNDONE) {
    const undone = undo(text)
    if (undone !== text) yield undone
  }
  yield* decodeWideBytes(text)
  yield* decodeJsonTexts(text)
  for (const bytes of decodeNumbers(text)) yield bytes.toString('latin1')
  for (const piece of pieces(text)) {
    if (piece.length < MIN_RUN) continue
    for (const bytes of decodeHex(piece)) yield bytes.toString('latin1')
    for (const bytes of decodeBase64(piece)) yield bytes.toString('latin1')
  }
}
