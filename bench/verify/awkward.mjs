import { signText } from './tokens.mjs'

/** Characters that some step of a parser looks for, skips or counts. */
const UNITS = {
  dot: '.',
  equals: '=',
  plus: '+',
  slash: '/',
  hyphen: '-',
  letter: 'A',
  space: ' ',
  newline: '\n',
  NUL: '\0',
  quote: '"',
  'two quotes': '""',
  backslash: '\\',
  'backslash and quote': '\\"',
  'open object': '{',
  'close object': '}',
  'open list': '[',
  'close list': ']',
  colon: ':',
  comma: ',',
  digit: '9',
  minus: '-',
  latin1: 'é',
  'two code units': '😀',
  'half a pair': '\ud83d',
  'replacement character': '\ufffd',
  'line separator': '\u2028',
}

function fill(unit, length) {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
}

function list(length, entry) {
  let text = ''
  for (let index = 0; text.length < length; index++) text += `${index ? ',' : ''}${entry(index)}`
  return text
}

/** JSON objects of about the asked length that are awkward as a whole. */
const DOCUMENTS = {
  'many names': (length) => `{${list(length, (index) => `"n${index}":0`)}}`,
  'number names': (length) => `{${list(length, (index) => `"${index * 7919}":0`)}}`,
  'falling number names': (length) => `{${list(length, (index) => `"${4e9 - index * 97}":0`)}}`,
  'one name many times': (length) => `{${list(length, () => '"a":0')}}`,
  'empty objects': (length) => `{"a":[${list(length, () => '{}')}]}`,
  'one-name objects': (length) => `{"a":[${list(length, () => '{"b":1}')}]}`,
  'objects of different shapes': (length) =>
    `{"a":[${list(length, (index) => `{"b${index}":1}`)}]}`,
  'escaped names': (length) => `{${list(length, (index) => `"\\u0061${index}":"\\u0000"`)}}`,
  'a name of full length': (length) => `{${JSON.stringify(fill('n', length))}:0}`,
  'a number of full length': (length) => `{"a":${fill('9', length)}}`,
  'deep lists, one after another': (length) =>
    `{"a":[${list(length, () => '['.repeat(90) + ']'.repeat(90))}]}`,
}

function encode(text) {
  return Buffer.from(text).toString('base64url')
}

/** What stands in a token of `length` characters, so that its decoded part is three quarters of that. */
function inPart(length) {
  return Math.floor((length * 3) / 4)
}

/**
 * Every awkward token, as a name and a maker by length in characters. The text stands where the token
 * should, in the header (read before the signature is checked), and in a payload that is really signed.
 *
 * @returns {{ name: string, make(length: number): string }[]}
 */
export function awkwardTokens(keys) {
  const inHeader = (text) => `${encode(text)}.e30.AAAA`
  const inPayload = (text) => signText('HS256', keys, text)
  const raw = Object.entries(UNITS).flatMap(([name, unit]) => [
    { name: `${name}, as the token`, make: (length) => fill(unit, length) },
    { name: `${name}, as a part`, make: (length) => `e30.${fill(unit, length)}.AAAA` },
  ])
  const texts = Object.entries(UNITS).flatMap(([name, unit]) => [
    { name, text: (length) => fill(unit, inPart(length) / Buffer.byteLength(unit)) },
    { name: `{ and ${name}`, text: (length) => `{"a":${fill(unit, inPart(length))}` },
    { name: `${name} in a string`, text: (length) => quoted(unit, inPart(length)) },
  ])
  const documents = Object.entries(DOCUMENTS).map(([name, make]) => ({
    name,
    text: (length) => make(inPart(length)),
  }))
  const placed = [...texts, ...documents].flatMap(({ name, text }) => [
    { name: `${name}, in the header`, make: (length) => inHeader(text(length)) },
    { name: `${name}, in the payload`, make: (length) => inPayload(text(length)) },
  ])
  return [...raw, ...placed]
}

/** Claims with one string of the unit over and over. */
function quoted(unit, length) {
  const size = Buffer.byteLength(JSON.stringify(unit)) - 2
  return JSON.stringify({ a: unit.repeat(Math.max(1, Math.floor(length / size))) })
}
