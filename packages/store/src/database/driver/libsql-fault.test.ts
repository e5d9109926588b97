import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { explainLibsql } from './libsql-fault.js'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-fault-'))
  writeFileSync(join(directory, 'signet.db'), '')
})
afterAll(() => rmSync(directory, { recursive: true }))

const failed = (code: string, message = 'x') => Object.assign(new Error(message), { code })

describe('a fault of the file', () => {
  it.each([
    ['SQLITE_FULL', 'full'],
    ['SQLITE_READONLY', 'read_only'],
    ['SQLITE_READONLY_ROLLBACK', 'read_only'],
    ['SQLITE_READONLY_DBMOVED', 'unavailable'],
    ['SQLITE_READONLY_DIRECTORY', 'permission'],
    ['SQLITE_READONLY_CANTINIT', 'permission'],
    ['SQLITE_PERM', 'permission'],
    ['SQLITE_AUTH', 'permission'],
    ['SQLITE_AUTH_USER', 'permission'],
    ['SQLITE_CORRUPT', 'corrupt'],
    ['SQLITE_CORRUPT_VTAB', 'corrupt'],
    ['SQLITE_CORRUPT_INDEX', 'corrupt'],
    ['SQLITE_NOTADB', 'corrupt'],
    ['SQLITE_IOERR_CORRUPTFS', 'corrupt'],
    ['SQLITE_IOERR', 'unavailable'],
    ['SQLITE_IOERR_WRITE', 'unavailable'],
    ['SQLITE_IOERR_SHORT_READ', 'unavailable'],
    ['SQLITE_CANTOPEN', 'unavailable'],
    ['SQLITE_NOMEM', 'unavailable'],
    ['SQLITE_PROTOCOL', 'unavailable'],
    ['SQLITE_BUSY', 'conflict'],
    ['SQLITE_BUSY_SNAPSHOT', 'conflict'],
    ['SQLITE_LOCKED_SHAREDCACHE', 'conflict'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'duplicate'],
    ['SQLITE_CONSTRAINT_PRIMARYKEY', 'duplicate'],
    ['SQLITE_CONSTRAINT_NOTNULL', 'refused'],
    ['SQLITE_ERROR', 'refused'],
    ['SQLITE_TOOBIG', 'refused'],
    ['SQLITE_MISUSE', 'refused'],
    ['EACCES', 'permission'],
    ['EPERM', 'permission'],
    ['EROFS', 'read_only'],
    ['ENOSPC', 'full'],
    ['EDQUOT', 'full'],
    ['EMFILE', 'unavailable'],
    ['ENFILE', 'unavailable'],
    ['ENOTDIR', 'unavailable'],
    ['EIO', 'unavailable'],
  ])('by %s is %s', (code, kind) => {
    expect(explainLibsql(failed(code), directory)).toMatchObject({ kind, code })
  })

  it.each([
    ['14', 'SQLITE_CANTOPEN', 'unavailable'],
    ['11', 'SQLITE_CORRUPT', 'corrupt'],
    ['26', 'SQLITE_NOTADB', 'corrupt'],
    ['13', 'SQLITE_FULL', 'full'],
  ])('that opening tells by the number %s alone has its code', (number, code, kind) => {
    const message = `ConnectionFailed("Unable to open connection to local database /x: ${number}")`
    expect(explainLibsql(failed('', message), directory)).toMatchObject({ kind, code })
  })

  it('has the code that SQLite has', () => {
    const place = join(directory, 'none', 'signet.db')
    const thrown = (() => {
      try {
        return new Libsql(place)
      } catch (error) {
        return error
      }
    })()
    expect(explainLibsql(thrown, directory)).toMatchObject({ code: 'SQLITE_CANTOPEN' })
  })

  it('that its code does not tell the reason of is looked for in the file system', () => {
    // A parent that is a file: the system says ENOTDIR. What root may do, only the file system can refuse.
    const place = join(directory, 'signet.db', 'folder')
    expect(explainLibsql(failed('SQLITE_CANTOPEN'), place)).toMatchObject({ kind: 'unavailable' })
    expect(explainLibsql(failed('SQLITE_READONLY'), '/proc/1')).toMatchObject({
      code: 'SQLITE_READONLY',
    })
  })

  it('is a missing table where another file was put in its place', () => {
    const error = failed('SQLITE_ERROR', 'no such table: signet_message')
    expect(explainLibsql(error, directory)).toMatchObject({
      kind: 'unavailable',
      message: expect.not.stringContaining('signet_message'),
    })
  })

  it('is not what another part of the program throws', () => {
    for (const error of [new TypeError('x'), failed('ERR_INVALID_ARG_TYPE'), 'x']) {
      expect(explainLibsql(error, directory)).toBeUndefined()
    }
  })
})
