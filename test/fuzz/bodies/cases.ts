import * as fc from 'fast-check'
import type { RouteTable } from '@signet/server'
import { callsOf, type RouteCall } from '@signet/test-support/http/route-calls'
import { mutations, transport, type Mutation, type Transport } from './mutation.js'
import type { Who } from './world.js'

/** With what somebody comes: a token that grants everything, the memory alone, nothing, or no token. */
export type Credential = 'everything' | 'memory' | 'nothing' | 'none'

/** A request to a route, and what is done to it. */
export interface BodyCase {
  readonly who: Who
  readonly credential: Credential
  readonly call: RouteCall
  readonly bodyMutations: readonly Mutation[]
  readonly queryMutations: readonly Mutation[]
  readonly transport: Transport
  /** Takes the place of the first parameter of the path, encoded already. */
  readonly param: string | undefined
}

const ODD_PARAMS = [
  '%00',
  '%2e%2e',
  '..%2f..',
  '%E0%A4%A',
  '%FF',
  '__proto__',
  'constructor',
  'a'.repeat(300),
  '%20',
  '*',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.AAAA',
  '%F0%9F%91%A9',
]

/** Requests to every route of a table. */
export function bodyCases(table: RouteTable): fc.Arbitrary<BodyCase> {
  const calls = table.routes.map((route) => ({
    // What names or stores something has more to be tried.
    weight: route.body !== undefined || table.pathOf(route).includes(':') ? 4 : 1,
    arbitrary: callsOf(table, route),
  }))
  return fc.record({
    who: fc.constantFrom<Who>(0, 1),
    credential: fc.oneof(
      { withCrossShrink: true },
      { weight: 16, arbitrary: fc.constant('everything' as const) },
      { weight: 3, arbitrary: fc.constantFrom<Credential>('memory', 'nothing', 'none') },
    ),
    call: fc.oneof(...calls),
    bodyMutations: mutations,
    queryMutations: fc.oneof(
      { withCrossShrink: true },
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: mutations },
    ),
    transport,
    param: fc.oneof(
      { withCrossShrink: true },
      { weight: 30, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom(...ODD_PARAMS) },
    ),
  })
}
