import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from './support/signet-process.js'

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

/** What is made when somebody works here, and is not in the repository. */
const IS_MADE = /\/\.(?:env|signet)\b/

/** Paths of the repository that a page names as code. */
const NAMED_PATH = /`((?:packages|test|docs|examples|interop|bench)\/[A-Za-z0-9_./-]+)`/g

function namedPaths(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(NAMED_PATH)]
    .map(([, path = '']) => path)
    .filter((path) => !IS_MADE.test(path))
}

describe('the documentation', () => {
  it.each(PAGES)('%s names only files and folders that are there', (page) => {
    expect(namedPaths(page).filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  it('says of each thing that applications stumbled over which test shows it', () => {
    expect(namedPaths(join('docs', 'moving-from-mastra.md')).length).toBeGreaterThan(40)
  })
})
