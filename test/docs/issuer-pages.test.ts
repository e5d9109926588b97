import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AuthProvider, Principal } from '@signet/auth'
import {
  explainBearer,
  requestOfBearer,
  tokenHeaderOf,
  type BearerExplanation,
} from '@signet/auth/internal'
import type { Mastra } from '@signet/core'
import { createApp } from '@signet/server'
import { rolesOf } from '@signet/server/internal'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeRequest, readRefusal } from '@signet/test-support/application/application'
import { linksOf } from '@signet/test-support/http/page-links'
import { compileProject } from '@signet/test-support/process/compile-modules'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { ROOT } from '@signet/test-support/process/root'
import { runSignet } from '@signet/test-support/process/signet-process'
import { ISSUER_TOKENS, type IssuerToken } from '@signet/test-support/token/issuer-tokens'
import {
  createEcSigner,
  createEdSigner,
  createRsaSigner,
  signAs,
  type KeySigner,
} from '@signet/test-support/token/signers'

/*
 * What is read of a page, beside its headings:
 *
 * - "Here": its block of TypeScript is compiled and run as src/mastra/index.ts, beside an agent `weather-agent`.
 * - "The token": its block of JSON has the claims of the fixture. Its table names each claim in the first column, with
 *   dots between the names of a path. Where the second column begins with `principal.NAME`, that member has the value.
 * - "What Signet says": the lines of its blocks are among those that the command prints, in this order.
 * - "What goes wrong": the first column says by code spans what is changed. `"name": value` is a claim in JSON, `"name"` is
 *   a claim that is missing, `name: value` replaces a line of the code, and `Bearer TOKEN` is another token. The second column has the error code and the
 *   exact reason, or, where the token is accepted and grants too little, `scope_insufficient` and a warning.
 * - "A first try": its first block of commands is run by bash, with stand-ins for `curl` and `jq`. A variable in quotes that it
 *   does not set is the reader's.
 */

const PAGES = join(ROOT, 'docs', 'issuers')
const COMMAND = join(ROOT, 'packages', 'cli', 'bin', 'signet.js')
/** Where the application of a page stands in what it prints. */
const FOLDER = '/srv/agents'

interface Recipe {
  readonly token: IssuerToken
  /** The claims that are other ones once the steps of the page are done. Default: none. */
  readonly changed?: Readonly<Record<string, unknown>>
  /** How the issuer signs. Default: RS256. */
  readonly signer?: KeySigner
  /** How the first heading calls the issuer. Default: as the title does. */
  readonly place?: string
}

const isUnix = process.platform !== 'win32'

const T = ISSUER_TOKENS
const rsa = createRsaSigner()

/** The token that the page of each issuer is about. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  keycloak: { token: T.keycloak, changed: { aud: ['my-agents', 'account'] } },
  auth0: { token: T.auth0 },
  cognito: { token: T.cognitoAccess },
  okta: { token: T.okta },
  entra: { token: T.entraV2 },
  google: { token: T.google },
  clerk: { token: T.clerk, changed: { sts: 'active' } },
  supabase: { token: T.supabase, signer: createEcSigner() },
  firebase: { token: T.firebase, changed: { email_verified: true } },
  workos: { token: T.workos, changed: { aud: 'https://agents.example' } },
  'better-auth': { token: T.betterAuth, signer: createEdSigner() },
  'cloudflare-access': { token: T.cloudflareAccess },
  'openid-provider': { token: T.openidProvider, place: 'the provider' },
}

const HEADINGS = [
  'Here',
  'The token',
  'What Signet says',
  'What goes wrong',
  'A first try, and the end of a session',
]

/** The rows of a table, each by its cells, without the head. */
function rowsOf(section: string): readonly (readonly string[])[] {
  return [...section.matchAll(/^\| (.*) \|$/gm)]
    .map(([, row = '']) => row.split(/ +(?<!\\)\| +/).map((cell) => cell.replaceAll('\\|', '|')))
    .filter(([first = '']) => !first.startsWith('---'))
    .slice(1)
}

