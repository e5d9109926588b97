import { SMUGGLED_PATH } from './application.js'
import type { Form } from './forms.js'

/** What a body says. */
export const CONTENTS: ReadonlyMap<string, string> = new Map([
  ['smuggled', `GET ${SMUGGLED_PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ['json', '{"a":1}'],
  ['empty', ''],
  ['long', 'x'.repeat(100_000)],
])

/** Headers and bytes of a body. */
interface WrittenBody {
  readonly headers: string
  readonly bytes: string
}

/** Whether a body has both kinds of length: the answer must be the last one (RFC 9112 section 6.1). */
export interface BodyForm {
  readonly isConflict: boolean
  readonly write: (content: string) => WrittenBody
}

type Write = BodyForm['write']

const plain = (write: Write): Form<BodyForm> => ({
  isPlain: true,
  value: { isConflict: false, write },
})
const odd = (write: Write): Form<BodyForm> => ({
  isPlain: false,
  value: { isConflict: false, write },
})
const conflict = (write: Write): Form<BodyForm> => ({
  isPlain: false,
  value: { isConflict: true, write },
})

function length(text: string | number): string {
  return `Content-Length: ${text}\r\n`
}

function coding(text = 'chunked'): string {
  return `Transfer-Encoding: ${text}\r\n`
}

function hex(content: string): string {
  return content.length.toString(16)
}

/** One chunk, and the last one. */
function chunked(content: string, size = hex(content), end = '0\r\n\r\n'): string {
  return content === '' ? end : `${size}\r\n${content}\r\n${end}`
}

/** A `Content-Length` in a spelling of its own, before the content. */
function spelled(spell: (length: number) => string): Form<BodyForm> {
  return odd((content) => ({ headers: length(spell(content.length)), bytes: content }))
}

/** A chunked body with a `Transfer-Encoding` in a spelling of its own. */
function coded(text: string): Form<BodyForm> {
  return odd((content) => ({ headers: coding(text), bytes: chunked(content) }))
}

/** A chunked body whose bytes are not as they should be. */
function chunks(bytes: (content: string) => string): Form<BodyForm> {
  return odd((content) => ({ headers: coding(), bytes: bytes(content) }))
}

/** How the end of a body is told (RFC 9112 sections 6 and 7). */
export const BODIES: ReadonlyMap<string, Form<BodyForm>> = new Map(
  Object.entries({
    none: plain(() => ({ headers: '', bytes: '' })),
    length: plain((content) => ({ headers: length(content.length), bytes: content })),
    chunked: plain((content) => ({ headers: coding(), bytes: chunked(content) })),
    'chunk extension': plain((content) => ({
      headers: coding(),
      bytes: chunked(content, `${hex(content)};a=b;c="d;e"`, '0;f=g\r\n\r\n'),
    })),
    'chunk trailer': plain((content) => ({
      headers: coding(),
      bytes: chunked(content, hex(content).toUpperCase(), '0\r\nX-Trailer: a\r\n\r\n'),
    })),
    'chunked, leading zeros': plain((content) => ({
      headers: coding(),
      bytes: chunked(content, `000${hex(content)}`),
    })),
    'length with plus': spelled((size) => `+${size}`),
    'length with blanks': spelled((size) => ` ${size} `),
    'length with zeros': spelled((size) => `00${size}`),
    'length in a list': spelled((size) => `${size}, ${size}`),
    'length in two parts': spelled((size) => `${size} ${size}`),
    'length in hex': spelled((size) => `0x${size.toString(16)}`),
    'length below zero': spelled(() => '-1'),
    'length with a point': spelled((size) => `${size}.0`),
    'length in exponents': spelled(() => '1e1'),
    'length beyond numbers': spelled(() => '18446744073709551617'),
    'length empty': spelled(() => ''),
    'length with no-break space': spelled((size) => `${size}\xA0`),
    'length too short': spelled((size) => String(Math.max(size - 7, 0))),
    'length too long': spelled((size) => String(size + 7)),
    'length twice': odd((content) => ({
      headers: length(content.length) + length(content.length),
      bytes: content,
    })),
    'two lengths': odd((content) => ({
      headers: length(content.length) + length(0),
      bytes: content,
    })),
    'length with a blank before the colon': odd((content) => ({
      headers: `Content-Length : ${content.length}\r\n`,
      bytes: content,
    })),
    'coding in capitals': coded('CHUNKED'),
    'coding with tab': coded('\tchunked\t'),
    'coding with no-break space': coded('\xA0chunked'),
    'coding twice': coded('chunked, chunked'),
    'coding of another name': coded('xchunked'),
    'coding with a parameter': coded('chunked;q=1'),
    'coding quoted': coded('"chunked"'),
    'coding identity': coded('identity'),
    'coding gzip': coded('gzip'),
    'coding gzip, chunked': coded('gzip, chunked'),
    'coding chunked, gzip': coded('chunked, gzip'),
    'coding empty': coded(''),
    'coding in two headers': odd((content) => ({
      headers: coding('identity') + coding(),
      bytes: chunked(content),
    })),
    'coding folded': coded('\r\n chunked'),
    'coding with a blank before the colon': odd((content) => ({
      headers: 'Transfer-Encoding : chunked\r\n',
      bytes: chunked(content),
    })),
    'coding with an underscore': odd((content) => ({
      headers: 'Transfer_Encoding: chunked\r\n',
      bytes: chunked(content),
    })),
    'length and coding': conflict((content) => ({
      headers: length(content.length + 5) + coding(),
      bytes: `0\r\n\r\n${content}`,
    })),
    'coding and length': conflict((content) => ({
      headers: coding() + length(chunked(content).length),
      bytes: chunked(content),
    })),
    'coding and length 0': conflict((content) => ({
      headers: coding() + length(0),
      bytes: chunked(content),
    })),
    'chunk size with blank': chunks((content) => chunked(content, `${hex(content)} `)),
    'chunk size with 0x': chunks((content) => chunked(content, `0x${hex(content)}`)),
    'chunk size below zero': chunks((content) => chunked(content, '-1')),
    'chunk size no number': chunks((content) => chunked(content, 'xyz')),
    'chunk size beyond numbers': chunks((content) => chunked(content, 'f'.repeat(17))),
    'chunk size too small': chunks((content) => chunked(content, '1')),
    'chunk size too large': chunks((content) => chunked(content, 'fffff')),
    'chunk size empty': chunks((content) => chunked(content, '')),
    'chunk lines with line feed': chunks((content) => chunked(content).replaceAll('\r\n', '\n')),
    'chunk extension without end': chunks((content) => chunked(content, `${hex(content)};a="`)),
    'chunk extension large': chunks((content) =>
      chunked(content, `${hex(content)};a=${'b'.repeat(70_000)}`),
    ),
    'chunk extension with line feed': chunks((content) => chunked(content, `${hex(content)};a\nb`)),
    'chunks of one byte': chunks((content) => {
      const all = Array.from(content.slice(0, 300), (each) => `1\r\n${each}\r\n`)
      return `${all.join('')}0\r\n\r\n`
    }),
    'no last chunk': chunks((content) => chunked(content, hex(content), '')),
    'trailer with credential': chunks((content) =>
      chunked(content, hex(content), '0\r\nAuthorization: Bearer x\r\nContent-Length: 5\r\n\r\n'),
    ),
    'trailer large': chunks((content) =>
      chunked(content, hex(content), `0\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`),
    ),
    'trailer that is none': chunks((content) => chunked(content, hex(content), '0\r\nX A\r\n\r\n')),
  }),
)
