/** Where a value is in a document: what it is called there, and in what it stands. */
export interface Place {
  readonly parent: Place | undefined
  readonly name: PropertyKey
}

/** A way in which a value does not fit its schema. */
export interface Problem {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** @param place - undefined: the whole document */
export function problemAt(place: Place | undefined, message: string): Problem {
  const path: PropertyKey[] = []
  for (let at = place; at !== undefined; at = at.parent) path.unshift(at.name)
  return { path, message }
}
