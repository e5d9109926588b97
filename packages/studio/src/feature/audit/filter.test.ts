import { expect, it } from 'vitest'
import { auditQuery, countFilters, NO_FILTER, readAllowed, readPeriod } from './filter.js'

const NOW = Date.parse('2026-11-24T12:00:00Z')

it('asks for everything where nothing is filtered', () => {
  expect(auditQuery(NO_FILTER, NOW)).toStrictEqual({})
  expect(countFilters(NO_FILTER)).toBe(0)
})

it('asks for what is filled in, without the blanks around it', () => {
  const filter = { ...NO_FILTER, subject: ' alice ', allowed: 'false', minutes: '60' } as const
  expect(auditQuery(filter, NOW)).toStrictEqual({
    subject: 'alice',
    allowed: 'false',
    from: '2026-11-24T11:00:00.000Z',
  })
  expect(countFilters(filter)).toBe(3)
})

it('reads nothing else out of a control than what is in it', () => {
  expect(readPeriod('60')).toBe('60')
  expect(readPeriod('61')).toBe('')
  expect(readAllowed('false')).toBe('false')
  expect(readAllowed('maybe')).toBe('')
})
