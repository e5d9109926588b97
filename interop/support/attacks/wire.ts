import { gzipSync } from 'node:zlib'
import type { Attack, Door, Person, Told } from './door.js'

const CRLF = '\r\n'
const json = (value: unknown) => encodeURIComponent(JSON.stringify(value))

interface RawRequest {
  readonly method?: string
  readonly target: string
  readonly headers?: readonly string[]
  readonly body?: string
  /** Default: one that is right. */
  readonly length?: number | null
  readonly person?: Person
}

/** The bytes of a request, with nothing corrected. */
function bytesOf(
  door: Door,
  { method = 'GET', target, headers = [], body = '', length, person = 'bob' }: RawRequest,
): string {
  const host = new URL(door.url).host
  const size = length === undefined ? Buffer.byteLength(body) : length
  return [
    `${method} ${target} HTTP/1.1`,
    ...(headers.some((line) => /^host:/i.test(line)) ? [] : [`Host: ${host}`]),
    ...(person === 'stranger' ? [] : [`Authorization: Bearer ${door.tokenOf(person)}`]),
    ...(headers.some((line) => /^connection:/i.test(line)) ? [] : ['Connection: close']),
    ...headers,
    ...(size === null || (size === 0 && method === 'GET') ? [] : [`Content-Length: ${size}`]),
    '',
    body,
  ].join(CRLF)
}

/** Reads a thread of Alice by another spelling of its path. */
function spells(
  name: string,
  isBare: boolean,
  spell: (path: string, door: Door) => string,
): Attack {
  return {
    name: `reads the messages of another by ${name}`,
    isBare,
    async run(door) {
      const { thread, secret } = await door.sharedTalk()
      const target = spell(`/api/memory/threads/${thread}/messages`, door)
      return (await door.raw(bytesOf(door, { target: `${target}?agentId=assistant` }))).includes(
        secret,
      )
    },
  }
}

/** Reads a thread of Alice with other headers. */
function heads(name: string, isBare: boolean, headers: (door: Door) => readonly string[]): Attack {
  return {
    name: `reads the messages of another with ${name}`,
    isBare,
    async run(door) {
      const { thread, secret } = await door.sharedTalk()
      const target = `/api/memory/threads/${thread}/messages?agentId=assistant`
      return (await door.raw(bytesOf(door, { target, headers: headers(door) }))).includes(secret)
    },
  }
}

