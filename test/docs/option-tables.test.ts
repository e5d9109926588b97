import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '@signet/test-support/process/root'

const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8')

/** The texts of the exported types. */
const API = {
  auth: read('packages', 'auth', 'api.txt'),
  core: read('packages', 'core', 'api.txt'),
}

/** The names of the members of an exported interface, those of the interfaces that it extends included. */
function membersOf(api: string, name: string): readonly string[] {
  const found = new RegExp(`^export interface ${name}\\b([^{]*)\\{\\n(.*?)^\\}`, 'ms').exec(api)
  if (found === null) throw new Error(`The package does not export the interface ${name}.`)
  const [, head = '', body = ''] = found
  const bases = head.split('extends ')[1]?.match(/(?<![<'\w])\w+(?=,|\s|$)/g) ?? []
  const own = [...body.matchAll(/^  readonly (\w+)\??:/gm)].map(([, member = '']) => member)
  return [...bases.flatMap((base) => membersOf(api, base)), ...own]
}

/** A line of a table, by the names of its columns. */
type Row = ReadonlyMap<string, string>

const cellsOf = (line: string) =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim())

/** Each line of the tables of a page whose first cell is a name, by this name. */
function rowsOf(page: string): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>()
  for (const [table] of page.matchAll(/(?:^\|.*\n?)+/gm)) {
    const [head = '', _line, ...body] = table.trimEnd().split('\n')
    const columns = cellsOf(head)
    for (const line of body) {
      const cells = cellsOf(line)
      const name = /^`([\w.]+)`$/.exec(cells[0] ?? '')?.[1]
      const row = new Map(columns.map((column, index) => [column, cells[index] ?? '']))
      // An option may stand in two tables: where its keys come from, and what a token must satisfy.
      if (name !== undefined && !(rows.get(name)?.has('section') ?? false)) rows.set(name, row)
    }
  }
  return rows
}

/** What a line says of an option, each by a column of one of these names. */
const SAID = {
  type: ['type'],
  default: ['default'],
  error: [
    'refused at construction',
    'refused at the start',
    'code of a refused token',
    'failure',
    'refused',
  ],
  section: ['section'],
}

/** What the line of an option does not say. */
function missingIn(row: Row | undefined): readonly string[] {
  if (row === undefined) return ['a line']
  return Object.entries(SAID)
    .filter(([, columns]) => !columns.some((column) => (row.get(column) ?? '') !== ''))
    .map(([what]) => what)
}

const REFERENCE = 'docs/reference/mastra-jwt-auth.md'
/** Options of earlier steps, of which no standard says anything. */
const WITHOUT_SECTION = new Set(['revocation', 'cache'])
/** The list of issuers has a chapter, whose first sentence is about it. */
const IN_CHAPTERS = new Set(['issuers'])

const PAGES: readonly (readonly [page: string, type: string, path: string, names: string[]])[] = [
  [REFERENCE, 'MastraJwtAuthOptions', '', [...membersOf(API.auth, 'MastraJwtAuthOptions')]],
  [REFERENCE, 'ClaimPlaces', 'claims.', [...membersOf(API.auth, 'ClaimPlaces')]],
  [REFERENCE, 'TenantRule', 'tenant.', [...membersOf(API.auth, 'TenantRule')]],
  [
    REFERENCE,
    'IntrospectionOptions',
    'introspection.',
    [...membersOf(API.auth, 'IntrospectionOptions')],
  ],
  [REFERENCE, 'DpopOptions', 'dpop.', [...membersOf(API.auth, 'DpopOptions')]],
  ['docs/guard.md', 'GuardOptions', '', [...membersOf(API.auth, 'GuardOptions')]],
  ['docs/guard.md', 'McpVerifierOptions', '', [...membersOf(API.auth, 'McpVerifierOptions')]],
  [
    'docs/operations.md',
    'ServerConfig',
    'server.',
    membersOf(API.core, 'ServerConfig').filter((name) => name === 'publicUrl'),
  ],
]

describe('the tables of options', () => {
  it.each(PAGES)(
    '%s says of each member of %s its type, default, error and section',
    (page, _type, path, names) => {
      const rows = rowsOf(read(page))
      expect(names.length).toBeGreaterThan(0)
      const faults = names
        .filter((name) => !IN_CHAPTERS.has(name))
        .map((name) => {
          const missing = missingIn(rows.get(path + name))
          return [
            name,
            missing.filter((what) => what !== 'section' || !WITHOUT_SECTION.has(name)),
          ] as const
        })
        .filter(([, missing]) => missing.length > 0)
      expect(faults).toStrictEqual([])
    },
  )

  it('are asked for the members that a type has from others', () => {
    expect(membersOf(API.auth, 'MastraJwtAuthOptions')).toStrictEqual(
      expect.arrayContaining(['secret', 'scopeMap', 'introspection', 'tokenHeader']),
    )
  })

  it('lack a line without a default, and one that is not there', () => {
    const rows = rowsOf(
      '| option | type | default | refused | section |\n| - | - | - | - | - |\n| `one` | text | | `option_invalid` | - |\n',
    )
    expect(missingIn(rows.get('one'))).toStrictEqual(['default'])
    expect(missingIn(rows.get('two'))).toStrictEqual(['a line'])
  })
})
