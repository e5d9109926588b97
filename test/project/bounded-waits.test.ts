import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import { ROOT } from '@signet/test-support/process/root'
import { describe, expect, it } from 'vitest'

/** Calls that block the process until another process has ended. */
const BLOCKING = new Set(['spawnSync', 'execFileSync', 'execSync'])

const FOLDERS = ['packages', 'examples', 'test', 'interop']
const SKIPPED = /(?:^|\/)(?:node_modules|dist|\.signet)(?:\/|$)/

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !SKIPPED.test(name))
    .map((name) => join(ROOT, folder, name)),
)

/** The calls of a file that wait for a process without a limit, each by its text. */
function waitsWithoutLimit(path: string, text = readFileSync(path, 'utf8')): string[] {
  const found: string[] = []
  new Visitor({
    CallExpression({ callee, start, end }) {
      if (callee.type !== 'Identifier' || !BLOCKING.has(callee.name)) return
      const call = text.slice(start, end)
      if (!/\btimeout\b|\boptions\b/.test(call)) found.push(`${relative(ROOT, path)}: ${call}`)
    },
  }).visit(parseSync(path, text).program)
  return found
}

describe('a test that blocks its process until another one ends', () => {
  // The limit of a test is a timer of that process, and cannot end such a wait.
  it('says how long it waits at most', () => {
    expect(files.length).toBeGreaterThan(500)
    expect(files.flatMap((file) => waitsWithoutLimit(file))).toStrictEqual([])
  })

  it('is found where it does not', () => {
    const text = `spawnSync('sleep', ['9'])\nspawnSync('sleep', ['9'], { timeout: 1 })`
    expect(waitsWithoutLimit(join(ROOT, 'x.ts'), text)).toStrictEqual([
      "x.ts: spawnSync('sleep', ['9'])",
    ])
  })
})