/** Lets somebody in who bears this. */
function admits(
  name: string,
  isBare: boolean,
  credential: (door: Door) => {
    readonly path?: string
    readonly headers?: Readonly<Record<string, string>>
  },
): Attack {
  return {
    name: `is let in ${name}`,
    isBare,
    async run(door) {
      const { path = '/api/agents', headers = {} } = credential(door)
      return (await door.ask('stranger', `GET ${path}`, undefined, headers)).status === 200
    },
  }
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const inAMinute = () => Math.floor(Date.now() / 1000) + 60
const LONG_AGO = 1_000_000_000
const MEMBER = { permissions: ['agents:read', 'agents:execute'] }

/** A header of the client that a handler of the application sees. */
function passes(header: string, value: string, isBare = true): Attack {
  return {
    name: `tells a handler ${header}: ${value}`,
    isBare,
    async run(door) {
      const told = await door.ask('operator', 'POST /report', {}, { [header]: value })
      const seen = told.at('headers', header)
      return typeof seen === 'string' && seen.includes(value)
    },
  }
}

const FORGED = {
  user: { id: 'root-of-all' },
  userPermissions: ['*'],
  userRoles: ['root-of-all'],
  tenant: 'root-of-all',
}

/** A context that a client gives itself reaches a tool or a route. */
function forges(
  name: string,
  isBare: boolean,
  attempt: (door: Door) => Promise<Pick<Told, 'at' | 'text'>>,
): Attack {
  return {
    name: `5: forges the context ${name}`,
    isBare,
    async run(door) {
      const told = await attempt(door)
      const context = told.at('context') ?? told.at('result', 'context')
      return typeof context === 'string' && context.includes('root-of-all')
    },
  }
}

/** What the application itself looks up without asking whose member a name is. */
const PROTOTYPES: ReadonlySet<string> = new Set(['agents', 'tools', 'workflows', 'scores/scorers'])

const TOOL = 'POST /api/tools/get-weather/execute'
const BODY = JSON.stringify({ data: {}, requestContext: FORGED })

/** The same body, written in other bytes or under another type. */
function bodies(
  name: string,
  isBare: boolean,
  headers: readonly string[],
  body: string,
  length?: number | null,
): Attack {
  return {
    name: `5: forges the context ${name}`,
    isBare,
    run: async (door) =>
      (
        await door.raw(
          bytesOf(door, {
            method: 'POST',
            target: '/api/tools/get-weather/execute',
            headers,
            body,
            ...(length !== undefined && { length }),
          }),
        )
      ).includes('root-of-all'),
  }
}

/** The first 13 bytes of a body. */
const BEGUN = '{"messages":"'

/** Of a stranger whose body has not arrived: nothing is said before it has. */
function holds(name: string, target: string, headers: readonly string[]): Attack {
  const isChunked = headers.some((line) => /^transfer/i.test(line))
  return {
    name: `23: has the server wait for a body of ${name}`,
    isBare: true,
    run: async (door) =>
      (await door.raw(
        bytesOf(door, {
          method: 'POST',
          target,
          person: 'stranger',
          headers: ['Content-Type: application/json', ...headers],
          body: isChunked ? `d${CRLF}${BEGUN}${CRLF}` : BEGUN,
          length: isChunked ? null : 60_000_000,
        }),
      )) === '',
  }
}

/** The wire: part (d), numbers 3, 5, 7, 8, 13, 16, 17, 23 and 24. */
export const WIRE: readonly Attack[] = [
  // Spellings of paths.
  spells('a slash too many', false, (path) => path.replace('/memory', '//memory')),
  spells('a slash too many at the begin', false, (path) => `/${path}`),
  spells('a slash at the end', false, (path) => `${path}/`),
  spells('a segment of a dot', true, (path) => path.replace('/memory', '/./memory')),
  spells('segments of dots', true, (path) => path.replace('/memory', '/x/../memory')),
  spells('dots that are encoded', true, (path) => path.replace('/memory', '/x/%2e%2e/memory')),
  spells('dots that are encoded in part', true, (path) =>
    path.replace('/memory', '/x/.%2E/memory'),
  ),
  spells('upper case', false, (path) => path.replace('memory', 'MEMORY')),
  spells('upper case of the prefix', false, (path) => path.replace('/api', '/API')),
  spells('an encoded letter of the route', true, (path) => path.replace('memory', '%6demory')),
  spells('a letter that is encoded twice', false, (path) => path.replace('memory', '%256demory')),
  spells('an encoded slash', false, (path) => path.replace('threads/', 'threads%2f')),
  spells('a slash the other way round', true, (path) => path.replace('/memory', '\\memory')),
  spells('a parameter of the path', false, (path) => path.replace('memory', 'memory;a=b')),
  spells('a null byte', false, (path) => `${path}%00`),
  spells('a line end', false, (path) => `${path}%0d%0a`),
  spells('a letter of another width', false, (path) =>
    path.replace('memory', encodeURIComponent('ｍemory')),
  ),
  spells('a letter of another alphabet', false, (path) =>
    path.replace('memory', encodeURIComponent('mеmory')),
  ),
  spells('a byte that is not UTF-8', false, (path) => path.replace('/messages', '%ff/messages')),
  spells('a whole URL', true, (path, { url }) => url + path),
  spells('a whole URL of another host', true, (path) => `http://evil.example${path}`),
  spells('a fragment', true, (path) => `${path}#`),

  // Headers.
  heads('the name of another host', true, () => ['Host: evil.example']),
  heads('a host that is forwarded', true, () => [
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Proto: https',
    'Forwarded: host=evil.example',
  ]),
  heads('the identity of another in a header', true, () => [
    'X-User-Id: alice',
    'X-Forwarded-User: alice',
    'X-Mastra-Resource-Id: alice',
    'Remote-User: alice',
  ]),
  heads('the token named in Connection', true, () => ['Connection: close, authorization']),
  heads('the same token twice', false, (door) => [`Authorization: Bearer ${door.tokenOf('bob')}`]),
  heads('another path in a header', true, () => [
    'X-Original-URL: /api/agents',
    'X-Rewrite-URL: /api/agents',
  ]),
  heads('the marks of a studio', true, () => [
    'X-Mastra-Client-Type: studio',
    'X-Mastra-Dev-Playground: true',
  ]),
  heads('a range', true, () => ['Range: bytes=0-100000']),
  heads('a condition', true, () => ['If-None-Match: "x"']),
  heads('an upgrade', true, () => ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA']),
  ...[
    ['x-forwarded-for', '203.0.113.9'],
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-user', 'root-of-all'],
    ['x-real-ip', '203.0.113.9'],
    ['forwarded', 'for=203.0.113.9'],
    ['x-user-id', 'root-of-all'],
    ['x-mastra-client-type', 'studio'],
    ['x-mastra-dev-playground', 'true'],
    ['x-http-method-override', 'DELETE'],
    ['x-original-url', '/admin'],
    ['x-rewrite-url', '/admin'],
    ['cookie', 'mastra-token=root-of-all'],
    ['origin', 'https://evil.example'],
    ['referer', 'https://evil.example/'],
    ['x-api-key', 'root-of-all'],
    ['proxy-authorization', 'Basic cm9vdA=='],
    ['x-middleware-subrequest', 'middleware'],
  ].map(([header = '', value = '']) => passes(header, value)),
  {
    name: 'opens a WebSocket',
    isBare: false,
    async run(door) {
      const told = await door.raw(
        bytesOf(door, {
          target: '/api/agents',
          headers: [
            'Connection: Upgrade',
            'Upgrade: websocket',
            'Sec-WebSocket-Version: 13',
            'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
          ],
        }),
      )
      return told.startsWith('HTTP/1.1 101')
    },
  },
  ...(['stranger', 'bob'] as const).map((person): Attack => ({
    name: `11: opens the stream of a browser as ${person}`,
    isBare: true,
    async run(door) {
      const told = await door.raw(
        bytesOf(door, {
          person,
          target: '/browser/assistant/stream',
          headers: [
            'Connection: Upgrade',
            'Upgrade: websocket',
            'Sec-WebSocket-Version: 13',
            'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
          ],
        }),
      )
      return told.startsWith('HTTP/1.1 101')
    },
  })),

  // Two requests in one.
  ...[
    [
      'a length and chunks',
      ['Content-Type: application/json', 'Transfer-Encoding: chunked', 'Content-Length: 4'],
    ],
    ['two lengths', ['Content-Type: application/json', 'Content-Length: 4', 'Content-Length: 40']],
    [
      'a coding that is not known',
      ['Content-Type: application/json', 'Transfer-Encoding: xchunked'],
    ],
    [
      'a coding in two lines',
      [
        'Content-Type: application/json',
        'Transfer-Encoding: chunked',
        'Transfer-Encoding: identity',
      ],
    ],
    ['a blank before the colon', ['Content-Type: application/json', 'Transfer-Encoding : chunked']],
  ].map(([name, headers]): Attack => ({
    name: `smuggles a request by ${String(name)}`,
    isBare: false,
    async run(door) {
      const { thread, secret } = await door.sharedTalk()
      const second = bytesOf(door, {
        target: `/api/memory/threads/${thread}/messages?agentId=assistant`,
      })
      const body = `0${CRLF}${CRLF}${second}`
      const told = await door.raw(
        bytesOf(door, {
          method: 'POST',
          target: '/api/tools/get-weather/execute',
          headers: ['Connection: keep-alive', ...(headers as readonly string[])],
          body,
          length: null,
        }),
      )
      return told.includes(secret)
    },
  })),

  // 5: the context of a request.
  forges('in the body', true, (door) =>
    door.ask('bob', TOOL, { data: {}, requestContext: FORGED }),
  ),
  forges('by the old name', false, (door) =>
    door.ask('bob', TOOL, { data: {}, runtimeContext: FORGED }),
  ),
  forges('in the query', true, (door) =>
    door.ask('bob', `${TOOL}?requestContext=${json(FORGED)}`, { data: {} }),
  ),
  forges('in the query in base64', true, (door) =>
    door.ask(
      'bob',
      `${TOOL}?requestContext=${encodeURIComponent(Buffer.from(JSON.stringify(FORGED)).toString('base64'))}`,
      { data: {} },
    ),
  ),
  forges('for a tool of an agent', true, (door) =>
    door.ask('bob', 'POST /api/agents/assistant/tools/get-weather/execute', {
      data: {},
      requestContext: FORGED,
    }),
  ),
  forges('for a tool of an MCP server', true, (door) =>
    door.ask('bob', 'POST /api/mcp/desk/tools/weatherTool/execute', {
      data: {},
      requestContext: FORGED,
    }),
  ),
  forges('for a route', true, (door) =>
    door.ask('operator', 'POST /report', { requestContext: FORGED }),
  ),
  forges('for a route in the query', true, (door) =>
    door.ask('operator', `POST /report?requestContext=${json(FORGED)}`, {}),
  ),
  forges('for an open route as a stranger', true, (door) =>
    door.ask('stranger', `GET /open?requestContext=${json(FORGED)}`),
  ),
  forges('by two members of one name', true, (door) =>
    door.ask(
      'bob',
      TOOL,
      `{"data":{},"requestContext":{},"requestContext":${JSON.stringify(FORGED)}}`,
    ),
  ),
  forges('with an escape in its name', true, (door) =>
    door.ask('bob', TOOL, `{"data":{},"request\\u0043ontext":${JSON.stringify(FORGED)}}`),
  ),
  forges('in a prototype', false, (door) =>
    door.ask('bob', TOOL, `{"data":{},"__proto__":{"requestContext":${JSON.stringify(FORGED)}}}`),
  ),
  {
    name: '5: forges the context of a tool that an agent calls',
    isBare: true,
    async run(door) {
      door.model.answerWith(
        { kind: 'call', id: 'c1', name: 'weatherTool', pieces: ['{}'] },
        { kind: 'text', pieces: ['Noted.'] },
      )
      const told = await door.ask('bob', 'POST /api/agents/assistant/generate', {
        messages: 'x',
        requestContext: FORGED,
      })
      return told.text.includes('root-of-all')
    },
  },
  bodies('as plain text', false, ['Content-Type: text/plain'], BODY),
  bodies('without a type', false, [], BODY),
  bodies('as a form', false, ['Content-Type: application/x-www-form-urlencoded'], BODY),
  bodies('as JSON of another kind', false, ['Content-Type: application/vnd.api+json'], BODY),
  bodies('with a charset', true, ['Content-Type: application/json; charset=utf-8'], BODY),
  bodies(
    'with a charset that is not known',
    true,
    ['Content-Type: application/json; charset=utf-7'],
    BODY,
  ),
  bodies('in capitals', false, ['Content-Type: APPLICATION/JSON'], BODY),
  bodies(
    'with two types',
    true,
    ['Content-Type: text/plain', 'Content-Type: application/json'],
    BODY,
  ),
  bodies(
    'with two types, JSON first',
    true,
    ['Content-Type: application/json', 'Content-Type: text/plain'],
    BODY,
  ),
  bodies('with two types in one', true, ['Content-Type: text/plain, application/json'], BODY),
  bodies(
    'with a type within another',
    true,
    ['Content-Type: text/plain; a=application/json'],
    BODY,
  ),
  bodies('with a mark before it', true, ['Content-Type: application/json'], `\ufeff${BODY}`),
  bodies(
    'in chunks with trailers',
    true,
    ['Content-Type: application/json', 'Transfer-Encoding: chunked', 'Trailer: X-A'],
    `${Buffer.byteLength(BODY).toString(16)}${CRLF}${BODY}${CRLF}0${CRLF}X-A: b${CRLF}${CRLF}`,
    null,
  ),
  bodies(
    'after a word to continue',
    true,
    ['Content-Type: application/json', 'Expect: 100-continue'],
    BODY,
  ),
  bodies(
    'packed, in name only',
    true,
    ['Content-Type: application/json', 'Content-Encoding: gzip'],
    BODY,
  ),
  {
    name: '5: forges the context in a body that is packed',
    isBare: false,
    async run(door) {
      const response = await fetch(`${door.url}/api/tools/get-weather/execute`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${door.tokenOf('bob')}`,
          'content-type': 'application/json',
          'content-encoding': 'gzip',
        },
        body: gzipSync(BODY),
        signal: AbortSignal.timeout(20_000),
      })
      return (await response.text()).includes('root-of-all')
    },
  },

  // 3, 7 and 24: credentials.
  admits('3: by a token that never expires', true, (door) =>
    bearer(door.sign({ sub: 'bob', ...MEMBER })),
  ),
  admits('3: by a token without a subject', true, (door) =>
    bearer(door.sign({ exp: inAMinute(), ...MEMBER })),
  ),
  admits('3: by a token that says nothing', true, (door) => bearer(door.sign({}))),
  admits('3: by a token that is a text', true, (door) => bearer(door.sign('bob'))),
  admits('24: by a token that is a number', true, (door) => bearer(door.sign(7))),
  admits('24: by a token that is a list', true, (door) =>
    bearer(door.sign([{ sub: 'bob', exp: inAMinute() }])),
  ),
  admits('24: by a token whose subject is an object', true, (door) =>
    bearer(door.sign({ sub: { id: 'bob' }, exp: inAMinute(), ...MEMBER })),
  ),
  admits('24: by a token whose subject is blank', true, (door) =>
    bearer(door.sign({ sub: ' ', exp: inAMinute(), ...MEMBER })),
  ),
  admits('3: by a token whose end is a text', true, (door) =>
    bearer(door.sign({ sub: 'bob', exp: '9999999999', ...MEMBER })),
  ),
  admits('3: by a token that is not good yet', true, (door) =>
    bearer(door.sign({ sub: 'bob', exp: inAMinute(), nbf: inAMinute() - 5, ...MEMBER })),
  ),
  admits('3: by a token with HS512', true, (door) =>
    bearer(door.sign({ sub: 'bob', exp: inAMinute(), ...MEMBER }, { alg: 'HS512' })),
  ),
  admits('3: by a token with a part that must be understood', true, (door) =>
    bearer(door.sign({ sub: 'bob', exp: inAMinute(), ...MEMBER }, { crit: ['x'], x: 1 })),
  ),
  admits('3: by a token that has expired', false, (door) =>
    bearer(door.sign({ sub: 'bob', exp: LONG_AGO, ...MEMBER })),
  ),
  admits('3: by a token that is not signed', false, (door) =>
    bearer(door.sign({ sub: 'bob', exp: inAMinute(), ...MEMBER }, { alg: 'none' })),
  ),
  admits('3: by a token without a signature', false, (door) =>
    bearer(
      `${door.sign({ sub: 'bob', exp: inAMinute() }, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`,
    ),
  ),
  admits('by a token of nobody', false, () => bearer('x.y.z')),
  admits('7: by a token in the query', true, (door) => ({
    path: `/api/agents?apiKey=${door.tokenOf('bob')}`,
  })),
  admits('7: by a token in the query, beside a bad one', false, (door) => ({
    path: `/api/agents?apiKey=${door.tokenOf('bob')}`,
    headers: { authorization: 'Bearer x' },
  })),
  admits('7: by a token without its scheme', true, (door) => ({
    headers: { authorization: door.tokenOf('bob') },
  })),
  admits('7: by a token with another scheme', false, (door) => ({
    headers: { authorization: `Token ${door.tokenOf('bob')}` },
  })),
  admits('7: by a token in a cookie', false, (door) => ({
    headers: { cookie: `mastra-token=${door.tokenOf('bob')}` },
  })),
  admits('7: by a header of the studio', false, (door) => ({
    path: `/api/agents?auth_header=Bearer%20${door.tokenOf('bob')}`,
  })),
  admits('by the mark of a studio', false, () => ({
    headers: { 'x-mastra-client-type': 'studio' },
  })),
  admits('by the mark of a playground', false, () => ({
    headers: { 'x-mastra-dev-playground': 'true' },
  })),
  admits('by a token in another header', false, (door) => ({
    headers: {
      'x-authorization': `Bearer ${door.tokenOf('bob')}`,
      'proxy-authorization': `Bearer ${door.tokenOf('bob')}`,
    },
  })),

  // 8, 16, 17 and 23.
  ...['https://evil.example', 'null', 'http://localhost'].map((origin): Attack => ({
    name: `8: lets a page of ${origin} read with the credentials of its visitor`,
    isBare: true,
    async run(door) {
      const { headers } = await door.ask('bob', 'GET /api/agents', undefined, { origin })
      return (
        headers.get('access-control-allow-origin') === origin &&
        headers.get('access-control-allow-credentials') === 'true'
      )
    },
  })),
  ...['agents', 'tools', 'workflows', 'scores/scorers', 'mcp/v0/servers', 'memory/threads'].flatMap(
    (area) =>
      ['__proto__', 'constructor', 'toString'].map((name): Attack => ({
        name: `16: takes ${name} for one of ${area}`,
        isBare: PROTOTYPES.has(area),
        async run(door) {
          const { status } = await door.ask('operator', `GET /api/${area}/${name}`)
          return status === 200 || status >= 500
        },
      })),
  ),
  ...[
    ['of the API', '/api/agents', '/api/none'],
    ['beside the API', '/report/x', '/none'],
    ['of an agent', '/api/agents/assistant', '/api/agents/none'],
    ['of what the server adds', '/swagger-ui', '/none'],
  ].map(([what, there, not]): Attack => ({
    name: `17: tells a stranger which paths ${String(what)} there are`,
    isBare: what !== 'of an agent',
    async run(door) {
      const [one, other] = await Promise.all([
        door.ask('stranger', `GET ${String(there)}`),
        door.ask('stranger', `GET ${String(not)}`),
      ])
      return one.status !== other.status
    },
  })),
  {
    name: '17: refuses a stranger without a word on how to be let in',
    isBare: true,
    run: async (door) =>
      (await door.ask('stranger', 'GET /api/agents')).headers.get('www-authenticate') === null,
  },
  holds('a declared length', '/api/agents/assistant/generate', []),
  holds('chunks', '/api/agents/assistant/generate', ['Transfer-Encoding: chunked']),
  holds('a path that nobody has', '/nope', []),
]
