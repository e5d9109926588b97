import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { COMPARED_WITH, MASTRA_1 } from '../packages/proxy/src/policy/mastra-1.js'
import { isClosed, type OpenRoute, type Place } from '../packages/proxy/src/policy/route-policy.js'
import { placesIn, readContract } from './support/client-contract.js'

const routes = new Map(readContract().map((route) => [`${route.method} ${route.path}`, route]))

/** `METHOD /path` of each route in the public types of the client. */
const contract = [...routes.keys()]

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

/** What belongs to one owner, and owners, as the contract calls them. */
const OWNED =
  /^(?:(?:thread|resource|response|conversation|schedule|run|task|message|trace|user|parentSpan|expectedRun|sourceThread|newThread|newResource|backgroundTask)Id|messageIds|thread|resource|resource_id|conversation_id|previous_response_id)$/

/** Places that a line leaves to the client, with the reason that nobody reaches a thing of another there. */
const LEFT: Readonly<Record<string, string>> = {
  'query:include[].threadId': 'the list of messages is filtered by owner',
  'query:taskId': 'the tasks are those of the owner who is set',
  'query:runId': 'the tasks are those of the owner who is set',
  'path:backgroundTaskId': 'the owner in the answer is checked',
}

function boundBy({ owner }: OpenRoute): readonly Place[] {
  if (owner === 'none') return []
  const { sets = [], setsWithin = [], replaces = [], names = [], runs = [] } = owner
  return [...sets, ...setsWithin, ...replaces, ...[...names, ...runs].map(({ at }) => at)]
}

/** Whether a rule for members keeps a place of a body from the application. */
function isKept({ body }: OpenRoute, place: string): boolean {
  const texts = place.replace(/^body:/, '').split('.')
  return texts.some((text, index) => {
    const rule = body?.members.find(({ at }) => at === texts.slice(0, index).join('.'))
    return rule !== undefined && !rule.allowed.includes(text.replace('[]', ''))
  })
}

/** Whether only who acts for all users, or writes agents or workflows for them, may call a line. */
const isForAll = ({ owner, access }: OpenRoute) =>
  owner === 'none' &&
  /(?:^|,)(?:system:\w+|agents:write|workflows:write)(?:,|$)/.test(String(access))

describe('a place where the contract names something of an owner', () => {
  const places = MASTRA_1.flatMap((line) => {
    if (isClosed(line) || line.isOurs === true || isForAll(line)) return []
    const route = routes.get(`${line.method} ${line.path}`)
    if (route === undefined) return []
    const named = [
      ...[...line.path.matchAll(/:(\w+)/g)].flatMap(([, name = '']) =>
        OWNED.test(name) ? [`path:${name}`] : [],
      ),
      ...placesIn(route.query, OWNED).map((at) => `query:${at}`),
      ...placesIn(route.body, OWNED).map((at) => `body:${at}`),
    ]
    return [...new Set(named)].map((at) => [`${line.method} ${line.path}`, at, line] as const)
  })

  it.each(places)('%s binds %s to the caller, or leaves it out', (_, at, line) => {
    const isBound = boundBy(line).some((place) => place === at)
    const isOut = at.startsWith('body:') && isKept(line, at)
    if (!isBound && !isOut) {
      expect(Object.keys(LEFT)).toContain(at)
      expect(line.owner !== 'none' || line.answer?.owner !== undefined).toBe(true)
    }
  })

  it('is found in paths, queries and bodies', () => {
    expect(places.length).toBeGreaterThan(200)
  })
})
