import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSecretFiles } from './secret-files.js'

let directory = ''
const SECRET = 'f1-0aK3pZ8vQ7wX2cT5yR9uM4sN6bD1hJ'

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-secret-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

function fileOf(text: string | Uint8Array): string {
  const file = join(directory, 'secret')
  writeFileSync(file, text)
  return file
}

describe('readSecretFiles', () => {
  it.each([
    ['MASTRA_JWT_SECRET', SECRET, SECRET],
    ['JWT_AUTH_SECRET', `${SECRET}\n`, SECRET],
    ['DATABASE_URL', 'postgres://u:p@db/x\r\n', 'postgres://u:p@db/x'],
    ['REDIS_URL', 'redis://cache', 'redis://cache'],
    ['OPENAI_API_KEY', ' with blanks \n', 'with blanks'],
    ['MASTRA_JWT_SECRET', `${SECRET} \t\n`, SECRET],
    ['MASTRA_JWT_SECRET', `\n${SECRET}\n\n`, SECRET],
    ['MASTRA_JWT_SECRET', `"${SECRET}"\n`, `"${SECRET}"`],
    ['MASTRA_JWT_SECRET', `\uFEFF${SECRET}\r\n`, SECRET],
  ])(
    'reads %s from the file that its _FILE names, but for white space at its ends',
    (name, text, value) => {
      const environment: NodeJS.ProcessEnv = { [`${name}_FILE`]: fileOf(text) }
      readSecretFiles(directory, environment)
      expect(environment[name]).toBe(value)
    },
  )

  it('takes a path from the folder of the application', () => {
    fileOf(SECRET)
    const environment: NodeJS.ProcessEnv = { MASTRA_JWT_SECRET_FILE: './secret' }
    readSecretFiles(directory, environment)
    expect(environment['MASTRA_JWT_SECRET']).toBe(SECRET)
  })

  it('reads nothing where no file is named', () => {
    const environment: NodeJS.ProcessEnv = { MASTRA_JWT_SECRET_FILE: '', OTHER_FILE: fileOf('x') }
    readSecretFiles(directory, environment)
    expect(Object.keys(environment)).toEqual(['MASTRA_JWT_SECRET_FILE', 'OTHER_FILE'])
  })

  it('refuses a secret that is given in both ways, rather than to choose', () => {
    const environment = { MASTRA_JWT_SECRET: SECRET, MASTRA_JWT_SECRET_FILE: fileOf('other') }
    expect(() => readSecretFiles(directory, environment)).toThrow(
      'MASTRA_JWT_SECRET and MASTRA_JWT_SECRET_FILE are both set, to different values.',
    )
  })

  it.each([
    ['bytes that are no UTF-8', Buffer.alloc(48, 0xc8)],
    ['a NUL, at which a variable ends', `${SECRET}\0${SECRET}`],
  ])('refuses %s: they would be another secret as text', (_what, content) => {
    const environment: NodeJS.ProcessEnv = { MASTRA_JWT_SECRET_FILE: fileOf(content) }
    expect(() => readSecretFiles(directory, environment)).toThrow('is not text in UTF-8')
    expect(environment['MASTRA_JWT_SECRET']).toBeUndefined()
  })

  it('may be called again', () => {
    const environment: NodeJS.ProcessEnv = { MASTRA_JWT_SECRET_FILE: fileOf(SECRET) }
    readSecretFiles(directory, environment)
    readSecretFiles(directory, environment)
    expect(environment['MASTRA_JWT_SECRET']).toBe(SECRET)
  })

  it.each([
    ['is not there', () => join(directory, 'missing'), 'cannot be read'],
    ['is a folder', () => directory, 'cannot be read'],
    ['is empty', () => fileOf(''), 'is empty'],
    ['holds nothing but white space', () => fileOf(' \r\n\n'), 'is empty'],
  ])('refuses a file that %s', (_case, file, reason) => {
    const environment = { MASTRA_JWT_SECRET_FILE: file() }
    expect(() => readSecretFiles(directory, environment)).toThrow(reason)
    expect(environment).not.toHaveProperty('MASTRA_JWT_SECRET')
  })
})
