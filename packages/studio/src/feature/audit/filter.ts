/** The filters of the audit. An empty one matches every record. */
export interface AuditFilter {
  readonly subject: string
  readonly action: string
  readonly resource: string
  readonly code: string
  readonly requestId: string
  readonly address: string
  readonly allowed: '' | 'true' | 'false'
  /** How many minutes back; empty for all records. */
  readonly minutes: '' | '15' | '60' | '1440' | '10080'
}

/** The filter that matches every record. */
export const NO_FILTER: AuditFilter = {
  subject: '',
  action: '',
  resource: '',
  code: '',
  requestId: '',
  address: '',
  allowed: '',
  minutes: '',
}

/** The periods to choose from. */
export const PERIODS: readonly {
  readonly minutes: AuditFilter['minutes']
  readonly name: string
}[] = [
  { minutes: '', name: 'Any time' },
  { minutes: '15', name: 'Last 15 minutes' },
  { minutes: '60', name: 'Last hour' },
  { minutes: '1440', name: 'Last day' },
  { minutes: '10080', name: 'Last 7 days' },
]

/** Reads a period from the value of a control. */
export function readPeriod(text: string): AuditFilter['minutes'] {
  return PERIODS.find(({ minutes }) => minutes === text)?.minutes ?? ''
}

/** Reads a decision from the value of a control. */
export function readAllowed(text: string): AuditFilter['allowed'] {
  return text === 'true' || text === 'false' ? text : ''
}

/** The query of `GET /audit`. @param now - ms since 1970 */
export function auditQuery(
  { minutes, ...filter }: AuditFilter,
  now: number,
): Readonly<Record<string, string>> {
  const from = minutes === '' ? '' : new Date(now - Number(minutes) * 60_000).toISOString()
  const texts = Object.entries({ ...filter, from }).map(([name, text]) => [name, text.trim()])
  return Object.fromEntries(texts.filter(([, text]) => text !== ''))
}

/** How many filters are set. */
export function countFilters(filter: AuditFilter): number {
  return Object.values(filter).filter((text) => text !== '').length
}
