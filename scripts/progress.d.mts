/**
 * Runs steps one after the other, and says which of how many it is and how long each takes.
 * @returns whether all of them succeeded; what failed has been said
 */
export function runSteps(
  steps: readonly {
    readonly title: string
    /** Whether nothing is to be done. */
    isDone?(): boolean
    run(): unknown
  }[],
  stream?: NodeJS.WritableStream & { readonly isTTY?: boolean },
): Promise<boolean>
