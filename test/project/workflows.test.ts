import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '@signet/test-support/process/root'

const FOLDER = join('.github', 'workflows')
const WORKFLOWS = readdirSync(join(ROOT, FOLDER)).map((name) => join(FOLDER, name))

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** A commit, with the version that it is as a comment. */
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/

/** Actions of a workflow that whoever owns them could change later. */
function unpinnedActions(workflow: string): readonly string[] {
  return [...workflow.matchAll(/^ *(?:- )?uses: *(.*)$/gm)]
    .map(([, action = '']) => action)
    .filter((action) => !PINNED.test(action))
}

/** Scripts of package.json that a workflow runs. */
function scriptsOf(workflow: string): readonly string[] {
  return [...workflow.matchAll(/\bnpm (?:run )?(test|(?<=run )[\w:-]+)/g)].map(
    ([, name = '']) => name,
  )
}

const COMMIT = '0123456789abcdef0123456789abcdef01234567'

describe('the workflows', () => {
  it.each(WORKFLOWS)(
    '%s pins each action by its commit, and says which version that is',
    (path) => {
      expect(unpinnedActions(read(path))).toStrictEqual([])
    },
  )

  it.each(['actions/checkout@v6', 'actions/checkout@main', `actions/checkout@${COMMIT}`])(
    'would not pass with %s',
    (action) => {
      expect(unpinnedActions(`    steps:\n      - uses: ${action}\n`)).toStrictEqual([action])
    },
  )

  it.each(WORKFLOWS)('%s gives its token no right that a job does not ask for', (path) => {
    expect(read(path)).toMatch(/^permissions:(?: \{\}|\n {2}contents: read)\n\n/m)
  })

  it.each(WORKFLOWS)('%s runs only scripts that package.json has', (path) => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))
    const names = scriptsOf(read(path))
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter((name) => !Object.hasOwn(scripts, name))).toStrictEqual([])
  })

  it('run on the oldest Node.js that the packages allow, which .nvmrc names', () => {
    const { engines }: { engines: { node: string } } = JSON.parse(read('package.json'))
    const floor = read('.nvmrc').trim()
    expect(engines.node).toBe(`>=${floor}`)
    const images = WORKFLOWS.flatMap((path) => read(path).match(/node:[\d.]+-\w+/g) ?? [])
    expect(new Set(images)).toStrictEqual(new Set([`node:${floor}-bookworm`]))
  })
})
