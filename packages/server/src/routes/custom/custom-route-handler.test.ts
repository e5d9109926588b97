import type { Permission } from '@signet/auth'
import {
  BOUNDS,
  RegistrationError,
  type ApiRoute,
  type ApiRouteHandler,
  type RequestContext,
  type ServerConfig,
} from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  readRefusal,
  tokenOf,
  tokenWith,
  type TestRequest,
} from '@signet/test-support/application/application'
import { createApp } from '../../app.js'

/** Serves routes, and asks for a path of them. */
function serve(apiRoutes: readonly ApiRoute[], server: ServerConfig = {}) {
  const options = { server: { auth: createTestAuth(), apiRoutes, ...server } }
  const application = createTestApplication(options)
  const app = createApp(application.mastra)
  const ask = (path: string, request?: TestRequest) => app.fetch(makeRequest(path, request))
  return { ...application, app, ask }
}

const handler: ApiRouteHandler = (c) => c.text('handled')
const token = tokenOf('member')
const NOT_FOUND = { status: 404, code: 'not_found', challenge: null }

describe('who may call a route of the application', () => {
  it('is anyone with a good token where it does not say', async () => {
    const { ask } = serve([registerApiRoute('/mine', { method: 'GET', handler })])
    const refusal = await readRefusal(await ask('/mine'))
    expect(refusal).toMatchObject({ status: 401, code: 'token_missing', challenge: 'Bearer' })
    expect((await ask('/mine?apiKey=x', { token: undefined })).status).toBe(401)
    expect((await ask('/mine', { token: 'x' })).status).toBe(401)
    const response = await ask('/mine', { token: tokenWith() })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('handled')
  })

  it.each([{ requiresAuth: false }, { access: 'public' }] as const)(
    'is everyone with %j, and the token is not looked at',
    async (options) => {
      const { ask } = serve([registerApiRoute('/open', { method: 'GET', handler, ...options })])
      for (const credential of [undefined, 'x', token]) {
        expect((await ask('/open', { token: credential })).status).toBe(200)
      }
    },
  )

  it.each([{ requiresAuth: true }, { access: 'authenticated' }] as const)(
    'is anyone with a good token with %j',
    async (options) => {
      const { ask } = serve([registerApiRoute('/mine', { method: 'GET', handler, ...options })])
      expect((await ask('/mine')).status).toBe(401)
      expect((await ask('/mine', { token })).status).toBe(200)
    },
  )

  it('is who holds the permission for the agent, whatever it is called in the path', async () => {
    const { ask } = serve([
      registerApiRoute('/run/:agentId', {
        method: 'POST',
        access: 'agents:execute:{agentId}',
        handler,
      }),
    ])
    for (const name of ['weather-agent', 'weatherAgent']) {
      const run = (...permissions: readonly Permission[]) =>
        ask(`/run/${name}`, { method: 'POST', token: tokenWith(...permissions) })
      expect((await run('agents:execute:weather-agent')).status).toBe(200)
      expect((await run('agents:execute')).status).toBe(200)
      for (const [wrong, told] of [
        ['agents:execute:weatherAgent', 'weather-agent'],
        ['agents:read:weather-agent', 'weather-agent'],
        ['agents:execute:other-agent', name],
      ] as const) {
        const refusal = await readRefusal(await run(wrong))
        expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
        expect(refusal.challenge).toContain(`scope="agents:execute:${told}"`)
      }
      expect((await ask(`/run/${name}`, { method: 'POST' })).status).toBe(401)
    }
  })

  it('is who holds all of several permissions', async () => {
    const access = ['agents:read', 'memory:write'] as const
    const { ask } = serve([registerApiRoute('/mine', { method: 'GET', handler, access })])
    const both = tokenWith(...access)
    expect((await ask('/mine', { token: both })).status).toBe(200)
    for (const each of access) {
      expect((await ask('/mine', { token: tokenWith(each) })).status).toBe(403)
    }
  })

  it.each(['a%20b', '*', '%2A', 'a%3Ab', '%01', 'x'.repeat(129), '%2e%2e%2f'])(
    'is nobody for %s, which is no legal id',
    async (id) => {
      const path = '/things/:thing'
      const access = 'tools:read:{thing}'
      const { ask } = serve([registerApiRoute(path, { method: 'GET', handler, access })])
      const refusal = await readRefusal(await ask(`/things/${id}`, { token: tokenOf('owner') }))
      expect(refusal).toMatchObject(NOT_FOUND)
      expect((await ask(`/things/${id}`)).status).toBe(401)
    },
  )
})

