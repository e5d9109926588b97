import type { ProxyConfig } from '@signet/proxy'
import type { FetchedDocument, ForeignRoute, RouteComparison } from '@signet/proxy/internal'
import type { Finding } from './finding.js'

const CHECK = 'upstream'
/** Where Mastra has its document. */
const OF_MASTRA = ['/api/openapi.json']
/** Where a server that is not one of Mastra may have one. */
const OF_OTHERS = ['/openapi.json', '/api/openapi.json']
/** So many routes are named; the others are counted. */
const MAX_NAMED = 50
/** A path of an application is shown to so many characters. */
const MAX_SHOWN = 200

const WHY_COMPARED =
  'A route that the proxy does not know is closed, and a newer version of Mastra may have one.'

/** What the routes of an application are compared by. */
export interface UpstreamQuestion {
  readonly config: ProxyConfig
  /** Undefined: nobody said where the application listens. */
  readonly origin: string | undefined
  /** What the application verifies tokens with; undefined where nobody named it. */
  readonly secret: string | undefined
}

function notCompared(level: 'note' | 'warning', why: string, remedy: string): readonly Finding[] {
  const what = 'The routes of the application were not compared with the policy of the proxy.'
  return [{ check: CHECK, level, what, why, remedy }]
}

/** What to do where a document is asked for, and there is none. */
function missingDocument(config: ProxyConfig): readonly Finding[] {
  if (config.policy !== undefined) {
    return notCompared(
      'note',
      `The application has no OpenAPI document at ${OF_OTHERS.join(' or ')}.`,
      'Compare the policy with the routes of the application by hand.',
    )
  }
  return notCompared(
    'note',
    `The application answers 404 to ${OF_MASTRA.join(', ')}: Mastra has its document only in mastra dev, or with server.build.openAPIDocs: true.`,
    'Run the command while npx mastra dev serves the application.',
  )
}

function failedQuestion(
  fetched: Exclude<FetchedDocument, { readonly kind: 'read' }>,
  { config, origin = '', secret }: UpstreamQuestion,
  maxBytes: number,
): readonly Finding[] {
  const again = 'Start the application, and run the command again.'
  switch (fetched.kind) {
    case 'away':
      return notCompared('warning', `Nothing answers in HTTP at ${origin}.`, again)
    case 'late':
      return notCompared(
        'warning',
        `The application at ${origin} has not sent its OpenAPI document within 10 s.`,
        again,
      )
    case 'large':
      return notCompared(
        'warning',
        `The OpenAPI document of the application has more than ${maxBytes / 1024 / 1024} MiB, and was not read.`,
        'Compare the policy with the routes of the application by hand.',
      )
    case 'garbage':
      return notGood()
    case 'status':
  }
  const { status } = fetched
  if (status === 404) return missingDocument(config)
  if (status === 401 || status === 403) {
    return notCompared(
      'warning',
      secret === undefined
        ? `The application verifies tokens, and answers ${status} without one.`
        : `The application answers ${status} to a token that is signed with the secret that --upstream-secret names.`,
      'Write --upstream-secret with the name of the variable that holds the secret of the application.',
    )
  }
  return notCompared(
    'warning',
    `The application answers ${status} when it is asked for its OpenAPI document.`,
    'See in the log of the application why.',
  )
}

function notGood(): readonly Finding[] {
  return notCompared(
    'warning',
    'What the application sends is not an OpenAPI document with 1 to 5000 routes.',
    'Check that --upstream names the application, and not another server.',
  )
}

