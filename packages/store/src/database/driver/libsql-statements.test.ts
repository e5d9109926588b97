import Libsql from 'libsql'
import { afterEach, expect, it } from 'vitest'
import { keepStatements } from './libsql-statements.js'

const opened: { close(): void }[] = []

/** A database in memory with a table of unique numbers, and what it was asked to prepare. */
function openDatabase() {
  const database = new Libsql(':memory:')
  database.exec('create table number (value integer unique)')
  const prepared: string[] = []
  const prepare = database.prepare.bind(database)
  database.prepare = (text: string) => {
    prepared.push(text)
    return prepare(text)
  }
  const kept = keepStatements(database)
  opened.push(kept)
  const run = (text: string, ...parameters: unknown[]) => kept.prepare(text).run(parameters)
  const all = (text: string) => kept.prepare(text).all([])
  return { run, all, prepared }
}

const INSERT = 'insert into number (value) values (?)'
const SELECT = 'select value from number order by value'

afterEach(() => {
  for (const database of opened.splice(0)) database.close()
})

it('a statement that comes again is prepared once, and sees what is there by then', () => {
  const { run, all, prepared } = openDatabase()
  for (const value of [2, 1]) {
    run(INSERT, value)
    expect(all(SELECT)).toHaveLength(3 - value)
  }
  expect(all(SELECT)).toMatchObject([{ value: 1 }, { value: 2 }])
  expect(prepared).toStrictEqual([INSERT, SELECT])
})

it('a statement that failed is prepared anew', () => {
  const { run, prepared } = openDatabase()
  run(INSERT, 1)
  expect(() => run(INSERT, 1)).toThrow(/UNIQUE/)
  run(INSERT, 2)
  expect(prepared).toStrictEqual([INSERT, INSERT])
})

it('the hundred statements that were used last are kept, and none that is long', () => {
  const { all, prepared } = openDatabase()
  const texts = Array.from({ length: 101 }, (_, index) => `select ${index}`)
  for (const text of texts) all(text)
  prepared.length = 0
  for (const text of texts.slice(1)) all(text)
  expect(prepared).toStrictEqual([])
  all('select 0')
  const long = `select '${'x'.repeat(5000)}'`
  for (let round = 0; round < 2; round++) all(long)
  expect(prepared).toStrictEqual(['select 0', long, long])
})

it('what begins and ends a transaction is never prepared', () => {
  const { run, all, prepared } = openDatabase()
  run('begin immediate')
  run('savepoint piece')
  run(INSERT, 1)
  run('rollback to piece')
  run('release piece')
  run('commit')
  expect(all(SELECT)).toStrictEqual([])
  run('begin')
  run('rollback')
  expect(prepared).toStrictEqual([INSERT, SELECT])
})