describe('a handler of the application', () => {
  it('finds parameters, query and body as in Hono', async () => {
    const { ask } = serve([
      registerApiRoute('/items/:id/:part', {
        method: 'PUT',
        handler: async (c) =>
          c.json({
            params: c.req.param(),
            query: c.req.query(),
            body: (await c.req.json()) as unknown,
            header: c.req.header('x-mine'),
          }),
      }),
    ])
    const path = '/items/a%20b/%C3%A9?x=1&y=%26'
    const headers = { 'x-mine': 'yes' }
    const response = await ask(path, { method: 'PUT', token, json: { deep: [1] }, headers })
    expect(await response.json()).toStrictEqual({
      params: { id: 'a b', part: 'é' },
      query: { x: '1', y: '&' },
      body: { deep: [1] },
      header: 'yes',
    })
  })

  it('finds the application, and who calls, but not the token', async () => {
    const seen: RequestContext[] = []
    const { ask, mastra } = serve([
      registerApiRoute('/mine', {
        method: 'GET',
        handler: (c) => {
          seen.push(c.get('requestContext'))
          return c.json({ isSame: c.get('mastra') === mastra })
        },
      }),
    ])
    expect(await (await ask('/mine', { token })).json()).toStrictEqual({ isSame: true })
    expect(seen[0]?.principal).toMatchObject({ subject: 'alice', resourceId: 'alice' })
    expect(seen[0]?.get('user')).toMatchObject({ sub: 'alice', role: 'member' })
    expect(() => seen[0]?.set('user', {})).toThrow(TypeError)
    const everything = JSON.stringify([seen[0], [...(seen[0]?.entries() ?? [])]])
    expect(everything).not.toContain(token)
  })

  const FORGED = JSON.stringify({ user: { sub: 'mallory' }, userPermissions: ['*'], client: 1 })

  it.each([
    ['a public route, without a token', 'public', undefined],
    ['a public route, with a token', 'public', token],
    ['a closed route', 'authenticated', token],
  ] as const)(
    'sees nothing that a client forges (weakness 5): %s',
    async (_, access, credential) => {
      const seen: RequestContext[] = []
      const { ask } = serve([
        registerApiRoute('/mine', {
          method: 'ALL',
          access,
          handler: (c) => {
            seen.push(c.get('requestContext'))
            return c.text('handled')
          },
        }),
      ])
      const encoded = [FORGED, Buffer.from(FORGED).toString('base64')].map(encodeURIComponent)
      for (const each of encoded) await ask(`/mine?requestContext=${each}`, { token: credential })
      await ask('/mine', { token: credential, body: `{"requestContext":${FORGED}}` })
      expect(seen).toHaveLength(3)
      for (const context of seen) {
        const isPublic = access === 'public'
        expect([...context.keys()]).toStrictEqual(isPublic ? [] : ['user'])
        expect(context.principal?.subject).toBe(isPublic ? undefined : 'alice')
        expect(Object(context.get('user'))['sub']).toBe(isPublic ? undefined : 'alice')
        expect(context.client).toStrictEqual({})
      }
    },
  )

  it('fails where it returns a network error, which is no answer, and the log says why', async () => {
    const { ask, log } = serve([
      registerApiRoute('/mine', {
        method: 'GET',
        requiresAuth: false,
        handler: () => Response.error(),
      }),
    ])
    expect(await readRefusal(await ask('/mine'))).toMatchObject({ status: 500, code: 'internal' })
    expect(log).toMatchObject([{ level: 'error', fields: { error: expect.any(TypeError) } }])
  })

  it('answers what it wants, with the headers of the server beside its own', async () => {
    const { ask } = serve([
      registerApiRoute('/mine', {
        method: 'GET',
        requiresAuth: false,
        handler: (c) => c.text('short and stout', 418, { 'x-mine': 'yes' }),
      }),
    ])
    const response = await ask('/mine')
    expect(response.status).toBe(418)
    expect(response.headers.get('x-mine')).toBe('yes')
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await response.text()).toBe('short and stout')
    const head = await ask('/mine', { method: 'HEAD' })
    expect([head.status, await head.text()]).toStrictEqual([418, ''])
  })

  it('answers with the exception that it throws, as in Hono', async () => {
    const { ask } = serve([
      registerApiRoute('/teapot', {
        method: 'GET',
        handler: () => {
          throw new HTTPException(418, { message: 'Short and stout.' })
        },
      }),
    ])
    const response = await ask('/teapot', { token })
    expect(response.status).toBe(418)
    expect(await response.text()).toBe('Short and stout.')
  })

  it('answers with such an exception of another copy of Hono', async () => {
    class Foreign extends Error {
      getResponse(): Response {
        return new Response('No.', { status: 401 })
      }
    }
    const handler = () => Promise.reject(new Foreign())
    const { ask } = serve([registerApiRoute('/foreign', { method: 'GET', handler })])
    expect((await ask('/foreign', { token })).status).toBe(401)
  })

  it('has no tool and no memory for a stranger, whom nobody has told apart', async () => {
    const contexts: RequestContext[] = []
    const open = registerApiRoute('/open', {
      method: 'GET',
      requiresAuth: false,
      handler: (c) => {
        contexts.push(c.get('requestContext'))
        return c.json(null)
      },
    })
    const { ask, mastra, model } = serve([open])
    await ask('/open', { token: tokenOf('owner') })
    const [requestContext] = contexts
    expect(requestContext?.principal).toBeUndefined()
    expect(requestContext?.isStranger).toBe(true)
    await mastra.getAgent('weatherAgent').generate('Hello', { requestContext })
    expect(model.calls.at(-1)?.tools ?? []).toStrictEqual([])
    await mastra.getAgent('weatherAgent').generate('Hello')
    expect(model.calls.at(-1)?.tools).toHaveLength(2)
  })

  it('may stream its answer', async () => {
    const pieces = ['one ', 'two ', 'three']
    const { ask } = serve([
      registerApiRoute('/mine', {
        method: 'GET',
        handler: () =>
          new Response(
            new ReadableStream<Uint8Array>({
              pull(controller) {
                const piece = pieces.shift()
                if (piece === undefined) controller.close()
                else controller.enqueue(new TextEncoder().encode(piece))
              },
            }),
          ),
      }),
    ])
    expect(await (await ask('/mine', { token })).text()).toBe('one two three')
  })

  it.each<[string, ApiRouteHandler]>([
    ['agent', (c) => c.text(c.get('mastra').getAgent('nobody').id)],
    ['agent of an id', (c) => c.text(c.get('mastra').getAgentById('nobody').id)],
    ['tool', (c) => c.text(c.get('mastra').getTool('nothing').id)],
  ])('that asks for an %s that is not there is answered 404', async (_, asking) => {
    const { ask, log } = serve([registerApiRoute('/mine', { method: 'GET', handler: asking })])
    expect(await readRefusal(await ask('/mine', { token }))).toMatchObject(NOT_FOUND)
    expect(log.filter(({ level }) => level === 'error')).toStrictEqual([])
  })

  it('that registers a name twice is answered 500, because the client cannot mend that', async () => {
    const asking: ApiRouteHandler = () => {
      throw new RegistrationError(
        'id_duplicate',
        'Two agents have the name weather-agent. Rename one of them.',
      )
    }
    const { ask } = serve([registerApiRoute('/mine', { method: 'GET', handler: asking })])
    expect(await readRefusal(await ask('/mine', { token }))).toMatchObject({
      status: 500,
      code: 'internal',
    })
  })

  it.each<[string, ApiRouteHandler]>([
    [
      'throws',
      () => {
        throw new Error('a cause with sk-secret')
      },
    ],
    ['rejects', () => Promise.reject(new Error('a cause with sk-secret'))],
  ])('that %s is answered 500, with its cause only in the log', async (_, failing) => {
    const { ask, log } = serve([registerApiRoute('/mine', { method: 'GET', handler: failing })])
    const response = await ask('/mine', { token })
    const text = await response.clone().text()
    expect(await readRefusal(response)).toStrictEqual({
      status: 500,
      code: 'internal',
      text: 'Internal server error.',
      challenge: null,
      issues: undefined,
    })
    expect(text).not.toContain('secret')
    const faults = log.filter(({ level }) => level === 'error')
    expect(faults).toMatchObject([
      {
        fields: { code: 'internal', route: '/mine', error: { message: 'a cause with sk-secret' } },
      },
    ])
  })

  it('has every method with ALL, and only its own otherwise', async () => {
    const { ask } = serve([
      registerApiRoute('/all', { method: 'ALL', handler: (c) => c.text(c.req.method) }),
      registerApiRoute('/one', { method: 'POST', handler }),
    ])
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const response = await ask('/all', { method, token })
      expect(await response.text()).toBe(method)
      const one = await ask('/one', { method, token })
      expect([method, one.status]).toStrictEqual([method, method === 'POST' ? 200 : 404])
    }
    expect((await ask('/all', { method: 'OPTIONS', token })).status).toBe(404)
  })

  it.each([
    '/mine/',
    '/mine/more',
    '/min',
    '/MINE',
    '/%256dine',
    '/mine%2F',
    '//mine',
    '/items',
    '/items/',
    '/items/1/2',
  ])('is not asked for %s', async (path) => {
    const calls: string[] = []
    const spy: ApiRouteHandler = (c) => c.text(String(calls.push(c.req.path)))
    const options = { method: 'GET', requiresAuth: false, handler: spy } as const
    const { ask } = serve([
      registerApiRoute('/mine', options),
      registerApiRoute('/items/:id', options),
    ])
    for (const credential of [undefined, token]) {
      const response = await ask(`http://localhost:4111${path}`, { token: credential })
      expect(await readRefusal(response)).toMatchObject(NOT_FOUND)
    }
    expect(calls).toStrictEqual([])
  })

  it('sees the one spelling of a path, however it was asked for (RFC 3986 section 6.2.2)', async () => {
    const handler: ApiRouteHandler = (c) => c.text(`${c.req.path} ${c.req.url}`)
    const { ask } = serve([registerApiRoute('/mine', { method: 'GET', handler })])
    const response = await ask('/%6d%49ne/%2e%2E/%6Dine?a=%6d', { token })
    expect(await response.text()).toBe('/mine http://localhost:4111/mine?a=%6d')
  })
})

