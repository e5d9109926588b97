import { SMUGGLED_PATH } from './application.js'

/** One way to write a part of a request. A plain one leaves no doubt what the request is. */
export interface Form<Value> {
  readonly isPlain: boolean
  readonly value: Value
}

function plain<Value>(value: Value): Form<Value> {
  return { isPlain: true, value }
}

function odd<Value>(value: Value): Form<Value> {
  return { isPlain: false, value }
}

function named<Value>(
  forms: Readonly<Record<string, Form<Value>>>,
): ReadonlyMap<string, Form<Value>> {
  return new Map(Object.entries(forms))
}

/** Texts that are their own name. */
function byText(
  plainTexts: readonly string[],
  oddTexts: readonly string[],
): ReadonlyMap<string, Form<string>> {
  return new Map([
    ...plainTexts.map((text) => [text, plain(text)] as const),
    ...oddTexts.map((text) => [text, odd(text)] as const),
  ])
}

const LARGE = 20 * 1024

/** The paths that are closed to who has no token, as every server reads them. */
export const CLOSED_TARGETS: ReadonlySet<string> = new Set(['/closed', '/api/agents'])

/** Where a request goes (RFC 9112 section 3.2). */
export const TARGETS: ReadonlyMap<string, Form<string>> = byText(
  ['/closed', '/closed', '/api/agents', '/open', '/open/unread', '/health'],
  [
    '*',
    'http://127.0.0.1/closed',
    'HTTP://127.0.0.1/closed',
    'https://127.0.0.1:1/open',
    'http://user:word@127.0.0.1/closed',
    'http:///closed',
    'ftp://127.0.0.1/closed',
    '127.0.0.1:80',
    '//closed',
    '//127.0.0.1/closed',
    'closed',
    '',
    '/closed#x',
    '/open#/../closed',
    '/%63losed',
    '/open/../closed',
    '/open/%2e%2e/closed',
    '/open/%2E%2E%2Fclosed',
    '/open/..;/closed',
    '/open\\..\\closed',
    '/open/./unread',
    '/closed/',
    '/CLOSED',
    '/closed%00',
    '/closed%20',
    '/closed;a=b',
    '/closed?a=b&a=c&__proto__=d',
    `${SMUGGLED_PATH}/../../closed`,
    '/api/agents/keeper',
    '/api/agents/%zz',
    '/api/agents/%c0%ae',
    '/api/agents/..%2f..%2fclosed',
    '/api/../closed',
    '/api',
    '/api/none',
    '/\xE4',
    '/a\tb',
    '/a\0b',
    `/open?${'a'.repeat(LARGE)}`,
    `/${'a/'.repeat(2000)}`,
  ],
)

/** What writes the line of a request. */
type WriteLine = (method: string, target: string, version: string) => string

/** How the line of a request is written (RFC 9112 section 3). */
export const LINES: ReadonlyMap<string, Form<WriteLine>> = named<WriteLine>({
  plain: plain((method, target, version) => `${method} ${target} ${version}\r\n`),
  'empty line before': odd((method, target, version) => `\r\n${method} ${target} ${version}\r\n`),
  'two blanks': odd((method, target, version) => `${method}  ${target}  ${version}\r\n`),
  tabs: odd((method, target, version) => `${method}\t${target}\t${version}\r\n`),
  'blank before': odd((method, target, version) => ` ${method} ${target} ${version}\r\n`),
  'blank behind': odd((method, target, version) => `${method} ${target} ${version} \r\n`),
  'line feed': odd((method, target, version) => `${method} ${target} ${version}\n`),
  'carriage return': odd((method, target, version) => `${method} ${target} ${version}\r`),
  'no version': odd((method, target) => `${method} ${target}\r\n`),
  'method alone': odd((method) => `${method}\r\n`),
  'no-break space': odd((method, target, version) => `${method}\xA0${target}\xA0${version}\r\n`),
})

