import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { generateText, streamText } from 'ai'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ModelConfig } from './model-config.js'
import { ModelError } from '../fault/model-error.js'
import { createRehearsalModel } from '../rehearsal/create-rehearsal-model.js'
import { checkModel, describeModel, resolveModel } from './resolve.js'

const refusal = (code: string, message: RegExp = /./u) =>
  expect.objectContaining({ name: 'ModelError', code, message: expect.stringMatching(message) })

/** A configuration as it comes from a caller without types. */
const untyped = (text: string): ModelConfig => JSON.parse(text)

beforeEach(() => {
  vi.stubEnv('OPENAI_API_KEY', undefined)
  vi.stubEnv('OPENAI_BASE_URL', undefined)
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('a model that needs no server', () => {
  it('passes through as it is', async () => {
    const model = createRehearsalModel()
    expect(await resolveModel(model)).toBe(model)
    expect(describeModel(model)).toEqual({
      provider: 'signet',
      modelId: 'rehearsal',
      modelVersion: 'v3',
    })
  })

  it('is the rehearsal model for signet/rehearsal', async () => {
    const model = await resolveModel('signet/rehearsal')
    expect(model).toMatchObject({ provider: 'signet', modelId: 'rehearsal' })
    expect(describeModel('signet/rehearsal')).toEqual(describeModel(model))
  })

  it('is refused for any other model of signet', async () => {
    await expect(resolveModel('signet/other')).rejects.toThrow(
      refusal('model_unknown', /signet\/rehearsal/u),
    )
  })
})

describe('an OpenAI-compatible server', () => {
  interface Seen {
    readonly path: string | undefined
    readonly authorization: string | undefined
    readonly body: Readonly<Record<string, unknown>>
  }

  let server: Server
  let url: string
  let seen: Seen[]

  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
  const chunk = (rest: object) =>
    `data: ${JSON.stringify({ id: 'c1', created: 0, model: 'm', object: 'chat.completion.chunk', choices: [], ...rest })}\n\n`

  beforeEach(async () => {
    seen = []
    server = createServer(async (request, response) => {
      const pieces: Buffer[] = []
      for await (const piece of request) pieces.push(piece)
      const body = JSON.parse(Buffer.concat(pieces).toString())
      seen.push({ path: request.url, authorization: request.headers.authorization, body })
      if (body.model === 'refused') {
        response.writeHead(401, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ error: { message: `No key: ${seen[0]?.authorization}` } }))
        return
      }
      if (body.stream !== true) {
        const message = { role: 'assistant', content: 'hello there' }
        const choices = [{ index: 0, message, finish_reason: 'stop' }]
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ id: 'c1', created: 0, model: 'm', choices, usage }))
        return
      }
      response.setHeader('content-type', 'text/event-stream')
      response.write(chunk({ choices: [{ index: 0, delta: { content: 'hello ' } }] }))
      response.write(chunk({ choices: [{ index: 0, delta: { content: 'there' } }] }))
      response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }))
      response.end(`${chunk({ usage })}data: [DONE]\n\n`)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    url = `http://127.0.0.1:${port}/v1`
  })

  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  it('is asked by its URL, with the key as a bearer token', async () => {
    const model = await resolveModel({ url, id: 'org/some-model', apiKey: 'k-123' })
    const { text, usage: counted } = await generateText({ model, prompt: 'hi' })
    expect(text).toBe('hello there')
    expect(counted).toMatchObject({ inputTokens: 3, outputTokens: 2 })
    expect(seen).toEqual([
      {
        path: '/v1/chat/completions',
        authorization: 'Bearer k-123',
        body: expect.objectContaining({ model: 'org/some-model' }),
      },
    ])
  })

  it('has its key in no error, also where it names the key itself', async () => {
    const model = await resolveModel({ url, id: 'refused', apiKey: 'k-123' })
    const error: unknown = await generateText({ model, prompt: 'hi' }).catch((cause) => cause)
    expect(error).toMatchObject({ statusCode: 401, message: 'No key: Bearer [the API key]' })
    expect(inspect(error, { depth: Infinity })).not.toContain('k-123')
  })

  it('is asked without a key where it has none, whatever the environment has', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'k-of-openai')
    const model = await resolveModel({ url: `${url}/`, id: 'm' })
    await generateText({ model, prompt: 'hi' })
    expect(seen[0]?.authorization).toBeUndefined()
    expect(seen[0]?.path).toBe('/v1/chat/completions')
  })

  it.each(['openai/some-model', 'some-model'])(
    'is the one of OPENAI_BASE_URL for %s, in a stream with usage',
    async (name) => {
      vi.stubEnv('OPENAI_BASE_URL', url)
      vi.stubEnv('OPENAI_API_KEY', 'k-456')
      const { textStream, usage: counted } = streamText({
        model: await resolveModel(name),
        prompt: 'hi',
      })
      const deltas: string[] = []
      for await (const delta of textStream) deltas.push(delta)
      expect(deltas).toEqual(['hello ', 'there'])
      expect(await counted).toMatchObject({ inputTokens: 3, outputTokens: 2 })
      expect(seen[0]).toMatchObject({
        authorization: 'Bearer k-456',
        body: { model: 'some-model', stream: true, stream_options: { include_usage: true } },
      })
    },
  )

  it('takes no key where OPENAI_BASE_URL is set, and model names with slashes', async () => {
    vi.stubEnv('OPENAI_BASE_URL', url)
    vi.stubEnv('OPENAI_API_KEY', '')
    await generateText({ model: await resolveModel('openai/org/model'), prompt: 'hi' })
    expect(seen[0]).toMatchObject({ authorization: undefined, body: { model: 'org/model' } })
  })

  it('is named before it is asked', async () => {
    const config = { url, id: 'm', apiKey: 'k' }
    expect(describeModel(config)).toEqual({
      provider: 'openai-compatible',
      modelId: 'm',
      modelVersion: 'v4',
    })
    expect(describeModel('some-model')).toEqual(describeModel('openai/some-model'))
    expect((await resolveModel(config)).specificationVersion).toBe('v4')
  })
})