describe('the type of an answer', () => {
  it('is never guessed, whoever made the answer', async () => {
    const text = registerApiRoute('/text', { method: 'GET', handler: (c) => c.text('<p>') })
    const { ask } = serve([text])
    for (const path of ['/text', '/health', '/api/agents', '/api/nowhere', '/nowhere']) {
      const { headers } = await ask(path, { token })
      expect([path, headers.get('x-content-type-options')]).toStrictEqual([path, 'nosniff'])
    }
  })
})

describe('middleware of a route', () => {
  it('runs behind the gate and before the handler, in order', async () => {
    const steps: string[] = []
    const step =
      (name: string): ApiRoute['middleware'][number] =>
      async (c, next) => {
        steps.push(`${name} of ${c.get('requestContext').principal?.subject}`)
        await next()
        steps.push(`${name} again`)
      }
    const { ask } = serve([
      registerApiRoute('/mine', {
        method: 'GET',
        access: 'memory:read',
        middleware: [step('first'), step('second')],
        handler: (c) => {
          steps.push('handler')
          return c.text('handled')
        },
      }),
    ])
    expect((await ask('/mine')).status).toBe(401)
    expect((await ask('/mine', { token: tokenWith('agents:read') })).status).toBe(403)
    expect((await ask('/mine/more', { token })).status).toBe(404)
    expect(steps).toStrictEqual([])
    expect((await ask('/mine', { token })).status).toBe(200)
    expect(steps).toStrictEqual([
      'first of alice',
      'second of alice',
      'handler',
      'second again',
      'first again',
    ])
  })

  it('may answer in place of the handler, and runs for its own route alone', async () => {
    const options = { method: 'GET', handler } as const
    const { ask } = serve([
      registerApiRoute('/shut', { ...options, middleware: async (c) => c.text('shut', 423) }),
      registerApiRoute('/mine', options),
    ])
    expect((await ask('/shut', { token })).status).toBe(423)
    expect(await (await ask('/mine', { token })).text()).toBe('handled')
  })
})

