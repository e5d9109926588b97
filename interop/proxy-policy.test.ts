import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { COMPARED_WITH, MASTRA_1 } from '../packages/proxy/src/policy/mastra-1.js'

const CONTRACT = fileURLToPath(
  new URL('route-types.generated.d.ts', import.meta.resolve('@mastra/client-js')),
)

/** `METHOD /path` of each route in the public types of the client. */
const contract = [
  ...readFileSync(CONTRACT, 'utf8').matchAll(/'([A-Z]+ \/[^']*)': \w+_RouteContract;/g),
].map(([, route]) => route)

const lines = MASTRA_1.map(({ method, path }) => `${method} ${path}`)

function versionOf(name: string): unknown {
  const folder = import.meta
    .resolve(name)
    .replace(/(\/node_modules\/(?:@[^/]+\/)?[^/]+)\/.*$/, '$1')
  return JSON.parse(readFileSync(fileURLToPath(`${folder}/package.json`), 'utf8')).version
}

describe('the policy of the proxy', () => {
  it('has one line for each route of the contract, and no other', () => {
    expect(contract).toHaveLength(416)
    expect(lines.toSorted()).toEqual(contract.toSorted())
  })

  it.each(Object.entries(COMPARED_WITH))('was compared with %s %s', (name, version) => {
    expect(versionOf(name)).toBe(version)
  })
})
