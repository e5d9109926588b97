/** What of the audit is wanted. Empty: whatever it is. */
export interface AuditFilter {
  readonly subject: string
  readonly action: string
  readonly resource: string
  readonly code: string
  readonly requestId: string
  readonly address: string
  readonly allowed: '' | 'true' | 'false'
  /** The newest so many minutes; empty for all. */
  readonly minutes: '' | '15' | '60' | '1440' | '10080'
}

/** Everything. */
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

/** The periods that can be picked. */
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

/** A period as a control has it. */
export function readPeriod(text: string): AuditFilter['minutes'] {
  return PERIODS.find(({ minutes }) => minutes === text)?.minutes ?? ''
}

/** A decision as a control has it. */
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

/** How many things are filtered by. */
export function countFilters(filter: AuditFilter): number {
  return Object.values(filter).filter((text) => text !== '').length
}
