/**
 * Entries by an issuer and a name of its, such as a `jti`. One map in another, and no text made of both: a
 * look-up, of which there are several for every request, makes nothing.
 */
export class NamedEntries<Value> {
  readonly #ofIssuer = new Map<string, Map<string, Value>>()

  get(issuer: string, name: string): Value | undefined {
    return this.#ofIssuer.get(issuer)?.get(name)
  }

  set(issuer: string, name: string, value: Value): void {
    const entries = this.#ofIssuer.get(issuer) ?? new Map<string, Value>()
    this.#ofIssuer.set(issuer, entries.set(name, value))
  }

  /** Deletes every entry of which this is said. */
  deleteWhere(isOver: (value: Value) => boolean): void {
    for (const [issuer, entries] of this.#ofIssuer) {
      for (const [name, value] of entries) if (isOver(value)) entries.delete(name)
      if (entries.size === 0) this.#ofIssuer.delete(issuer)
    }
  }
}
