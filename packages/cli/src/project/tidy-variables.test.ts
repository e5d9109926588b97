import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tidyVariables } from './tidy-variables.js'

/** Those that count as they are, and those of which only it matters whether they are there. */
const UNTOUCHED = new Set(['MASTRA_JWT_SECRET', 'JWT_AUTH_SECRET', 'NO_COLOR', 'MODEL'])

/** The variables of the table in the page for operators. */
function documented(): readonly string[] {
  const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8')
  const table = page.slice(page.indexOf('## Every variable')).split('\n').slice(4)
  const names = table.flatMap((line) => line.split('|')[1]?.match(/[A-Z][A-Z_]+/g) ?? [])
  return names.filter((name) => !UNTOUCHED.has(name))
}

describe('tidyVariables', () => {
  it('takes white space off every variable that is documented, but for secrets', () => {
    const names = documented()
    expect(names.length).toBeGreaterThan(15)
    const environment = Object.fromEntries(names.map((name) => [name, ' value\r\n']))
    tidyVariables(environment)
    expect(environment).toStrictEqual(Object.fromEntries(names.map((name) => [name, 'value'])))
  })

  it('leaves secrets as they are, and what it does not know', () => {
    const environment = { MASTRA_JWT_SECRET: 'x ', JWT_AUTH_SECRET: ' x', OTHER: ' x ' }
    const before = { ...environment }
    tidyVariables(environment)
    expect(environment).toStrictEqual(before)
  })

  it('sets nothing that was not there', () => {
    const environment: NodeJS.ProcessEnv = {}
    tidyVariables(environment)
    expect(environment).toStrictEqual({})
  })
})
