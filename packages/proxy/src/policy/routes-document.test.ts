import { readFileSync, writeFileSync } from 'node:fs'
import { permissionTemplates } from '@signet/auth/internal'
import { describe, expect, it } from 'vitest'
import { COMPARED_WITH, MASTRA_1 } from './mastra-1.js'
import { isClosed, type OpenRoute, type RoutePolicy } from './route-policy.js'

const PAGE = new URL('../../../../docs/reference/proxy-routes.md', import.meta.url)

function accessOf(line: OpenRoute): string {
  if (line.isOurs === true) {
    const who = line.access === 'public' ? 'anybody' : 'a good token'
    return `${who}: the proxy answers itself`
  }
  const permissions = permissionTemplates(line.access).map((permission) => `\`${permission}\``)
  if (line.bodyAccess !== undefined)
    permissions.push(`\`${line.bodyAccess.permission}\`, by \`${line.bodyAccess.at}\``)
  if (line.mcp === 'message') return 'what the message asks for'
  return permissions.length === 0 ? 'a good token' : permissions.join(', ')
}

function ownerOf(line: OpenRoute): string {
  const words: string[] = []
  if (line.owner !== 'none') {
    const { names = [], runs = [] } = line.owner
    const sets = [
      ...(line.owner.sets ?? []),
      ...(line.owner.setsWithin ?? []),
      ...(line.owner.replaces ?? []),
    ]
    if (sets.length > 0) words.push('set')
    if (names.length > 0)
      words.push(`${[...new Set(names.map(({ kind }) => kind))].join(', ')} looked up`)
    if (runs.length > 0) words.push('run of the caller')
  }
  if (line.answer?.owner !== undefined) words.push('answer checked')
  if ((line.answer?.lists ?? []).length > 0) words.push('list filtered')
  if ((line.answer?.blanks ?? []).length > 0) words.push('prompts left out')
  if ((line.answer?.drops ?? []).length > 0) words.push('context left out')
  return words.length === 0 ? '' : words.join('; ')
}

function row(line: RoutePolicy): string {
  const name = `\`${line.method} ${line.path}\``
  if (isClosed(line)) return `| ${name} | closed: ${line.closed} | |`
  return `| ${name} | ${accessOf(line)} | ${ownerOf(line)} |`
}

const versions = Object.entries(COMPARED_WITH).map(([name, version]) => `\`${name}\` ${version}`)

const page = `# Routes behind the proxy

One line for each of the ${MASTRA_1.length} routes of Mastra below \`/api\`, as the proxy judges them: which permissions a caller needs, all of
them together, and how the request is bound to its owner. A route that is not here is closed; the permission
\`routes:execute:<path>\` opens it. This page is made from the table \`packages/proxy/src/policy/mastra-1.ts\`, which was compared
with ${versions.join(', ')}.

| route | permission | owner |
| --- | --- | --- |
${MASTRA_1.map(row).join('\n')}
`

/** A page without what its formatter decides: the width of its columns and the breaks of its lines. */
const plain = (text: string) => text.replaceAll(/-{3,}/g, '---').replaceAll(/\s+/g, ' ').trim()

describe('the page of the routes', () => {
  it('says what the table says; SIGNET_WRITE_DOCS=1 writes it', () => {
    if (process.env['SIGNET_WRITE_DOCS'] === '1') writeFileSync(PAGE, page)
    expect(plain(readFileSync(PAGE, 'utf8'))).toBe(plain(page))
  })
})
