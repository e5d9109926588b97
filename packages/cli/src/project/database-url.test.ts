import { describe, expect, it } from 'vitest'
import { chooseDatabase, chooseMaxConnections } from './database-url.js'

const POSTGRES = 'postgres://signet@db.example/signet'
const OTHER = 'postgresql://app@db.example/app'

describe('the database', () => {
  it.each<readonly [string, NodeJS.ProcessEnv, string | undefined]>([
    ['the file where nothing is set', {}, undefined],
    ['the file where DATABASE_URL is empty', { DATABASE_URL: '' }, undefined],
    ['what DATABASE_URL names', { DATABASE_URL: POSTGRES }, POSTGRES],
    ['what SIGNET_DATABASE_URL names', { SIGNET_DATABASE_URL: POSTGRES }, POSTGRES],
    [
      'what SIGNET_DATABASE_URL names rather than the application’s own',
      { SIGNET_DATABASE_URL: POSTGRES, DATABASE_URL: OTHER },
      POSTGRES,
    ],
    [
      'the file where SIGNET_DATABASE_URL is empty, whatever the application has',
      { SIGNET_DATABASE_URL: '', DATABASE_URL: OTHER },
      undefined,
    ],
    ...['file:./app.db', 'libsql://app.example', 'mysql://app@db/app', 'mongodb+srv://db/app'].map(
      (url) =>
        [
          'the file beside another database of the application',
          { DATABASE_URL: url },
          undefined,
        ] as const,
    ),
  ])('is %s', (_, environment, url) => {
    expect(chooseDatabase(environment).url).toBe(url)
  })

  it.each(['postgress://db/app', 'db.example:5432', ' postgres://db/app'])(
    'is not guessed from an address that may be misspelt: %j',
    (DATABASE_URL) => {
      expect(() => chooseDatabase({ DATABASE_URL })).toThrow('set SIGNET_DATABASE_URL')
    },
  )

  it.each(['file:./signet.db', 'mysql://db/app', 'db'])(
    'is never another one than PostgreSQL where SIGNET_DATABASE_URL asks for it: %j',
    (SIGNET_DATABASE_URL) => {
      expect(() => chooseDatabase({ SIGNET_DATABASE_URL })).toThrow('SIGNET_DATABASE_URL is not')
    },
  )

  it('is not told by an error, since an address may hold a password', () => {
    expect(() => chooseDatabase({ DATABASE_URL: 'pg://me:hunter2@db' })).not.toThrow('hunter2')
    expect(() => chooseDatabase({ DATABASE_URL: 'pg://me:hunter2@db' })).toThrow('DATABASE_URL')
  })
})

describe('how many connections are used', () => {
  it.each<readonly [string | undefined, number | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['1', 1],
    ['7', 7],
    ['1000', 1000],
  ])('is, where SIGNET_DATABASE_POOL_MAX is %j, %j', (SIGNET_DATABASE_POOL_MAX, count) => {
    expect(chooseMaxConnections({ SIGNET_DATABASE_POOL_MAX })).toBe(count)
  })

  it.each(['0', '-1', '1001', '1.5', '1e2', 'many', '0x10'])(
    'is not guessed from %j',
    (SIGNET_DATABASE_POOL_MAX) => {
      expect(() => chooseMaxConnections({ SIGNET_DATABASE_POOL_MAX })).toThrow('from 1 to 1000')
    },
  )
})
