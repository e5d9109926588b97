import { describe, expect, it } from 'vitest'
import type { Fault } from './driver/driver.js'
import { libsqlDriver } from './driver/libsql.js'
import { StorageError } from '../error.js'
import { translate } from './translate.js'

const translated = (fault: Fault | undefined, error: unknown = new Error('row 7 of mallory')) =>
  translate(error, { ...libsqlDriver('/nowhere'), explain: () => fault })

describe('an error of the store', () => {
  it.each([
    ['unavailable', 'storage_unavailable', 'unavailable'],
    ['read_only', 'storage_unavailable', 'read_only'],
    ['full', 'storage_unavailable', 'full'],
    ['corrupt', 'storage_unavailable', 'corrupt'],
    ['permission', 'storage_unavailable', 'permission'],
    ['conflict', 'storage_unavailable', 'unavailable'],
    ['refused', 'storage_failed', 'refused'],
    ['duplicate', 'message_exists', undefined],
  ] as const)('for %s has the code %s and the class %s', (kind, code, fault) => {
    const error = translated({ kind, code: 'X1' })
    expect(error).toMatchObject({ name: 'StorageError', code, fault, driverCode: 'X1' })
    expect(error).not.toHaveProperty('cause')
    expect(String(error)).not.toContain('mallory')
  })

  it('is not made of one of the store, nor of one that no database threw', () => {
    const known = new StorageError('thread_exists', 'x')
    const other = new TypeError('x')
    expect(translated(undefined, known)).toBe(known)
    expect(translated(undefined, other)).toBe(other)
  })

  it('has a class by its code alone where nothing else is said', () => {
    expect(new StorageError('storage_unavailable', 'x').fault).toBe('unavailable')
    expect(new StorageError('storage_failed', 'x').fault).toBe('refused')
    expect(new StorageError('thread_exists', 'x').fault).toBeUndefined()
  })
})
