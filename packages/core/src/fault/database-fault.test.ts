import { describe, expect, it } from 'vitest'
import { causeOf } from './told-cause.js'
import { toldDatabaseFault } from './database-fault.js'

const withMembers = (message: string, members: object = {}) =>
  Object.assign(new Error(message), members)

describe('an error of a database', () => {
  it.each([
    [withMembers('duplicate key', { code: '23505', name: 'DatabaseError' }), 'DatabaseError 23505'],
    [withMembers('bob@x.y', { code: 'ER_DUP_ENTRY' }), 'Error ER_DUP_ENTRY'],
    [withMembers('bob@x.y', { code: 'SQLITE_CONSTRAINT' }), 'Error SQLITE_CONSTRAINT'],
    [
      withMembers('bob@x.y', { code: 'P2002', name: 'PrismaClientKnownRequestError' }),
      'PrismaClientKnownRequestError P2002',
    ],
    [withMembers('E11000 bob@x.y', { name: 'MongoServerError', code: 11_000 }), 'MongoServerError'],
    [withMembers('bob@x.y', { sqlMessage: 'bob@x.y' }), 'Error'],
    [withMembers('insert into "users" ("mail") values (\'bob@x.y\') - duplicate key'), 'Error'],
    [withMembers("UPDATE users SET mail = 'bob@x.y'"), 'Error'],
    [withMembers("delete from users where mail = 'bob@x.y'"), 'Error'],
    [withMembers("Failed: SELECT mail FROM users WHERE mail = 'bob@x.y'"), 'Error'],
    [withMembers('select "mail" from "users" where a = \'bob@x.y\''), 'Error'],
    [withMembers('update of "bob" violates foreign key constraint "a"'), 'Error'],
    [withMembers('invalid input syntax for type uuid: "bob@x.y"'), 'Error'],
    [withMembers('Key (mail)=(bob@x.y) already exists.', { name: 'odd bob@x.y name' }), ''],
  ])('is told by its name and code alone: %s', (error, told) => {
    expect(toldDatabaseFault(error)).toBe(`A query to a database failed (${told}).`)
    expect(causeOf(withMembers('The tool failed.', { cause: error }))).not.toContain('bob')
  })

  it.each([
    withMembers('connect ECONNREFUSED 127.0.0.1:5432', { code: 'ECONNREFUSED' }),
    withMembers('write EPIPE', { code: 'EPIPE' }),
    withMembers('The thread exists.', { code: 'thread_exists' }),
    withMembers('Please select a model from the list.'),
    withMembers(
      'Could not delete from the bucket: insert into it first, then update your settings.',
    ),
    withMembers('Run: alter table a add column b', { code: 'storage_failed' }),
    withMembers('Incorrect API key provided'),
    withMembers('The key (see the README) is missing.'),
    withMembers('The text violates the policy.'),
  ])('is not another error: %s', (error) => {
    expect(toldDatabaseFault(error)).toBeUndefined()
  })
})
