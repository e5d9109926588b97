import { spanAt, type Message, type Span } from './message.js'

/** How texts of a format are found in a message, and what stands in where there is none. */
export interface Format {
  /** Values that stand in the text, in their order. */
  readonly find: (text: string) => readonly string[]
  /** A fixed value; a date or time is not taken from the clock, and no host of it exists (RFC 6761). */
  readonly sample: string
}

const DATE = /(?<!\d)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)/gu
const TIME = /(?<!\d)(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:Z|[+-]\d\d:\d\d)?/gu
const DATE_TIME =
  /(?<!\d)(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?:T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?/gu
const EMAIL = /(?<![\w.+'-])[\w.+'-]+@(?:[\dA-Za-z-]+\.)+[A-Za-z]{2,}/gu
const URI = /(?<![\w+.-])[+.]*([A-Za-z][\d+.A-Za-z-]*:\/\/[^\s<>"]+)/gu
const URI_END: ReadonlySet<string> = new Set('.,;:!?)')
const UUID = /\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b/giu
const IPV4 =
  /(?<![\d.])(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}(?![\d.])/gu
const HOST = /(?<![\w@.-])(?:[\dA-Za-z-]+\.)+[A-Za-z]{2,}/gu
const MAX_LABEL_LENGTH = 63
const MAX_HOST_LENGTH = 253
const DURATION =
  /\bP(?:\d{1,9}W|(?=\d|T\d)(?:\d{1,9}Y)?(?:\d{1,9}M)?(?:\d{1,9}D)?(?:T(?=\d)(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}S)?)?)(?!\w)/gu

const finder = (pattern: RegExp) => (text: string) => text.match(pattern) ?? []

/** A label has at most 63 characters, and a hyphen neither begins nor ends it (RFC 1123 section 2.1). */
function isLabel(label: string): boolean {
  return label.length <= MAX_LABEL_LENGTH && !label.startsWith('-') && !label.endsWith('-')
}

function isHost(host: string): boolean {
  return host.length <= MAX_HOST_LENGTH && host.split('.').every(isLabel)
}

/** No part between two dots is empty, and an apostrophe does not end the last one. */
function isEmail(address: string): boolean {
  const [local = '', host = ''] = address.split('@')
  return !local.split('.').includes('') && !local.endsWith("'") && isHost(host)
}

/** The day must exist in its month. */
function isDay(text: string): boolean {
  const date = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 10))
}

function findDateTimes(text: string): readonly string[] {
  return Array.from(text.matchAll(DATE_TIME), ([, day = '', time = '00:00:00', zone = 'Z']) => {
    const seconds = time.length === 5 ? ':00' : ''
    return `${day}T${time}${seconds}${zone}`
  }).filter((each) => isDay(each) && !Number.isNaN(Date.parse(each)))
}

/** A URI without the punctuation of the sentence that ends with it. */
function trimUri(text: string): string {
  let end = text.length
  while (URI_END.has(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

const URI_FORMAT: Format = {
  find: (text) =>
    Array.from(text.matchAll(URI), ([, uri = '']) => trimUri(uri)).filter((each) =>
      URL.canParse(each),
    ),
  sample: 'https://example.invalid/',
}

/** By the name that JSON Schema gives the format. */
export const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['date', { find: (text) => (text.match(DATE) ?? []).filter(isDay), sample: '1970-01-01' }],
  ['time', { find: finder(TIME), sample: '00:00:00Z' }],
  ['date-time', { find: findDateTimes, sample: '1970-01-01T00:00:00Z' }],
  ['duration', { find: finder(DURATION), sample: 'P1D' }],
  [
    'email',
    { find: (text) => finder(EMAIL)(text).filter(isEmail), sample: 'someone@example.invalid' },
  ],
  ['uri', URI_FORMAT],
  ['url', URI_FORMAT],
  ['uuid', { find: finder(UUID), sample: '00000000-0000-0000-0000-000000000000' }],
  ['ipv4', { find: finder(IPV4), sample: '127.0.0.1' }],
  ['ipv6', { find: () => [], sample: '::1' }],
  ['hostname', { find: (text) => finder(HOST)(text).filter(isHost), sample: 'example.invalid' }],
])

/** A text of a format, and the tokens that it covers. */
export interface Found extends Span {
  readonly text: string
}

/** Finds what of a message has a format. Reads the message once per format. */
export class FormatFinder {
  readonly #message: Message
  readonly #found = new Map<string, readonly Found[]>()

  constructor(message: Message) {
    this.#message = message
  }

  /** The texts of a format, in their order. */
  find(format: string): readonly Found[] {
    const known = this.#found.get(format)
    if (known !== undefined) return known
    const found = this.#read(format)
    this.#found.set(format, found)
    return found
  }

  #read(format: string): readonly Found[] {
    const { text: whole } = this.#message
    let from = 0
    return (FORMATS.get(format)?.find(whole) ?? []).map((text) => {
      const at = whole.indexOf(text.slice(0, 10), from)
      if (at === -1) return { text, from: 0, to: 0 }
      from = at + text.length
      return { text, ...spanAt(this.#message, at, from) }
    })
  }
}
