/** What is wrong with the files of a package, each as a sentence; empty where all is well. */
export function findContentFaults(contents: {
  readonly manifest: object
  /** Text by path, as packed. */
  readonly files: ReadonlyMap<string, string>
}): string[]