describe('a model that cannot be had', () => {
  it('is refused where OpenAI would get no key', async () => {
    const missing = refusal('model_key_missing', /OPENAI_API_KEY/u)
    await expect(resolveModel('openai/some-model')).rejects.toThrow(missing)
    await expect(resolveModel('some-model')).rejects.toThrow(missing)
    vi.stubEnv('OPENAI_API_KEY', '')
    vi.stubEnv('OPENAI_BASE_URL', 'https://api.openai.com/v1/')
    await expect(resolveModel('some-model')).rejects.toThrow(missing)
    vi.stubEnv('OPENAI_API_KEY', 'k-789')
    expect((await resolveModel('some-model')).modelId).toBe('some-model')
  })

  it.each(['not a url', 'ftp://127.0.0.1/v1', 'http://zed:s3cret@127.0.0.1/v1', '/here/v1'])(
    'is refused for the URL %s, which is not repeated',
    async (url) => {
      const error = await resolveModel({ url, id: 'm' }).catch((cause: unknown) => cause)
      expect(error).toEqual(refusal('model_config_invalid', /URL/u))
      expect(String(error)).not.toContain(url)
      vi.stubEnv('OPENAI_BASE_URL', url)
      await expect(resolveModel('m')).rejects.toThrow(
        refusal('model_config_invalid', /OPENAI_BASE_URL/u),
      )
    },
  )

  it.each(['s3cret\n', 's3 cret', 's3crét', ''])(
    'is refused for a key that no header can carry, which is not repeated',
    async (apiKey) => {
      const config = { url: 'http://127.0.0.1/v1', id: 'm', apiKey }
      const error = await resolveModel(config).catch((cause: unknown) => cause)
      expect(error).toEqual(refusal('model_config_invalid', /apiKey/u))
      expect(String(error)).not.toContain('s3')
    },
  )

  it.each(['', ' ', 'openai/', 'openai/ ', '/model'])('is refused for the text %j', (text) => {
    const refused = refusal('model_config_invalid')
    expect(() => describeModel(text)).toThrow(refused)
    return expect(resolveModel(text)).rejects.toThrow(refused)
  })

  it.each(['null', '7', '{}', '[]', '{"specificationVersion":"v1"}', '{"url":"http://a/v1"}'])(
    'is refused for what is neither a text, a model nor a server: %s',
    (text) => {
      const refused = refusal('model_config_invalid', /provider\/model/u)
      expect(() => describeModel(untyped(text))).toThrow(refused)
      return expect(resolveModel(untyped(text))).rejects.toThrow(refused)
    },
  )

  it.each(['{"url":"http://127.0.0.1/v1","id":""}', '{"url":"http://127.0.0.1/v1","id":7}'])(
    'is refused for a server without the name of a model: %s',
    (text) =>
      expect(resolveModel(untyped(text))).rejects.toThrow(refusal('model_config_invalid', /id/u)),
  )

  it.each([
    '../x/m',
    './m',
    '@scope/m',
    'Some-Org/m',
    'a.b/m',
    'a b/m',
    'a%2f/m',
    '-x/m',
    'ü/m',
    '\\/m',
  ])('is refused for a provider that there cannot be: %s', (text) => {
    const refused = refusal('model_unknown', /a-z, 0-9/u)
    expect(() => describeModel(text)).toThrow(refused)
    return expect(resolveModel(text)).rejects.toThrow(refused)
  })

  it.each([
    ['mistral/large', /^The package .* Run npm install @ai-sdk\/mistral\.$/u],
    ['opnai/gpt-4o', /^Did you mean openai\/gpt-4o\? ((?!npm install).)*$/u],
    ['antropic/claude', /^Did you mean anthropic\/claude\? ((?!npm install).)*$/u],
    ['no-such-vendor/model', /^The package ((?!npm install|Did you mean).)*\{ url, id, apiKey \}/u],
  ])('is refused with what to do where its package is missing: %s', async (text, message) => {
    const refused = refusal('model_package_missing', message)
    expect(() => checkModel(text)).toThrow(refused)
    await expect(resolveModel(text)).rejects.toThrow(refused)
  })
})

