import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import type { IMastraAuthProvider } from '@mastra/core/server'
import { ownMember } from '@signet/auth/internal'
import type { AttackedApplication } from '../attacked-application.js'
import type { ModelServer } from '../model-server.js'

/**
 * Who calls. Alice has what Bob is after; both may do what a member may. `narrow` is Bob with one agent and one tool,
 * `operator` is Bob with every permission. `stranger` has no token.
 */
export type Person = 'alice' | 'bob' | 'narrow' | 'operator' | 'stranger'

/** A response. */
export interface Told {
  readonly status: number
  readonly text: string
  readonly headers: Headers
  /** The member at a place of its JSON; undefined where there is none. */
  at(...names: readonly (number | string)[]): unknown
}

/** A thread of Alice, in which an agent has answered. */
export interface Talk {
  readonly thread: string
  /** Stands in her question, and nowhere else. */
  readonly secret: string
  /** Of her question. */
  readonly messageId: string
}

/** Where an attack is tried: at the application itself, or at the proxy before it. */
export interface Door {
  readonly url: string
  readonly application: AttackedApplication
  readonly model: ModelServer
  /** How the application calls somebody: in its `resourceId`, and in the `sub` of a token. */
  ownerOf(person: Person): string
  tokenOf(person: Person): string
  /** Signs claims with the secret by which tokens are verified here. */
  sign(claims: unknown, header?: Readonly<Record<string, unknown>>): string
  /** @param request - method, blank, path with query. A text is sent as it is; anything else as JSON */
  ask(
    person: Person,
    request: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Told>
  /** Sends the bytes of a request, and tells those of the response: all that come until the connection ends, or for a second. */
  raw(request: string): Promise<string>
  /** The same, where the answer begins a call of a model that goes on: until the model has been asked. */
  askBehind(person: Person, request: string, body: unknown): Promise<Told>
  /** Text that nobody else uses. */
  fresh(name: string): string
  talk(agent?: string): Promise<Talk>
  /** The same, made once: for attacks that change nothing of it. */
  sharedTalk(agent?: string): Promise<Talk>
}

/** An attempt. */
export interface Attack {
  readonly name: string
  /** Whether it succeeds against the application itself. */
  readonly isBare: boolean
  /** @returns whether it succeeded */
  run(door: Door): Promise<boolean>
}

/** What an attack is tried by. */
export interface DoorOptions extends Pick<
  Door,
  'application' | 'model' | 'ownerOf' | 'tokenOf' | 'url'
> {
  readonly secret: string
}

const WAIT_MS = 20_000
/** So long nobody says a word before `raw` gives up. */
const SILENCE_MS = 1000
let count = 0

const pause = () => new Promise((resolve) => setTimeout(resolve, 25))

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token, signed with HMAC, whatever it says. */
export function signAnything(
  secret: string,
  claims: unknown,
  header: Readonly<Record<string, unknown>> = {},
): string {
  const { alg = 'HS256' } = header
  const signed = `${base64({ alg, typ: 'JWT', ...header })}.${base64(claims)}`
  const hash = { HS384: 'sha384', HS512: 'sha512' }[String(alg)] ?? 'sha256'
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`
}

/** As the sample of the documentation verifies tokens: by the signature, and by `exp` where there is one. */
export function sampleAuth(secret: string): IMastraAuthProvider {
  const verify = async (token: string) => {
    const [header = '', payload = '', signature] = token.split('.')
    const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString())
    const hash = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }[String(alg)]
    if (hash === undefined) throw new Error('The algorithm is not known.')
    if (createHmac(hash, secret).update(`${header}.${payload}`).digest('base64url') !== signature)
      throw new Error('The signature is not good.')
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const exp = ownMember(claims, 'exp')
    if (typeof exp === 'number' && exp * 1000 <= Date.now())
      throw new Error('The token has expired.')
    return claims as never
  }
  return {
    name: 'jwt',
    authenticateToken: verify,
    authorizeUser: (user: unknown) => Boolean(user),
  } as never
}

function memberAt(text: string, names: readonly (number | string)[]): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return names.reduce<unknown>(
    (each, name) =>
      typeof name === 'number' && Array.isArray(each)
        ? (each as readonly unknown[]).at(name)
        : ownMember(each, String(name)),
    value,
  )
}

/** Makes a door. */
export function openDoor(options: DoorOptions): Door {
  const { url, model, tokenOf, ownerOf, secret } = options
  const shared = new Map<string, Promise<Talk>>()
  const door: Door = {
    ...options,
    tokenOf,
    ownerOf,
    sign: (claims, header) => signAnything(secret, claims, header),
    fresh(name) {
      count += 1
      return `${name}-${count}`
    },
    async ask(person, request, body, headers = {}) {
      const [method = '', path = ''] = request.split(' ')
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(person !== 'stranger' && { authorization: `Bearer ${tokenOf(person)}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
        redirect: 'manual',
        signal: AbortSignal.timeout(WAIT_MS),
      })
      const text = await response.text()
      return {
        status: response.status,
        text,
        headers: response.headers,
        at: (...names) => memberAt(text, names),
      }
    },
    async askBehind(person, request, body) {
      const before = model.requests.length
      const told = await door.ask(person, request, body)
      if (told.status >= 300) return told
      for (let round = 0; round < 40 && model.requests.length === before; round++) await pause()
      // What was answered is stored, too.
      for (let round = 0; round < 4; round++) await pause()
      return told
    },
    async raw(request) {
      const { hostname, port } = new URL(url)
      const socket = connect(Number(port), hostname)
      const pieces: Buffer[] = []
      const leave = () => socket.destroy()
      const until = setTimeout(leave, WAIT_MS)
      socket.setTimeout(SILENCE_MS, leave)
      socket.on('data', (piece: Buffer) => void pieces.push(piece))
      // Whoever closes the connection rudely has answered, too.
      socket.on('error', leave)
      socket.write(request)
      await new Promise((resolve) => socket.once('close', resolve))
      clearTimeout(until)
      return Buffer.concat(pieces).toString()
    },
    async talk(agent = 'assistant') {
      const thread = door.fresh('thread')
      const secret = door.fresh('MANGO')
      model.answerWith({ kind: 'text', pieces: ['Noted.'] })
      const told = await door.ask('alice', `POST /api/agents/${agent}/generate`, {
        messages: `Remember the fruit ${secret}.`,
        memory: { thread, resource: 'alice' },
      })
      const listed = await door.ask(
        'alice',
        `GET /api/memory/threads/${thread}/messages?agentId=${agent}`,
      )
      const messageId = listed.at('messages', 0, 'id')
      if (told.status !== 200 || typeof messageId !== 'string')
        throw new Error(`There is no thread to attack: ${told.status} ${listed.text}`)
      return { thread, secret, messageId }
    },
    sharedTalk(agent = 'assistant') {
      const talk = shared.get(agent) ?? door.talk(agent)
      shared.set(agent, talk)
      return talk
    },
  }
  return door
}