/** What a request says of its host, as header lines (RFC 9112 section 3.2). */
export const HOSTS: ReadonlyMap<string, Form<string>> = named<string>({
  name: plain('Host: localhost\r\n'),
  address: plain('Host: 127.0.0.1:4111\r\n'),
  none: odd(''),
  empty: odd('Host:\r\n'),
  twice: odd('Host: localhost\r\nHost: localhost\r\n'),
  'two different': odd('Host: localhost\r\nhost: other.example\r\n'),
  list: odd('Host: localhost, other.example\r\n'),
  'upper case': odd('HOST: LOCALHOST\r\n'),
  IPv6: odd('Host: [::1]:80\r\n'),
  'open bracket': odd('Host: [::1\r\n'),
  blank: odd('Host: local host\r\n'),
  path: odd('Host: localhost/closed\r\n'),
  user: odd('Host: user@localhost\r\n'),
  fragment: odd('Host: localhost#x\r\n'),
  query: odd('Host: localhost?x\r\n'),
  backslash: odd('Host: localhost\\closed\r\n'),
  'port too large': odd('Host: localhost:99999\r\n'),
  'port no number': odd('Host: localhost:x\r\n'),
  Punycode: odd('Host: xn--a\r\n'),
  'not ASCII': odd('Host: \xE4\xA0\r\n'),
  'percent-encoded': odd('Host: %6cocalhost\r\n'),
  long: odd(`Host: ${'a'.repeat(5000)}\r\n`),
})

/** Who is let in by a form of the credential. */
export type Admission = 'admitted' | 'refused'

/** How a token is sent. */
export interface CredentialForm {
  /** Whether its lines are no legal header lines, which a server refuses before it looks at who calls. */
  readonly isMalformed: boolean
  readonly admission: Admission
  /** Header lines. */
  readonly lines: (token: string) => string
  /** Behind the target. Default: nothing. */
  readonly query?: (token: string) => string
}

type WriteLines = CredentialForm['lines']

const admitted = (lines: WriteLines): Form<CredentialForm> =>
  plain({ admission: 'admitted', isMalformed: false, lines })
const refused = (lines: WriteLines): Form<CredentialForm> =>
  odd({ admission: 'refused', isMalformed: false, lines })
const malformed = (lines: WriteLines): Form<CredentialForm> =>
  odd({ admission: 'refused', isMalformed: true, lines })

/**
 * Credentials (RFC 6750 section 2.1, RFC 9110 sections 5.5 and 11.4). White space is SP and HTAB alone, and
 * between scheme and token SP alone.
 */
