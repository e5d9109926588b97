/** What is wrong with a package.json, each as a sentence; empty where all is well. */
export function findManifestFaults(
  manifest: object,
  project: {
    /** The package.json of the project. */
    readonly root: object
    /** The package's folder within the project, such as `packages/auth`. */
    readonly folder: string
    /** The names of all packages of the project. */
    readonly siblings: ReadonlySet<string>
  },
): string[]
