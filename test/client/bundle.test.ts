import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '@signet/test-support/process/root'

const PACKAGE = join(ROOT, 'packages', 'client-js')

/** What the built files of a folder import from elsewhere. */
function importsOf(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const sources = files
    .filter((file) => file.endsWith('.js'))
    // Without the lines of comments, in which examples import what they use.
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll(/^ *\*.*$/gm, ''))
  const names = sources.flatMap((source) =>
    [...source.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
      ([, name = '']) => name,
    ),
  )
  return [...new Set(names.filter((name) => !name.startsWith('.')))]
}

describe('@signet/client-js', () => {
  it('is at most 7 kB, minified and gzipped', () => {
    const script = join(PACKAGE, 'scripts', 'size.mjs')
    const text = execFileSync(process.execPath, [script], { encoding: 'utf8', timeout: 60_000 })
    console.log(text.trim())
    expect(Number(/^@signet\/client-js: (\d+) of/m.exec(text)?.[1])).toBeLessThanOrEqual(7000)
  })

  it('imports nothing but React, and that only for React', () => {
    expect(importsOf(join(PACKAGE, 'dist'))).toStrictEqual(['react'])
    const entry = readFileSync(join(PACKAGE, 'dist', 'index.js'), 'utf8')
    expect(entry).not.toContain('react')
  })

  it('asks whoever installs it for nothing', () => {
    const manifest: Record<string, unknown> = JSON.parse(
      readFileSync(join(PACKAGE, 'package.json'), 'utf8'),
    )
    expect(manifest['dependencies']).toBeUndefined()
    expect(manifest['peerDependenciesMeta']).toStrictEqual({ react: { optional: true } })
    expect(manifest['sideEffects']).toBe(false)
  })
})
