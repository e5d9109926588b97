/** The members that a provider finds or changes in what it stores. */
interface Stored {
  readonly uid?: unknown
  readonly grantId?: unknown
  consumed?: number
}

/** What an OpenID provider (`oidc-provider`) stores, by kind and id. Without it, the provider warns of its own store. */
export function createOidcStore(): new (kind: string) => object {
  const stored = new Map<string, Stored>()
  return class Store {
    readonly #kind: string

    constructor(kind: string) {
      this.#kind = kind
    }

    async find(id: string): Promise<object | undefined> {
      return stored.get(`${this.#kind} ${id}`)
    }

    async findByUid(uid: string): Promise<object | undefined> {
      return [...stored.values()].find((value) => value.uid === uid)
    }

    async upsert(id: string, value: Stored): Promise<void> {
      stored.set(`${this.#kind} ${id}`, value)
    }

    async consume(id: string): Promise<void> {
      const value = stored.get(`${this.#kind} ${id}`)
      if (value !== undefined) value.consumed = Math.floor(Date.now() / 1000)
    }

    async destroy(id: string): Promise<void> {
      stored.delete(`${this.#kind} ${id}`)
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, value] of stored) if (value.grantId === grantId) stored.delete(key)
    }
  }
}
