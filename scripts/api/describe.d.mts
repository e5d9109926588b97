/** What `exports` of a package names. */
export interface Entry {
  /** How it is imported. */
  readonly specifier: string
  /** Its declarations, from the folder of the package; undefined where it has none. */
  readonly path?: string | undefined
}

/** The public API of a package as a text, sorted by name. `read`: the text of a file of the package. */
export function describeApi(
  name: string,
  entries: readonly Entry[],
  read: (path: string) => string,
): Promise<string>
