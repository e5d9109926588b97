import { parseGrant } from './permission.js'

const ANY = '*'

/** What both parts cover; undefined where they have nothing in common. */
function meet(left: string, right: string): string | undefined {
  if (left === ANY) return right
  return right === ANY || left === right ? left : undefined
}

/** A grant in its three parts. */
type Parts = readonly [string, string, string]

function partsOf(text: string): Parts | undefined {
  const [resource, action, id] = parseGrant(text)?.split(':') ?? []
  if (resource === undefined || action === undefined || id === undefined) return undefined
  return [resource, action, id]
}

/** What both grants cover, as a grant. */
function meetGrants(left: Parts, right: Parts): string | undefined {
  // The id first: where grants are many, it is what tells them apart.
  const id = meet(left[2], right[2])
  if (id === undefined) return undefined
  const resource = meet(left[0], right[0])
  const action = meet(left[1], right[1])
  return resource === undefined || action === undefined ? undefined : `${resource}:${action}:${id}`
}

/**
 * Grants that are within a cap: of each, what one of the cap covers too. Texts that are no grant are left
 * out.
 */
export function capGrants(grants: readonly string[], cap: readonly string[]): string[] {
  const most = cap.map(partsOf).filter((parts) => parts !== undefined)
  const met = new Set<string>()
  for (const text of grants) {
    const parts = partsOf(text)
    if (parts === undefined) continue
    for (const each of most) {
      const both = meetGrants(parts, each)
      if (both !== undefined) met.add(both)
    }
  }
  return [...met]
}
