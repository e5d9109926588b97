import { isLegalId } from '@signet/auth/internal'
import { RegistrationError } from './error.js'

function checkName(kind: string, name: string): void {
  if (isLegalId(name)) return
  throw new RegistrationError(
    'id_illegal',
    `The ${kind} ${JSON.stringify(name)} is not legal. Use 1 to 128 characters of A-Z a-z 0-9 _ . -`,
  )
}

/** Finds things by every name that they have. A name is never that of two things. */
export class Registry<Item extends { readonly id: string }> {
  readonly #kind: string
  readonly #byName = new Map<string, Item>()

  constructor(kind: string) {
    this.#kind = kind
  }

  add(item: Item, ...names: readonly string[]): void {
    for (const name of new Set([item.id, ...names])) {
      checkName(this.#kind, name)
      const other = this.#byName.get(name)
      if (other !== undefined && other !== item) {
        throw new RegistrationError(
          'id_duplicate',
          `Two ${this.#kind}s have the name ${name}. Rename one of them.`,
        )
      }
      this.#byName.set(name, item)
    }
  }

  find(name: string): Item | undefined {
    return this.#byName.get(name)
  }

  all(): readonly Item[] {
    return [...new Set(this.#byName.values())]
  }
}
