import { isObject, nearestName, parseStrictJson, StrictJsonError } from '@signet/auth/internal'
import { BOUNDS, type InputIssue } from '@signet/core'
import { RequestError } from '../../error/error.js'
import type { OptionRule, OptionTable } from './rule.js'

/** As long as a name is; what is longer may be a token that got into the wrong place. */
const MAX_SHOWN_NAME = 40

/** What is wrong with the names of a request: as many issues as are told, however many there are. */
class Findings {
  readonly issues: InputIssue[] = []
  hasRefused = false

  get isFull(): boolean {
    return this.issues.length >= BOUNDS.issues.limit
  }

  refuse(field: string, { what, note = '' }: OptionRule): void {
    this.hasRefused = true
    this.issues.push({ field, message: `Signet does not serve ${what}. ${note}` })
  }

  /** Notes a name that another framework has. */
  addForeign(field: string, { what, note = '' }: OptionRule): void {
    this.issues.push({ field, message: `It has the form of ${what}. ${note}` })
  }

  /** Notes a name that nobody has. */
  addUnknown(field: string, name: string, table: OptionTable): void {
    const own = Object.keys(table).filter((each) => table[each]?.state !== 'foreign')
    const near = nearestName(name, own)
    const hint = near === undefined ? 'Leave it out.' : `Did you mean ${near}?`
    this.issues.push({ field, message: `There is no such option. ${hint}` })
  }
}

function shownName(name: string): string {
  return name.length > MAX_SHOWN_NAME ? `${name.slice(0, 8)}…` : name
}

function checkInside(
  findings: Findings,
  { members, each }: OptionRule,
  value: object,
  path: string,
) {
  if (members !== undefined && !Array.isArray(value)) checkNames(findings, members, value, path)
  if (each === undefined) return
  for (const [name, member] of Object.entries(value) as [string, unknown][]) {
    if (findings.isFull) return
    if (!isObject(member) || Array.isArray(member)) continue
    checkNames(findings, each, member, `${path}${shownName(name)}.`)
  }
}

/** Looks at every name of an object, and of what lies in it where its names are closed too. */
function checkNames(findings: Findings, table: OptionTable, value: object, path: string): void {
  for (const name of Object.keys(value)) {
    if (findings.isFull) return
    const member: unknown = Reflect.get(value, name)
    const field = path + shownName(name)
    const rule = Object.hasOwn(table, name) ? table[name] : undefined
    if (rule === undefined) findings.addUnknown(field, name, table)
    else if (rule.state === 'foreign') findings.addForeign(field, rule)
    else if (rule.state === 'refused') {
      if (rule.isUnused?.(member) !== true) findings.refuse(field, rule)
    } else if (isObject(member)) checkInside(findings, rule, member, `${field}.`)
  }
}

/**
 * Refuses a value that has options which Signet does not serve, or names that nobody has. A table says
 * nothing of what the values of served options may be: that is for the schema of the route.
 *
 * @throws {RequestError} `option_unsupported` where one is of Mastra; else `request_invalid`; with
 *   an issue for each, at most as many as a request is told
 */
export function checkOptions(table: OptionTable, value: unknown): void {
  if (!isObject(value) || Array.isArray(value)) return
  const findings = new Findings()
  checkNames(findings, table, value, '')
  const { issues, hasRefused } = findings
  if (issues.length === 0) return
  const code = hasRefused ? 'option_unsupported' : 'request_invalid'
  throw new RequestError(code, 'The request has options that are not served.', { issues })
}

/** The value of a parameter that is JSON; else its text. */
function parsed(text: string): unknown {
  try {
    return parseStrictJson(text)
  } catch (error) {
    if (error instanceof StrictJsonError) return text
    throw error
  }
}

/** Whether the value of a parameter has to be read to judge it: most have not. */
function needsValue({ state, members, each }: OptionRule): boolean {
  return state === 'refused' || members !== undefined || each !== undefined
}

/**
 * The same, of a query: the values of its parameters are texts, some of them JSON.
 * @throws what `checkOptions` throws
 */
export function checkQueryOptions(
  table: OptionTable,
  query: Readonly<Record<string, string | string[]>>,
): void {
  const values = Object.entries(query).map(([name, value]): [string, unknown] => {
    const rule = Object.hasOwn(table, name) ? table[name] : undefined
    if (typeof value !== 'string' || rule === undefined || !needsValue(rule)) return [name, value]
    return [name, value === '' ? undefined : parsed(value)]
  })
  checkOptions(table, Object.fromEntries(values))
}