describe('a response of the application that HTTP cannot have', () => {
  it.each<[string, ApiRouteHandler]>([
    ['a control character in a header', async (c) => c.text('x', 200, { 'x-a': 'ab' })],
    ['a redirect to one', async (c) => c.redirect('/')],
  ])('is 500 and in the log: %s', async (_, faulty) => {
    const { ask, log } = serve([registerApiRoute('/mine', { method: 'GET', handler: faulty })])
    const refusal = await readRefusal(await ask('/mine', { token }))
    expect(refusal).toMatchObject({ status: 500, code: 'internal' })
    expect(log).toMatchObject([{ level: 'error', message: 'A request failed.' }])
  })
})

describe('the body of a request to the application', () => {
  const echo: ApiRouteHandler = async (c) => c.text(await c.req.text())
  const limited = { bodySizeLimit: 100 }
  const upload = registerApiRoute('/mine', { method: 'POST', handler: echo })
  const TOO_LARGE = { status: 413, code: 'body_too_large', text: 'The request body is too large.' }

  /** A body that nobody declares the length of. */
  function streamOf(bytes: number): ReadableStream<Uint8Array> {
    let left = bytes
    return new ReadableStream({
      pull(controller) {
        if (left-- > 0) controller.enqueue(new Uint8Array([0x78]))
        else controller.close()
      },
    })
  }

  it('is taken up to the limit, declared or not', async () => {
    const { ask } = serve([upload], limited)
    const body = 'x'.repeat(100)
    const headers = { 'content-length': '100' }
    expect(await (await ask('/mine', { token, body, headers })).text()).toBe(body)
    expect(await (await ask('/mine', { token, body: streamOf(100) })).text()).toBe(body)
  })

  it('is answered 413 over the limit, declared or not', async () => {
    const { ask, log } = serve([upload], limited)
    const headers = { 'content-length': '101' }
    const declared = await ask('/mine', { token, body: 'x'.repeat(101), headers })
    expect(await readRefusal(declared)).toMatchObject(TOO_LARGE)
    const streamed = await ask('/mine', { token, body: streamOf(101) })
    expect(await readRefusal(streamed)).toMatchObject(TOO_LARGE)
    expect(log.filter(({ level }) => level === 'error')).toStrictEqual([])
  })

  it.each<[string, ApiRouteHandler]>([
    ['JSON', async (c) => c.json((await c.req.json()) as object)],
    ['bytes', async (c) => c.text(String((await c.req.arrayBuffer()).byteLength))],
    ['a form', async (c) => c.json(Object.keys(await c.req.parseBody()))],
    ['the raw request', async (c) => c.text(await c.req.raw.text())],
  ])('is answered 413 however it is read: as %s', async (_, reader) => {
    const route = registerApiRoute('/mine', { method: 'POST', handler: reader })
    const { ask } = serve([route], limited)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const response = await ask('/mine', { token, body: streamOf(1000), headers })
    expect(await readRefusal(response)).toMatchObject(TOO_LARGE)
  })

  it('is not looked at before the gate', async () => {
    const { ask } = serve([upload], limited)
    const headers = { 'content-length': '101' }
    expect((await ask('/mine', { body: 'x'.repeat(101), headers })).status).toBe(401)
  })

  it.each<[string, ApiRouteHandler]>([
    ['parsed', async (c) => c.json(Object.keys(await c.req.parseBody()))],
    ['as FormData', async (c) => c.json([...(await c.req.formData()).keys()])],
  ])('is answered 400 where it is a form of too many fields, %s', async (_, handler) => {
    const { ask } = serve([registerApiRoute('/form', { method: 'POST', handler })])
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const few = await ask('/form', { method: 'POST', token, body: 'a=1&b=2', headers })
    expect(await few.json()).toStrictEqual(['a', 'b'])
    const body = 'a=1&'.repeat(BOUNDS.formFields.limit + 1)
    const many = await ask('/form', { method: 'POST', token, body, headers })
    expect(await readRefusal(many)).toMatchObject({ status: 400, code: 'request_invalid' })
  })

  const READERS: readonly [string, ApiRouteHandler][] = [
    ['parsed', async (c) => c.json(Object.keys(await c.req.parseBody()).length)],
    ['as FormData', async (c) => c.json([...(await c.req.formData()).keys()].length)],
    ['of the raw request', async (c) => c.json([...(await c.req.raw.formData()).keys()].length)],
    [
      'of a copy of the raw request',
      async (c) => c.json([...(await c.req.raw.clone().formData()).keys()].length),
    ],
    [
      'of the body and headers of the raw request',
      async ({ req: { raw } }) => {
        const [body, type] = [await raw.arrayBuffer(), raw.headers.get('content-type') ?? '']
        const form = await new Response(body, { headers: { 'content-type': type } }).formData()
        return Response.json([...form.keys()].length)
      },
    ],
  ]
  const EDGE = '-'.repeat(30) + 'mark'
  const partsOf = (fields: number) =>
    Array.from(
      { length: fields },
      (_, index) => `--${EDGE}\r\nContent-Disposition: form-data; name="${index}"\r\n\r\n1\r\n`,
    ).join('') + `--${EDGE}--\r\n`

  it.each(READERS)(
    'is answered 400 where its Content-Type hides a form of too many fields, %s',
    async (_, handler) => {
      const { ask } = serve([registerApiRoute('/form', { method: 'POST', handler })])
      const send = (type: string, fields: number) => {
        const headers = { 'content-type': type }
        return ask('/form', { method: 'POST', token, body: partsOf(fields), headers })
      }
      const { limit } = BOUNDS.formFields
      const few = await send(`multipart/form-data; x="; boundary=zzz"; boundary="${EDGE}"`, limit)
      expect(await few.json()).toBe(limit)
      for (const type of [
        `multipart/form-data; boundary=${EDGE}`,
        `multipart/form-data; x="; boundary=zzz"; boundary=${EDGE}`,
        `multipart/form-data; boundary="${EDGE.replace('m', '\\m')}"`,
        `text/plain, multipart/form-data; boundary=${EDGE}`,
        `multipart/form-data; boundary=zzz; boundary=${EDGE}`,
      ]) {
        const refusal = await readRefusal(await send(type, limit + 1))
        expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
      }
    },
  )

  it.each(READERS.slice(0, 4))(
    'is answered 400 where it is not the form that it is said to be, %s',
    async (_, handler) => {
      const { ask } = serve([registerApiRoute('/form', { method: 'POST', handler })])
      const headers = { 'content-type': `multipart/form-data; boundary=${EDGE}` }
      for (const body of ['no form', undefined]) {
        const refusal = await readRefusal(
          await ask('/form', { method: 'POST', token, body, headers }),
        )
        expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
      }
    },
  )

  it('is answered 400 where the handler wants a form of none', async () => {
    const read = registerApiRoute('/form', {
      method: 'POST',
      handler: async (c) => c.json(await c.req.parseBody()),
    })
    const { ask } = serve([read])
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    const options = { method: 'POST', token, body: 'no form', headers }
    expect(await readRefusal(await ask('/form', options))).toMatchObject({ status: 400 })
  })

  it.each([
    [`${'a.'.repeat(30)}a=1`, 200],
    [`${'a.'.repeat(500)}a=1`, 400],
    [`b=1&${'.'.repeat(500)}=1`, 400],
    [Array.from({ length: 900 }, (_, index) => `${index}${'.a'.repeat(30)}=1`).join('&'), 400],
  ])(
    'is answered 400 where the handler wants a form that nests too deep: %.12s',
    async (body, status) => {
      const read = registerApiRoute('/form', {
        method: 'POST',
        handler: async (c) => c.json(await c.req.parseBody({ dot: true })),
      })
      const { ask } = serve([read])
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const response = await ask('/form', { method: 'POST', token, body, headers })
      expect(response.status).toBe(status)
      if (status === 400)
        expect(await readRefusal(response)).toMatchObject({ code: 'request_invalid' })
    },
  )

  it.each(['{', '', 'null x', '{"a":1,"a":2}'])(
    'is answered 400 where the handler wants JSON of %j',
    async (text) => {
      const read = registerApiRoute('/read', {
        method: 'POST',
        handler: async (c) => c.json((await c.req.json()) as unknown),
      })
      const { ask } = serve([read])
      const headers = { 'content-type': 'application/json' }
      const refusal = await readRefusal(
        await ask('/read', { method: 'POST', token, body: text, headers }),
      )
      expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
      expect(refusal.issues).toMatchObject([{ field: 'body' }])
    },
  )

  it('may be left unread', async () => {
    const { ask } = serve([registerApiRoute('/mine', { method: 'POST', handler })], limited)
    const response = await ask('/mine', { token, body: streamOf(1000) })
    expect(await response.text()).toBe('handled')
  })
})
