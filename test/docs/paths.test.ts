import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anchorsOf, brokenLinks, linksOf } from '@signet/test-support/http/page-links'
import { ROOT } from '@signet/test-support/process/root'

const IS_PAGE = /^(?!.*(?:node_modules|dist)\/)(?!.*CHANGELOG\.md$).*\.md$/

function pagesIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => IS_PAGE.test(path))
}

const FOLDERS = ['.github', 'bench', 'docs', 'examples', 'interop', 'packages', 'test']
const LINKING_PAGES = [
  ...readdirSync(ROOT).filter((name) => IS_PAGE.test(name)),
  ...FOLDERS.flatMap(pagesIn),
]

const NAMING_PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...pagesIn('docs')]

/** What is made when somebody works here, and is not in the repository. */
const IS_MADE = /\/\.(?:env|signet)\b/

/** Paths of the repository that a page names as code. */
const NAMED_PATH =
  /`((?:packages|test|docs|examples|interop|bench|scripts|\.github|\.ci)\/[A-Za-z0-9_./-]+)`/g

/** A source file that a page names below a folder that it is about, such as `gate/gate.ts`. */
const SHORT_NAME = /`((?!packages\/)[a-z][a-z0-9/-]*\.ts)`/g

function shortNames(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(SHORT_NAME)].map(([, path = '']) => path)
}

function namedPaths(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(NAMED_PATH)]
    .map(([, path = '']) => path)
    .filter((path) => !IS_MADE.test(path))
}

describe('the documentation', () => {
  it.each(NAMING_PAGES)('%s names only files and folders that are there', (page) => {
    expect(namedPaths(page).filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  it.each([
    { page: 'packages/server/README.md', folders: ['packages/server/src'], least: 20 },
    {
      page: 'docs/architecture.md',
      folders: ['packages/server/src', 'packages/core/src'],
      least: 5,
    },
  ])('$page names, on the way of a request, only files that are there', (about) => {
    const { page, folders, least } = about
    const isThere = (path: string) => folders.some((each) => existsSync(join(ROOT, each, path)))
    const named = shortNames(page)
    expect(named.length).toBeGreaterThan(least)
    expect(named.filter((path) => !isThere(path))).toEqual([])
  })

  it.each(LINKING_PAGES)('%s links only to files, folders and headings that are there', (page) => {
    expect(brokenLinks(ROOT, page)).toStrictEqual([])
  })

  it('says of each thing that applications stumbled over which test shows it', () => {
    expect(namedPaths('docs/moving-from-mastra.md').length).toBeGreaterThan(40)
  })
})

describe('a link', () => {
  let root: string

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'signet-links-'))
    mkdirSync(join(root, 'docs'))
    writeFileSync(join(root, 'docs', 'limits.md'), '# Limits\n\n## Of a body\n')
    writeFileSync(join(root, 'README.md'), '# Start\n\n[x](docs)\n')
  })

  afterEach(() => {
    rmSync(root, { recursive: true })
  })

  function broken(link: string): readonly string[] {
    writeFileSync(join(root, 'docs', 'page.md'), `# Page\n\nSee [it](${link}).\n`)
    return brokenLinks(root, 'docs/page.md')
  }

  const BLOB = 'https://github.com/signet-agents/signet/blob/main'

  it.each([
    'limits.md',
    'limits.md#of-a-body',
    '#page',
    '../README.md#start',
    '..',
    `${BLOB}/docs/limits.md#of-a-body`,
    'https://example.com/nothing.md#at-all',
    'mailto:a@example.com',
  ])('to %s is in order', (link) => {
    expect(broken(link)).toStrictEqual([])
  })

  it.each([
    'limit.md',
    'limits.md#of-a-header',
    '#limits',
    '../docs#page',
    '../../README.md',
    `${BLOB}/docs/limit.md`,
    `${BLOB}/docs/limits.md#of-a-header`,
  ])('to %s is broken', (link) => {
    expect(broken(link)).toStrictEqual([link])
  })

  it('is found where it is inline, defined apart or of HTML, and not in code', () => {
    const page =
      '[a](a.md) ![b](b.svg)\n\n[c]: c.md\n\n<img src="d.svg">\n\n`[e](e.md)`\n\n```md\n[f](f.md)\n```\n'
    expect(linksOf(page)).toStrictEqual(['a.md', 'b.svg', 'c.md', 'd.svg'])
  })

  it('to a heading has its words, without marks, and counts the same words', () => {
    const page = '# What `signet` is, and isn’t\n\n## A [b](c.md) & d\n\n## Once\n\n## Once\n'
    expect([...anchorsOf(page)]).toStrictEqual([
      'what-signet-is-and-isnt',
      'a-b--d',
      'once',
      'once-1',
    ])
  })
})