function spansOf(cell: string): readonly string[] {
  return [...cell.matchAll(/(`+) ?(.+?) ?\1/g)].map(([, , code = '']) => code)
}

function blockOf(section: string, language: string): string {
  return new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(section)?.[1] ?? ''
}

function readPage(name: string) {
  const text = readFileSync(join(PAGES, `${name}.md`), 'utf8')
  const [start = '', ...rest] = text.split(/^## /m)
  const [title = ''] = start.replace('# ', '').split('\n')
  const sections = rest.map((section) => [section.split('\n')[0] ?? '', section] as const)
  const byName = new Map(sections)
  const section = (heading: string) => byName.get(heading) ?? ''
  const claims: Readonly<Record<string, unknown>> = JSON.parse(
    blockOf(section('The token'), 'json'),
  )
  return {
    title,
    headings: sections.map(([heading]) => heading),
    steps: sections[0]?.[1] ?? '',
    code: blockOf(section('Here'), 'typescript'),
    claims,
    places: rowsOf(section('The token')),
    said: [...section('What Signet says').matchAll(/^`([^`\n]+)`:\n\n```text\n(.*?)^```/gms)].map(
      ([, command = '', output = '']) => ({ command, lines: output.trimEnd().split('\n') }),
    ),
    faults: rowsOf(section('What goes wrong')),
    commands: blockOf(section('A first try, and the end of a session'), 'bash'),
  }
}

/** The value at a place that a page names: the name of a claim, or names with dots between them. */
function valueAt(place: string, claims: Readonly<Record<string, unknown>>): unknown {
  if (Object.hasOwn(claims, place)) return claims[place]
  let value: unknown = claims
  for (const name of place.split('.')) value = Object(value)[name]
  return value
}

/** What a cell makes of the token or of the code of its page. */
function readFault(cell: string) {
  const claims: Record<string, unknown> = {}
  const lines: string[] = []
  let token: string | undefined
  for (const span of spansOf(cell)) {
    if (/^"[^"]+"$/.test(span)) claims[JSON.parse(span)] = undefined
    else if (span.startsWith('"')) Object.assign(claims, JSON.parse(`{${span}}`))
    else if (span.startsWith('Bearer ')) token = span.replace('Bearer ', '')
    else lines.push(span)
  }
  return { claims, lines, token }
}

/** Code with a line of an object replaced, which must be there. */
function withLine(code: string, line: string): string {
  const [name = ''] = line.split(':')
  const pattern = new RegExp(`^( *(?:\\.\\.\\.\\w+\\(\\{ )?)${name}: .*?(?:,$|(?= \\}\\),$))`, 'm')
  if (!pattern.test(code)) throw new TypeError(`There is not a line ${name}.`)
  return code.replace(pattern, (_line, start: string) => `${start}${line},`)
}

const AGENT = `import { Agent } from '@signet/core/agent'

export const weatherAgent = new Agent({
  id: 'weather-agent',
  name: 'Weather Agent',
  instructions: 'Answer.',
  model: 'signet/rehearsal',
})
`

/** A module that answers for the issuer, whatever is fetched: its metadata at its own address, else its keys. */
function issuerModule(issuer: string, jwk: object): string {
  const keys = new URL('keys', issuer.endsWith('/') ? issuer : `${issuer}/`).href
  const known = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  return `const issuer = ${JSON.stringify({ known, metadata: { issuer, jwks_uri: keys }, set: { keys: [jwk] } })}
globalThis.fetch = async (input) => {
  const url = String(input)
  const isMetadata = url.endsWith('/.well-known/openid-configuration')
  if (isMetadata && url !== issuer.known) return new Response('', { status: 404 })
  return Response.json(isMetadata ? issuer.metadata : issuer.set)
}
`
}

function providerOf(application: Mastra): AuthProvider {
  const { auth } = application.getServer()
  if (auth === undefined || auth === false) throw new TypeError('The page has no provider.')
  return auth
}

/** What is said of a token to the operator of an application. */
function explain(application: Mastra, token: string): Promise<BearerExplanation> {
  const provider = providerOf(application)
  const request = requestOfBearer(token, new Request('http://localhost/'), tokenHeaderOf(provider))
  return explainBearer(provider, token, { request, roles: rolesOf(application) })
}

/** Asks an application with a token, in the header of its provider. */
async function ask(
  application: Mastra,
  token: string,
  path = '/api/agents/weather-agent',
  json?: object,
): Promise<Response> {
  const header = tokenHeaderOf(providerOf(application))
  const request = makeRequest(path, { json, ...(header === undefined && { token }) })
  if (header !== undefined) request.headers.set(header, token)
  return await createApp(application).fetch(request)
}

/** In place of the commands that need a network, and of jq and cloudflared, which may be missing. */
const STAND_INS = `
curl() { printf '%s\\n' "$*" >> "$ASKED"; echo '{}'; }
cloudflared() { if [ "$2" = token ]; then echo THE-TOKEN; fi; }
jq() { if [ "$1" = -n ]; then echo '{}'; else cat > /dev/null; echo THE-TOKEN; fi; }
`

const copies = new FixtureCopies()
afterAll(() => copies.remove())

describe('what is read of a page', () => {
  it('are the cells of a table, and in them the code', () => {
    const table = '| a | b |\n| --- | --- |\n| `"sub": "x\\|y"`, without `"azp"` | `c: 1` |\n'
    const [[first = '', second = ''] = []] = rowsOf(table)
    expect(readFault(first)).toStrictEqual({
      claims: { sub: 'x|y', azp: undefined },
      lines: [],
      token: undefined,
    })
    expect(readFault(second).lines).toStrictEqual(['c: 1'])
    expect(readFault('`Bearer a.b`').token).toBe('a.b')
  })

  it('is not a line that the code does not have', () => {
    const code = "f({\n  realm: 'acme',\n})"
    expect(withLine(code, "realm: 'b'")).toBe("f({\n  realm: 'b',\n})")
    expect(withLine("  ...f({ realm: 'acme' }),", "realm: 'b'")).toContain("realm: 'b'")
    expect(() => withLine(code, "url: 'b'")).toThrow('There is not a line url.')
  })
})

describe('the pages of issuers', () => {
  it('are those that are tested', () => {
    const names = readdirSync(PAGES).filter((file) => file !== 'README.md')
    expect(names.toSorted()).toStrictEqual(
      Object.keys(RECIPES)
        .map((name) => `${name}.md`)
        .toSorted(),
    )
  })

  it('are linked in the list of presets', () => {
    const links = linksOf(readFileSync(join(PAGES, 'README.md'), 'utf8'))
    expect(links).toStrictEqual(
      expect.arrayContaining(Object.keys(RECIPES).map((name) => `${name}.md`)),
    )
  })
})

describe.each(Object.entries(RECIPES))('docs/issuers/%s.md', (name, recipe) => {
  const page = readPage(name)
  const { token, changed, signer = rsa, place = page.title } = recipe
  let folder: string
  let mastra: Mastra

  /** The application of a file of the page's folder. */
  async function load(file: string): Promise<Mastra> {
    const path = join(folder, 'src', 'mastra', file)
    const module: { mastra: Mastra } = await import(/* @vite-ignore */ pathToFileURL(path).href)
    return module.mastra
  }

  const sign = (claims: object = {}) => {
    const now = Math.floor(Date.now() / 1000)
    return signAs(signer, { ...page.claims, iat: now - 10, exp: now + 50, ...claims }, token.header)
  }

  beforeAll(async () => {
    folder = copies.makeFolder()
    mkdirSync(join(folder, 'src', 'mastra', 'agents'), { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'src', 'mastra', 'agents', 'weather-agent.ts'), AGENT)
    writeFileSync(join(folder, 'src', 'mastra', 'index.ts'), page.code)
    const issuer = issuerModule(String(page.claims['iss']), signer.jwk)
    writeFileSync(join(folder, 'issuer.mjs'), issuer)
    const { fetch } = globalThis
    await import(/* @vite-ignore */ pathToFileURL(join(folder, 'issuer.mjs')).href)
    mastra = await load('index.ts')
    return () => {
      globalThis.fetch = fetch
    }
  })

  it('has the sections of every page, in their order', () => {
    expect(page.headings).toStrictEqual([`At ${place}`, ...HEADINGS])
    expect(page.steps).toMatch(/^1\. /m)
  })

  it('shows the token of the issuer, and says of each claim where it goes', () => {
    expect(page.claims).toMatchObject({ ...token.claims, ...changed })
    const places = page.places.flatMap(([cell = '']) => spansOf(cell))
    expect(places.filter((place) => valueAt(place, page.claims) === undefined)).toStrictEqual([])
    const told = (claim: string) =>
      places.some((place) => place === claim || place.startsWith(`${claim}.`))
    expect(Object.keys(page.claims).filter((claim) => !told(claim))).toStrictEqual([])
  })

  it('has code that compiles', async () => {
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(ROOT, 'tsconfig.base.json'),
        compilerOptions: {
          composite: false,
          isolatedDeclarations: false,
          declaration: false,
          declarationMap: false,
          noEmit: true,
        },
        include: ['src/mastra/index.ts'],
      }),
    )
    expect(await compileProject(folder)).toBe('')
  })

  it('has code that lets the caller do what the role says, and nothing else', async () => {
    expect((await ask(mastra, sign())).status).toBe(200)
    const revoke = await ask(mastra, sign(), '/api/auth/revocations', { subject: 'alice' })
    expect(await readRefusal(revoke)).toMatchObject({ status: 403, code: 'scope_insufficient' })
  })

  it('says which claim becomes which member of the principal', async () => {
    const { principal } = await explain(mastra, sign())
    const rows = page.places.flatMap(([claim = '', goes = '']) => {
      const [, member] = /^`principal\.(\w+)`/.exec(goes) ?? []
      return member === undefined ? [] : [{ places: spansOf(claim), member }]
    })
    expect(rows.map(({ member }) => member)).toStrictEqual(
      expect.arrayContaining(['issuer', 'subject']),
    )
    for (const { places, member } of rows) {
      const values = places.map((place) => valueAt(place, page.claims))
      const read = principal?.[member as keyof Principal]
      if (!Array.isArray(read)) expect(values).toStrictEqual([read])
      else {
        const words = values.flatMap((value) =>
          Array.isArray(value) ? value : String(value).split(/[ ,]/),
        )
        expect(read.length).toBeGreaterThan(0)
        expect(words).toStrictEqual(expect.arrayContaining(read))
      }
    }
  })

  it.each(page.faults)('says what is said of %s', async (cell = '', says = '') => {
    const { claims, lines, token: other } = readFault(cell)
    const [code, reason, ...more] = spansOf(says)
    expect(more).toStrictEqual([])
    let application = mastra
    if (lines.length > 0) {
      const file = `fault-${page.faults.findIndex(([each]) => each === cell)}.ts`
      writeFileSync(join(folder, 'src', 'mastra', file), lines.reduce(withLine, page.code))
      try {
        application = await load(file)
      } catch (error) {
        expect(error).toMatchObject({ code, message: reason })
        return
      }
    }
    const text = other ?? sign(claims)
    const said = await explain(application, text)
    const refusal = await readRefusal(await ask(application, text))
    expect(refusal).toMatchObject({ code })
    if (said.accepted) {
      expect(said.warnings?.map(({ cause }) => cause)).toContain(reason)
    } else {
      expect(said).toMatchObject({ code, reason })
    }
  })

  it('names at least three faults, each once', () => {
    const cells = page.faults.map(([cell]) => cell)
    expect(cells.length).toBeGreaterThanOrEqual(3)
    expect(new Set(cells).size).toBe(cells.length)
  })

  it('shows what signet inspect and signet doctor print', async () => {
    const commands = page.said.map(({ command }) => command)
    expect(commands).toStrictEqual(['npx signet inspect < token.txt', 'npx signet doctor'])
    for (const { command, lines } of page.said) {
      const [, , verb = ''] = command.split(' ')
      const { stdout } = await runSignet([verb], {
        cwd: folder,
        command: [process.execPath, '--import', join(folder, 'issuer.mjs'), COMMAND],
        ...(verb === 'inspect' && { input: sign() }),
      })
      const printed = stdout.replaceAll(folder, FOLDER).split('\n')
      expect(lines.length).toBeGreaterThan(0)
      expect(printed).toStrictEqual(expect.arrayContaining(lines))
      const at = lines.map((line) => printed.indexOf(line))
      expect(at).toStrictEqual(at.toSorted((a, b) => a - b))
    }
  })

  it.runIf(isUnix)('has commands that get a token, and ask this server with it', () => {
    const asked = join(folder, 'asked.txt')
    const assigned = new Set(
      [...page.commands.matchAll(/^(\w+)=/gm)].map(([, variable]) => variable),
    )
    const own = [...page.commands.matchAll(/\$(\w+)/g)].flatMap(([, variable = '']) =>
      assigned.has(variable) ? [] : [[variable, 'a "secret" & more']],
    )
    const { status, stderr } = spawnSync('bash', ['--norc', '-euc', STAND_INS + page.commands], {
      env: { ...Object.fromEntries(own), PATH: process.env['PATH'], ASKED: asked },
      input: 'THE-TOKEN\n',
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect({ status, stderr }).toStrictEqual({ status: 0, stderr: '' })
    const last = readFileSync(asked, 'utf8').trimEnd().split('\n').at(-1)
    expect(last).toContain('THE-TOKEN')
    expect(last).toContain('/api/agents/weather-agent')
  })
})
