import { clientOf, isOwnScope, nearestPermission } from '@signet/auth/internal'
import { printableJson, printableLine, printableText } from '../terminal/printable.js'
import type { Style, Tone } from '../terminal/style.js'
import type { ReadToken, TokenReport } from './token-report.js'
import type { GrantsInForce, RouteForToken } from './verdict.js'

const RESULT_TONES = { accepted: 'good', refused: 'bad', 'not verified': 'warning' } as const
const STEP_TONES = { pass: 'good', fail: 'bad', 'not reached': 'dim' } as const
const INDENT = '  '

type Row = readonly [name: string, text: string]

/** Formats rows of a name and a text, with names of equal width. */
function rows(entries: readonly Row[], style: Style, tone: Tone = 'dim'): string[] {
  const width = Math.max(0, ...entries.map(([name]) => name.length))
  return entries.map(([name, text]) => `${INDENT}${style(tone, name.padEnd(width))}  ${text}`)
}

function members(object: Readonly<Record<string, unknown>>, style: Style): string[] {
  const entries = Object.entries(object).map(([name, value]): Row => [
    printableText(name),
    printableJson(value),
  ])
  return entries.length === 0 ? [`${INDENT}(none)`] : rows(entries, style)
}

function listed(texts: readonly string[]): string {
  return texts.map(printableText).join(' ')
}

/** Formats the claims. Each time has its meaning beside it. */
function claimLines({ claims, times }: ReadToken, style: Style): string[] {
  const meanings = new Map<string, string>(
    times.map(({ claim, words, at }) => [claim, `${words} (${at})`]),
  )
  const entries = Object.entries(claims).map(([name, value]): Row => {
    const meaning = meanings.get(name)
    const json = printableJson(value)
    return [printableText(name), meaning === undefined ? json : `${json}  ${meaning}`]
  })
  return entries.length === 0 ? [`${INDENT}(none)`] : rows(entries, style)
}

function grantRows({ permissions, unknown, roles }: ReadToken['grants'], style: Style): Row[] {
  const isOwn = (word: string) => isOwnScope(word) || nearestPermission(word) !== undefined
  const own = unknown.filter(isOwn)
  const foreign = unknown.filter((word) => !isOwn(word))
  const all: Row[] = [
    ['permissions', listed(permissions)],
    ['roles', roles.map(printableText).join(', ')],
    ['unknown', `${listed(own)}  ${style('warning', 'not a permission: grants nothing')}`],
    ['foreign', `${listed(foreign)}  ${style('dim', 'grants only what scopeMap says')}`],
  ]
  const has = [permissions.length > 0, roles.length > 0, own.length > 0, foreign.length > 0]
  const present = all.filter((_, index) => has[index])
  return present.length > 0
    ? present
    : [['nothing', 'the token names no scope, permission or role']]
}

function tokenLines(token: ReadToken, style: Style): string[] {
  const client = clientOf(token.claims)
  const expiry = token.times.find(({ claim }) => claim === 'exp')
  const who: Row[] = [
    ['subject', token.subject === undefined ? 'none' : printableText(token.subject)],
    ['issuer', token.issuer === undefined ? 'none' : printableText(token.issuer)],
    ...(client === undefined ? [] : [['client', printableText(client)] as const]),
    [
      'expiry',
      expiry === undefined
        ? style('warning', 'it never expires')
        : `${expiry.words} (${expiry.at})`,
    ],
  ]
  return [
    style('strong', 'Header'),
    ...members(token.header, style),
    '',
    style('strong', 'Claims'),
    ...claimLines(token, style),
    '',
    style('strong', 'Who'),
    ...rows(who, style),
    '',
    style('strong', 'Grants, as the token claims'),
    ...rows(grantRows(token.grants, style), style),
    '',
  ]
}

function inForceRows({ permissions, ignored, routes }: GrantsInForce): Row[] {
  const all: readonly (Row | undefined)[] = [
    ['grants here', permissions.length === 0 ? 'nothing' : listed(permissions)],
    ignored.length === 0 ? undefined : ['ignored', listed(ignored)],
    routes && ['routes', `${routes.open.length} of ${routes.total} are open for it`],
  ]
  return all.filter((row) => row !== undefined)
}

function idWords({ ids = {} }: RouteForToken): string {
  return Object.entries(ids)
    .map(([param, names]) => `${param}: ${listed(names)}`)
    .join('; ')
}

/** The routes that are open for a token: method, path, and the ids that it is good for. */
function routeLines({ verdict }: TokenReport, style: Style): string[] {
  const routes = 'inForce' in verdict ? verdict.inForce?.routes : undefined
  if (routes === undefined) return []
  const width = Math.max(0, ...routes.open.map(({ method }) => method.length))
  const lines = routes.open.map((route) => {
    const ids = idWords(route)
    const text = `${INDENT}${route.method.padEnd(width)}  ${printableText(route.path)}`
    return ids === '' ? text : `${text}  ${style('dim', `only ${ids}`)}`
  })
  return ['', style('strong', 'Routes that are open for it'), ...lines]
}

function verdictLines({ verdict }: TokenReport, style: Style): string[] {
  const tone = RESULT_TONES[verdict.result]
  if (verdict.result === 'not verified') {
    const title = style(tone, 'not verified')
    return [`${style('strong', 'Verdict')}  ${title}`, INDENT + printableText(verdict.reason)]
  }
  const warnings = 'warnings' in verdict ? (verdict.warnings ?? []) : []
  const count = warnings.length === 1 ? 'a warning' : `${warnings.length} warnings`
  const title =
    style(tone, verdict.result) +
    (warnings.length === 0 ? '' : `, ${style('warning', `with ${count}`)}`)
  const by =
    'by' in verdict
      ? `, by ${printableText(verdict.by)}, NODE_ENV=${printableText(verdict.environment)}`
      : ''
  const steps = 'steps' in verdict ? verdict.steps : []
  const facts: Row[] = [
    ['code', printableText(verdict.code ?? '')],
    ['reason', printableLine(verdict.reason ?? '')],
    ['remedy', printableLine(verdict.remedy ?? '')],
  ]
  const inForce =
    'inForce' in verdict && verdict.inForce !== undefined ? verdict.inForce : undefined
  return [
    `${style('strong', 'Verdict')}  ${title}${by}`,
    ...steps.map(
      ({ name, result }) =>
        `${INDENT}${style(STEP_TONES[result], result.padEnd(11))}  ${printableText(name)}`,
    ),
    ...rows(
      facts.filter(([, text]) => text !== ''),
      style,
    ),
    ...(inForce === undefined ? [] : rows(inForceRows(inForce), style)),
    ...warnings.flatMap(({ cause, remedy }) =>
      rows(
        [
          ['warning', printableLine(cause)],
          ['remedy', printableLine(remedy)],
        ],
        style,
        'warning',
      ),
    ),
  ]
}

/**
 * Formats the report on a token for a terminal.
 * @param hasRoutes - whether each route is listed that is open for the token
 */
export function reportLines(
  report: TokenReport,
  style: Style,
  hasRoutes: boolean,
): readonly string[] {
  const { token, isApiKey } = report
  const other = isApiKey ? 'This is an API key.' : 'This is not a JSON Web Token (JWT).'
  const read = token === undefined ? [other, ''] : tokenLines(token, style)
  const routes = hasRoutes ? routeLines(report, style) : []
  return [...read, ...verdictLines(report, style), ...routes]
}
