import { MAX_AUDIT_CHARACTERS, type AuditRecord } from '@signet/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  tokenOf,
  tokenWith,
} from '@signet/test-support/application/application'
import { openState, type OpenState } from '@signet/test-support/application/state'
import { createApp, type App } from '../app.js'

const PATH = '/api/audit'
const START = Date.UTC(2030, 0, 1)
const token = tokenWith('audit:read')

let opened: OpenState
let app: App

function record(index: number, facts: Partial<AuditRecord> = {}): AuditRecord {
  return {
    at: START + index * 1000,
    requestId: `request-${index}`,
    issuer: 'local',
    subject: 'alice',
    actor: undefined,
    action: 'agents:execute',
    resource: 'weather-agent',
    isAllowed: true,
    code: undefined,
    status: 200,
    address: '192.0.2.1',
    durationMs: 12,
    inputTokens: undefined,
    outputTokens: undefined,
    count: 1,
    ...facts,
  }
}

const RECORDS = [
  record(0),
  record(1, { subject: 'bob', issuer: 'https://issuer.example', actor: 'bot' }),
  record(2, { isAllowed: false, code: 'scope_insufficient', status: 403 }),
  record(3, { subject: undefined, issuer: undefined, requestId: undefined, count: 7 }),
  record(4, { inputTokens: 3, outputTokens: 5, resource: '/api/x', address: '::1' }),
  record(5, { action: 'memory:read', subject: 'a\0b \ud83d' }),
]

beforeAll(async () => {
  opened = await openState()
  const { audit } = opened.state
  await audit.append(RECORDS)
  app = createApp(createTestApplication().mastra, { state: { audit } })
})

afterAll(async () => {
  await app.close()
  await opened.close()
})

interface Page {
  readonly records: readonly Readonly<Record<string, unknown>>[]
  readonly next: number | null
}

const ask = (query = '') => app.fetch(makeRequest(PATH + query, { token }))

/** A page of what was recorded before the test. */
async function read(query = ''): Promise<Page> {
  // Requests of the tests themselves are recorded too.
  const separator = query === '' ? '?' : '&'
  const response = await ask(`${query}${separator}to=${START + 100_000}`)
  expect(response.status).toBe(200)
  return (await response.json()) as Page
}

/** The numbers of the records of a page, counted from 0. */
async function numbersOf(query: string): Promise<unknown[]> {
  const { records } = await read(query)
  return records.map(({ sequence }) => Number(sequence) - 1)
}

describe('GET /api/audit', () => {
  it('shows records, the newest first, and null for what is not known', async () => {
    const { records, next } = await read()
    expect(next).toBeNull()
    expect(records).toHaveLength(RECORDS.length)
    expect(records[1]).toStrictEqual({
      sequence: 5,
      at: '2030-01-01T00:00:04.000Z',
      requestId: 'request-4',
      issuer: 'local',
      subject: 'alice',
      actor: null,
      action: 'agents:execute',
      resource: '/api/x',
      allowed: true,
      code: null,
      status: 200,
      address: '::1',
      durationMs: 12,
      inputTokens: 3,
      outputTokens: 5,
      count: 1,
    })
    expect(records[2]).toMatchObject({ requestId: null, issuer: null, subject: null, count: 7 })
    expect(records[4]).toMatchObject({ actor: 'bot' })
  })

  it.each([
    ['subject=bob', [1]],
    ['issuer=https://issuer.example', [1]],
    ['action=memory:read', [5]],
    ['resource=/api/x', [4]],
    ['code=scope_insufficient', [2]],
    ['allowed=false', [2]],
    ['allowed=true&subject=alice', [4, 0]],
    ['requestId=request-4', [4]],
    ['address=::1', [4]],
    ['subject=nobody', []],
    ['subject=Alice', []],
    ['subject=%25', []],
    ["subject=alice' OR '1'='1", []],
    [`from=${START + 4000}`, [5, 4]],
    ['from=2030-01-01T00:00:04Z', [5, 4]],
    ['from=2030-01-01T02:00:04%2B02:00', [5, 4]],
    [`from=${START + 1000}&subject=alice`, [4, 2]],
    ['from=2031-01-01T00:00:00Z', []],
    ['before=3', [1, 0]],
    ['before=0', []],
    ['subject=a%00b%20%EF%BF%BD', []],
  ] as const)('filters by %s', async (query, numbers) => {
    expect(await numbersOf(`?${query}`)).toStrictEqual(numbers)
  })

  it('ends with the time that is asked for, which is included', async () => {
    for (const to of ['2030-01-01T00:00:01.000Z', String(START + 1000)]) {
      const page: unknown = await (await ask(`?to=${to}`)).json()
      expect(page).toMatchObject({ records: [{ sequence: 2 }, { sequence: 1 }], next: null })
    }
  })

  it('shows everything once, page by page', async () => {
    const seen: unknown[] = []
    let next: number | null = null
    do {
      const page: Page = await read(next === null ? '?limit=4' : `?limit=4&before=${next}`)
      seen.push(...page.records.map(({ sequence }) => sequence))
      next = page.next
    } while (next !== null)
    expect(seen).toStrictEqual([6, 5, 4, 3, 2, 1])
  })

  it('has no next page where the last record ends a page', async () => {
    expect(await read('?limit=6')).toMatchObject({ next: null })
    expect(await read('?limit=5')).toMatchObject({ next: 2 })
  })

  it('is for those who may read the audit', async () => {
    for (const role of ['owner', 'admin'] as const) {
      const response = await app.fetch(makeRequest(PATH, { token: tokenOf(role) }))
      expect(response.status).toBe(200)
    }
    for (const refused of [tokenOf('member'), tokenOf('viewer'), tokenWith('system:read')]) {
      const refusal = await readRefusal(await app.fetch(makeRequest(PATH, { token: refused })))
      expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
    }
    expect((await app.fetch(makeRequest(PATH))).status).toBe(401)
  })

  it('is not there where nothing is recorded', async () => {
    const bare = createApp(createTestApplication().mastra)
    const response = await bare.fetch(makeRequest(PATH, { token: tokenOf('owner') }))
    expect(response.status).toBe(404)
  })
})