export const CREDENTIALS: ReadonlyMap<string, Form<CredentialForm>> = named<CredentialForm>({
  bearer: admitted((token) => `Authorization: Bearer ${token}\r\n`),
  none: plain({ admission: 'refused', isMalformed: false, lines: () => '' }),
  'lower case': admitted((token) => `authorization: bearer ${token}\r\n`),
  'two blanks': admitted((token) => `Authorization: Bearer  ${token}\r\n`),
  'blanks around': admitted((token) => `Authorization: \t Bearer ${token} \t\r\n`),
  'no blank': admitted((token) => `Authorization:Bearer ${token}\r\n`),
  tab: refused((token) => `Authorization: Bearer\t${token}\r\n`),
  'no-break space': refused((token) => `Authorization: Bearer\xA0${token}\r\n`),
  'no-break space before': refused((token) => `Authorization: \xA0Bearer ${token}\r\n`),
  'no-break space behind': refused((token) => `Authorization: Bearer ${token}\xA0\r\n`),
  'no-break space beside': refused((token) => `Authorization: Bearer \xA0${token}\r\n`),
  'byte order mark': refused((token) => `Authorization: \xEF\xBB\xBFBearer ${token}\r\n`),
  'next line': refused((token) => `Authorization: Bearer\x85${token}\r\n`),
  'form feed': malformed((token) => `Authorization: Bearer\x0C${token}\r\n`),
  'vertical tab before': malformed((token) => `Authorization: \x0BBearer ${token}\r\n`),
  bare: refused((token) => `Authorization: ${token}\r\n`),
  'other scheme': refused((token) => `Authorization: Token ${token}\r\n`),
  quoted: refused((token) => `Authorization: Bearer "${token}"\r\n`),
  twice: refused((token) => `Authorization: Bearer ${token}\r\nAuthorization: Bearer ${token}\r\n`),
  'twice in a list': refused((token) => `Authorization: Bearer ${token}, Bearer ${token}\r\n`),
  'beside another': refused(
    (token) => `Authorization: Basic YTpi\r\nauthorization: Bearer ${token}\r\n`,
  ),
  'far apart': refused(
    (token) =>
      `Authorization: Bearer ${token}\r\n${'A:b\r\n'.repeat(2100)}Authorization: Bearer x\r\n`,
  ),
  cookie: refused((token) => `Cookie: token=${token}\r\n`),
  'another header': refused((token) => `X-Authorization: Bearer ${token}\r\n`),
  'for a proxy': refused((token) => `Proxy-Authorization: Bearer ${token}\r\n`),
  'bad signature': refused((token) => `Authorization: Bearer ${token.slice(0, -4)}AAAA\r\n`),
  'in the query': odd({
    admission: 'refused',
    isMalformed: false,
    lines: () => '',
    query: (token) => `?apiKey=${token}&token=${token}&access_token=${token}`,
  }),
  'blank before the colon': malformed((token) => `Authorization : Bearer ${token}\r\n`),
  folded: malformed((token) => `Authorization: Bearer\r\n ${token}\r\n`),
})

/** Other header lines (RFC 9110 section 5, RFC 9112 section 5). */
export const HEADERS: ReadonlyMap<string, Form<string>> = named<string>({
  accept: plain('Accept: */*\r\n'),
  JSON: plain('Content-Type: application/json\r\n'),
  empty: plain('X-Empty:\r\n'),
  cookie: plain('Cookie: a=b; c=d\r\n'),
  origin: plain('Origin: https://app.example\r\n'),
  'request id': plain('X-Request-Id: a b\r\n'),
  forwarded: plain('X-Forwarded-For: 10.0.0.1\r\n'),
  close: plain('Connection: close\r\n'),
  'keep-alive': plain('Connection: keep-alive\r\n'),
  continue: plain('Expect: 100-continue\r\n'),
  'other expectation': odd('Expect: 200-ok\r\n'),
  'upgrade to h2c': odd('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n'),
  'upgrade to WebSocket': odd('Connection: Upgrade\r\nUpgrade: websocket\r\n'),
  'hop-by-hop': odd('Connection: authorization, close\r\n'),
  'second length': odd('Content-Length: 3\r\n'),
  'second coding': odd('Transfer-Encoding: chunked\r\n'),
  'blank before the colon': odd('X-A : b\r\n'),
  'blank before the name': odd(' X-A: b\r\n'),
  folded: odd('X-A: b\r\n c\r\n'),
  'line feed': odd('X-A: b\nX-B: c\r\n'),
  'carriage return': odd('X-A: b\rX-B: c\r\n'),
  'no colon': odd('X-A\r\n'),
  'no name': odd(': b\r\n'),
  'not ASCII in the name': odd('X-\xE4: b\r\n'),
  'not ASCII': odd('X-A: \xE4\xA0\xFF\r\n'),
  NUL: odd('X-A: a\0b\r\n'),
  DEL: odd('X-A: a\x7Fb\r\n'),
  __proto__: odd('__proto__: a\r\nconstructor: b\r\n'),
  large: odd(`X-A: ${'a'.repeat(LARGE)}\r\n`),
  many: odd('A:b\r\n'.repeat(2500)),
  trailer: odd('Trailer: Authorization\r\n'),
  'method override': odd('X-HTTP-Method-Override: DELETE\r\n'),
  'original target': odd('X-Original-URL: /closed\r\nX-Rewrite-URL: /closed\r\n'),
  preflight: odd('Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n'),
})