function shown(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

function remedyOf({ permission, entry }: ForeignRoute, isOwn: boolean): string {
  const byPermission =
    permission === undefined
      ? 'The permission routes:execute opens it.'
      : `The permission ${permission} opens it.`
  const line = isOwn ? 'a line of policy' : 'an entry of routes'
  if (entry === undefined) return `${byPermission} To open it to others, write ${line} for it.`
  return `${byPermission} To open it to others, add to routes of signet.config.ts, with the permission that it shall need: ${entry}`
}

function foreignFinding(route: ForeignRoute, isOwn: boolean): Finding {
  const { kind, method } = route
  const name = shown(`${method} ${route.path}`)
  const check = 'upstream-route'
  if (kind === 'taken') {
    return {
      check,
      level: 'warning',
      what: `The application has ${name}, and the policy takes it for ${route.by ?? 'another route'}.`,
      why: 'The rules of the other route decide who is let in, and what of the request passes.',
      remedy: isOwn
        ? 'Write a line of policy for it.'
        : 'Grant the permission of the other route for single ids only, until a version of Signet knows this route.',
    }
  }
  if (kind === 'refused') {
    return {
      check,
      level: 'note',
      what: `The application has ${name}, which stays closed whatever a token grants.`,
      why: route.reason ?? 'The policy refuses it.',
      remedy: isOwn
        ? 'If clients need it, write a line of policy for it.'
        : 'If clients need it, ask for a version of Signet that knows the version of Mastra.',
    }
  }
  return {
    check,
    level: 'note',
    what: `The application has ${name}, which the policy does not know: it is closed.`,
    why: 'Only who holds a permission for routes is let in.',
    remedy: remedyOf(route, isOwn),
  }
}

/** With which versions the policy of Mastra was compared, in words. */
function versionWords(versions: Readonly<Record<string, string>>): string {
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `The policy was compared with ${names.join(', ')}.`
}

function comparedFindings(
  { total, known, foreign, lines, missing }: RouteComparison,
  isOwn: boolean,
  versions: Readonly<Record<string, string>>,
): readonly Finding[] {
  if (known === 0) {
    return [
      {
        check: CHECK,
        level: 'warning',
        what: `None of the ${total} routes of the application is in the policy of the proxy.`,
        why: 'All are closed.',
        remedy: isOwn
          ? 'Check the prefix of the policy, and that --upstream names the application.'
          : 'The proxy knows the API of Mastra below /api only: remove server.apiPrefix from the application, or check that --upstream names it.',
      },
    ]
  }
  const named = foreign.slice(0, MAX_NAMED).map((route) => foreignFinding(route, isOwn))
  const more = foreign.length - named.length
  const counts = `The policy knows ${known} of the ${total} routes in the OpenAPI document of the application. ${missing} of the ${lines} lines of the policy have no route there.`
  return [
    ...named,
    ...(more === 0
      ? []
      : [
          {
            check: 'upstream-route',
            level: 'note',
            what: `The application has ${more} more routes that the policy does not know.`,
          } as const,
        ]),
    { check: CHECK, level: 'ok', what: isOwn ? counts : `${counts} ${versionWords(versions)}` },
  ]
}

/**
 * Compares the routes that an application has, as its OpenAPI document says, with the policy of the proxy before it. It waits
 * 10 seconds at most.
 */
export async function checkUpstream(question: UpstreamQuestion): Promise<readonly Finding[]> {
  const { config, origin, secret } = question
  const { COMPARED_WITH } = await import('@signet/proxy')
  const { compareRoutes, fetchDocument, MAX_DOCUMENT, readDocumentRoutes } =
    await import('@signet/proxy/internal')
  const isOwn = config.policy !== undefined
  if (origin === undefined) {
    return notCompared(
      'note',
      isOwn
        ? 'A route without a line is closed.'
        : `${WHY_COMPARED} ${versionWords(COMPARED_WITH)}`,
      'Start the application, and run: npx signet doctor --upstream http://127.0.0.1:4112',
    )
  }
  const paths = isOwn ? OF_OTHERS : OF_MASTRA
  const fetched = await fetchDocument({ origin, paths, secret })
  if (fetched.kind !== 'read') return failedQuestion(fetched, question, MAX_DOCUMENT)
  const routes = readDocumentRoutes(fetched.document)
  if (routes === undefined || routes.length === 0) return notGood()
  return comparedFindings(compareRoutes(config, routes), isOwn, COMPARED_WITH)
}
