import { parseGrant } from './permission.js'

const ANY = '*'

/** What both parts cover; undefined where they have nothing in common. */
function meet(left: string, right: string): string | undefined {
  if (left === ANY) return right
  return right === ANY || left === right ? left : undefined
}

/** What both grants cover, as a grant. */
function meetGrants(left: string, right: string): string | undefined {
  const others = right.split(':')
  const parts = left.split(':').map((part, index) => meet(part, others[index] ?? ANY))
  return parts.includes(undefined) ? undefined : parts.join(':')
}

/**
 * Grants that are within a cap: of each, what one of the cap covers too. Texts that are no grant are left
 * out.
 */
export function capGrants(grants: readonly string[], cap: readonly string[]): string[] {
  const most = cap.map(parseGrant).filter((grant) => grant !== undefined)
  const met = grants.flatMap((text) => {
    const grant = parseGrant(text)
    if (grant === undefined) return []
    return most.map((each) => meetGrants(grant, each)).filter((each) => each !== undefined)
  })
  return [...new Set(met)]
}