/** Expects that a query is refused, that the parameter at fault is named, and that the server goes on. */
async function expectRefused(query: string, field: string): Promise<void> {
  const refusal = await readRefusal(await ask(`?${query}`))
  expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
  const issues = refusal.issues as readonly { field: string; message: string }[]
  for (const { message } of issues) expect(message).toMatch(/\S/)
  expect(issues.map((issue) => issue.field)).toContain(field)
  expect((await ask()).status).toBe(200)
}

const TEXTS = ['subject', 'issuer', 'action', 'resource', 'code', 'requestId', 'address']
const queryOf = (name: string, value: string) => new URLSearchParams({ [name]: value }).toString()

describe('a query of the audit', () => {
  it.each(TEXTS)('is refused for a %s that is empty, too long, or there twice', async (name) => {
    await expectRefused(`${name}=`, name)
    await expectRefused(queryOf(name, 'x'.repeat(MAX_AUDIT_CHARACTERS + 1)), name)
    await expectRefused(`${name}=a&${name}=b`, name)
    expect((await ask(`?${queryOf(name, 'x'.repeat(MAX_AUDIT_CHARACTERS))}`)).status).toBe(200)
  })

  it.each(['', 'yes', 'TRUE', '1', '0', 'null', ' true'])('has no allowed %j', async (value) => {
    await expectRefused(queryOf('allowed', value), 'allowed')
  })

  it.each([
    '',
    ' ',
    'yesterday',
    '2030-01-01',
    '2030-01-01T00:00:00',
    '2030-02-30T00:00:00Z',
    '2030-01-01T24:00:00Z',
    '+010000-01-01T00:00:00Z',
    '-1',
    '1.5',
    '1e3',
    '253402300800000',
    '9'.repeat(400),
    "2030-01-01T00:00:00Z' OR '1'='1",
  ])('has no time %j', async (value) => {
    await expectRefused(queryOf('from', value), 'from')
    await expectRefused(queryOf('to', value), 'to')
  })

  it.each(['', ' ', '-1', '1.5', '1e3', '0x10', 'NaN', '9007199254740992', '1'.repeat(400), '١'])(
    'has no before %j',
    async (value) => {
      await expectRefused(queryOf('before', value), 'before')
    },
  )

  it.each(['', '0', '-1', '1.5', '1001', '9999999999', 'all', '1'.repeat(400)])(
    'has no limit %j',
    async (value) => {
      await expectRefused(queryOf('limit', value), 'limit')
    },
  )

  it.each([
    'sub=alice',
    'Subject=alice',
    '__proto__=x',
    'constructor=x',
    'from[]=1',
    'isAllowed=true',
  ])('is refused for what would not filter: %s', async (query) => {
    await expectRefused(query, 'root')
  })
})
