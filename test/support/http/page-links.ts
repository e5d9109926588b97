import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'

/** The repository, by which pages that a registry shows link to it. */
const PROJECT = /^https:\/\/github\.com\/signet-agents\/signet\/(?:blob|tree)\/main(?=[/#]|$)/

/** Code blocks, and code within a line: what is in them is not a link. */
const CODE = /^ *(`{3,})[^]*?^ *\1|(`+)[^`\n][^\n]*?\2/gm

/** `[text](target)`, `[text]: target`, and the attributes of HTML. */
const TARGET = /\]\(<?([^()\s>]+(?:\([^()\s]*\))?)|^ *\[[^\]]+\]: *(\S+)|\b(?:href|src)="([^"]+)"/gm

/** Where a link leads: a path from the root of the repository, and the anchor on that page, if any. */
interface Target {
  readonly path: string
  readonly anchor: string | undefined
}

/** The links of a page, as they are written. */
export function linksOf(text: string): readonly string[] {
  const plain = text.replaceAll(CODE, (code) => code.replaceAll(/[^\n]/g, ' '))
  return [...plain.matchAll(TARGET)].map(([, inline, defined, attribute]) =>
    String(inline ?? defined ?? attribute),
  )
}

/** Undefined for a link that leads out of the repository. */
function targetOf(link: string, page: string): Target | undefined {
  const own = PROJECT.exec(link)?.[0]
  if (own === undefined && /^[a-z][a-z+.-]*:/i.test(link)) return undefined
  const [path = '', anchor] = link.slice(own?.length ?? 0).split('#')
  if (own !== undefined) return { path: decodeURI(path).replace(/^\//, '') || '.', anchor }
  const from = posix.dirname(page)
  return { path: path === '' ? page : posix.join(from, decodeURI(path)), anchor }
}

/** The anchors of a page's headings, as GitHub makes them, and those that the page sets itself. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  const plain = text.replaceAll(/^ *(`{3,})[^]*?^ *\1/gm, '')
  for (const [, heading = ''] of plain.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const shown = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/<[^>]*>/g, '')
    const slug = shown
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-')
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  for (const [, id = ''] of plain.matchAll(/<[^>]+\b(?:id|name)="([^"]+)"/g)) anchors.add(id)
  return anchors
}

function isThere(root: string, { path, anchor }: Target): boolean {
  const file = join(root, path)
  // A path above the root could exist on one machine alone.
  if (path.startsWith('..') || !existsSync(file)) return false
  if (anchor === undefined) return true
  const page = statSync(file).isDirectory() ? join(file, 'README.md') : file
  // GitHub marks lines of a source file by anchors of its own.
  if (!page.endsWith('.md')) return /^L\d+/.test(anchor)
  return existsSync(page) && anchorsOf(readFileSync(page, 'utf8')).has(anchor)
}

/**
 * Links of a page to files, folders and headings of the repository that are not there.
 * @param page - its path from the root, with slashes
 */
export function brokenLinks(root: string, page: string): readonly string[] {
  return linksOf(readFileSync(join(root, page), 'utf8')).filter((link) => {
    const target = targetOf(link, page)
    return target !== undefined && !isThere(root, target)
  })
}
