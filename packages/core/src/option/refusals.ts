import { OptionsError, type RefusedOption } from '@signet/auth'

/** What an application may say about options that Signet does not serve. */
export type UnsupportedPolicy = 'refuse' | 'warn'

/** Whether an application may be served without the option. */
export function mayBeMissing({ isKnownToMastra, isGuard }: RefusedOption): boolean {
  return isKnownToMastra && !isGuard
}

/**
 * The options that an agent, a tool or a memory was given and that are not served. They are told all at once, by
 * the Mastra that it belongs to. Until a Mastra has accepted them, it does no work.
 */
export class Refusals {
  readonly options: readonly RefusedOption[]
  #isAccepted = false

  constructor(options: readonly RefusedOption[]) {
    this.options = Object.freeze([...options])
  }

  /** Lets the work be done without the options, where none of them is a guard or misspelt. */
  accept(): void {
    this.#isAccepted = this.options.every(mayBeMissing)
  }

  /** @throws {OptionsError} where an option is refused and was not accepted */
  throwIfAny(): void {
    if (this.options.length > 0 && !this.#isAccepted) throw new OptionsError(this.options)
  }
}
