/** How many notices are kept until somebody listens. */
const MAX_KEPT = 16

/** What the operator should know, in sentences: kept until there is somebody to tell. */
export class Notices {
  #tell: ((notice: string) => void) | undefined
  #kept: readonly string[] = []

  add(notice: string): void {
    if (this.#tell !== undefined) this.#tell(notice)
    else this.#kept = [...this.#kept, notice].slice(-MAX_KEPT)
  }

  /** Tells what is kept, and from now on all that is added. */
  reportTo(tell: (notice: string) => void): void {
    this.#tell = tell
    for (const notice of this.#kept) tell(notice)
    this.#kept = []
  }
}
