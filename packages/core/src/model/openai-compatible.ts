import { isNonBlank } from '@signet/auth/internal'
import type { OpenAICompatibleModel } from './model-config.js'
import { ModelError } from '../fault/model-error.js'
import { mendResponse } from './completion/mend-response.js'
import type { ModelObject } from './model-object.js'

const OPENAI_URL = 'https://api.openai.com/v1'

/** An HTTP server that speaks the protocol of OpenAI's chat completions. */
interface Server {
  /** Names the provider in results and errors. */
  readonly provider: string
  readonly url: string
  readonly modelId: string
  readonly apiKey: string | undefined
  /** What the URL and the key are called where they are set, for messages. */
  readonly names: { readonly url: string; readonly apiKey: string }
}

/** A URL with a user in it is refused: `fetch` takes none, and logs would show the password. */
function checkUrl({ url, names }: Server): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const isHttp = parsed?.protocol === 'http:' || parsed?.protocol === 'https:'
  if (isHttp && parsed.username === '' && parsed.password === '') return
  throw new ModelError(
    'model_config_invalid',
    `${names.url} must be an http or https URL without a user, such as http://127.0.0.1:11434/v1.`,
  )
}

/** `fetch` names a header that it refuses, key and all, so the key is looked at before. */
function checkApiKey({ apiKey, names }: Server): void {
  if (apiKey === undefined || /^[\x21-\x7e]+$/u.test(apiKey)) return
  throw new ModelError(
    'model_config_invalid',
    `${names.apiKey} must be visible ASCII characters without spaces or line ends.`,
  )
}

/**
 * Takes the key out of what a server says of its failure: some name the key that they refuse, and what they say goes
 * to the log.
 */
async function withoutKey(response: Response, apiKey: string | undefined): Promise<Response> {
  if (response.ok || apiKey === undefined) return response
  const text = (await response.text()).replaceAll(apiKey, '[the API key]')
  const { status, statusText, headers } = response
  // A status such as 304 takes no body, not even an empty one.
  return new Response(text || null, { status, statusText, headers })
}

/** Asks with `fetch`, and mends what the server answers. */
function askServer(apiKey: string | undefined): typeof fetch {
  return async (input, init) => {
    const response = await withoutKey(await fetch(input, init), apiKey)
    return mendResponse(response, typeof init?.body === 'string' ? init.body : '')
  }
}

/** Pictures that the server fetches itself. */
const FETCHED_BY_SERVER = { 'image/*': [/^https?:\/\//u] }

/** Connects a model of a server. Sends nothing yet. */
export async function connectServer(server: Server): Promise<ModelObject> {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
  const provider = createOpenAICompatible({
    name: server.provider,
    baseURL: server.url,
    includeUsage: true,
    supportsStructuredOutputs: true,
    supportedUrls: () => FETCHED_BY_SERVER,
    fetch: askServer(server.apiKey),
    ...(server.apiKey !== undefined && { apiKey: server.apiKey }),
  })
  return provider(server.modelId)
}

/** @throws {ModelError} for a URL or a key that cannot be sent */
function checked(server: Server): Server {
  checkUrl(server)
  checkApiKey(server)
  return server
}

/**
 * The server that `OPENAI_BASE_URL` names, which is OpenAI where it is not set, with the key in `OPENAI_API_KEY`. Both
 * are read now. Sends nothing.
 *
 * @throws {ModelError} `model_key_missing` where OpenAI itself would get no key,
 *   `model_config_invalid` for a URL or a key that cannot be sent
 */
export function openAIServer(modelId: string): Server {
  const url = process.env['OPENAI_BASE_URL'] || OPENAI_URL
  const apiKey = process.env['OPENAI_API_KEY'] || undefined
  if (apiKey === undefined && url.replace(/\/$/u, '') === OPENAI_URL) {
    throw new ModelError(
      'model_key_missing',
      'OPENAI_API_KEY is not set. Set it to a key of OpenAI, for example in .env, or set OPENAI_BASE_URL to another server.',
    )
  }
  const names = { url: 'OPENAI_BASE_URL', apiKey: 'OPENAI_API_KEY' }
  return checked({ provider: 'openai', url, modelId, apiKey, names })
}

/**
 * Any OpenAI-compatible server. Reads no variable of the environment, so that no key goes to a server it is not for. Sends
 * nothing.
 *
 * @throws {ModelError} `model_config_invalid` for a URL, an id or a key that cannot be sent
 */
export function namedServer({ url, id, apiKey }: OpenAICompatibleModel): Server {
  if (!isNonBlank(id)) {
    throw new ModelError(
      'model_config_invalid',
      'The id of the model must be a text that is not blank.',
    )
  }
  const names = { url: 'The url of the model', apiKey: 'The apiKey of the model' }
  return checked({ provider: OPENAI_COMPATIBLE, url, modelId: id, apiKey, names })
}

/** What a server that is given by its URL is called, for it has no other name. */
export const OPENAI_COMPATIBLE = 'openai-compatible'