describe('the package of a provider', () => {
  let folder: string

  const model = (provider: string) =>
    `(modelId) => ({ specificationVersion: 'v4', provider: '${provider}', modelId, supportedUrls: {}, doGenerate() {}, doStream() {} })`

  async function install(provider: string, source: string): Promise<void> {
    const home = join(folder, 'node_modules', '@ai-sdk', provider)
    await mkdir(home, { recursive: true })
    const manifest = {
      name: `@ai-sdk/${provider}`,
      type: 'module',
      exports: { '.': { default: './index.js' } },
    }
    await writeFile(join(home, 'package.json'), JSON.stringify(manifest))
    await writeFile(join(home, 'index.js'), source)
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signet-provider-'))
    vi.spyOn(process, 'cwd').mockReturnValue(folder)
  })

  afterEach(() => rm(folder, { recursive: true }))

  it('is found from the folder of the application', async () => {
    await install('zedai', `export const zedai = ${model('zedai.chat')}`)
    const resolved = await resolveModel('zedai/some/model')
    expect(resolved).toMatchObject({ provider: 'zedai.chat', modelId: 'some/model' })
    expect(describeModel('zedai/some/model')).toEqual({
      provider: 'zedai',
      modelId: 'some/model',
      modelVersion: 'v4',
    })
  })

  it('is found from here where the application has none', async () => {
    expect(await resolveModel('gateway/some/model')).toMatchObject({ modelId: 'some/model' })
  })

  it.each(['zedCloudAi', 'ai'])('may export its factory as %s', async (name) => {
    await install('zed-cloud-ai', `export const ${name} = ${model(name)}`)
    expect(await resolveModel('zed-cloud-ai/m')).toMatchObject({ provider: name })
  })

  it('is refused where it makes no model', async () => {
    const refused = refusal('model_config_invalid', /@ai-sdk\/zedai/u)
    await install('zedai', 'export const other = 1')
    await expect(resolveModel('zedai/m')).rejects.toThrow(refused)
    await install('zedvoice', 'export const zedvoice = () => "voice"')
    await expect(resolveModel('zedvoice/m')).rejects.toThrow(refusal('model_config_invalid'))
  })

  it('is refused, with the cause, where its factory fails', async () => {
    await install('zedfails', 'export const zedfails = () => { throw new Error("no region") }')
    const error = await resolveModel('zedfails/m').catch((cause: unknown) => cause)
    expect(error).toEqual(refusal('model_config_invalid', /does not have a language model/u))
    expect(error).toMatchObject({ cause: { message: 'no region' } })
  })

  it('is refused, with the cause, where it does not load', async () => {
    await install('zedbroken', 'throw new Error("broken")')
    const error = await resolveModel('zedbroken/m').catch((cause: unknown) => cause)
    expect(error).toEqual(refusal('model_config_invalid', /cannot be loaded/u))
    expect(error).toMatchObject({ cause: { message: 'broken' } })
  })
})

describe('a ModelError', () => {
  it('is known across copies of this package, and nothing else is', () => {
    const copy = Object.assign(new Error('x'), { [Symbol.for('signet.core.model-error')]: true })
    expect(ModelError.isInstance(new ModelError('model_unknown', 'x'))).toBe(true)
    expect(ModelError.isInstance(copy)).toBe(true)
    expect(ModelError.isInstance(new Error('x'))).toBe(false)
    expect(ModelError.isInstance(undefined)).toBe(false)
  })
})
