/** What a few may do at once, by key. */
export interface Slots {
  /**
   * Takes one, or so many at once. Returns what gives them back, or undefined where not so many are left. Whoever
   * has none yet gets what they ask for.
   */
  take(key: string, count?: number): (() => void) | undefined
}

/** Makes slots of this process: other instances of the server give out their own. */
export function createSlots(atOnce: number): Slots {
  const taken = new Map<string, number>()
  return {
    take(key, count = 1) {
      const before = taken.get(key) ?? 0
      if (before > 0 && before + count > atOnce) return undefined
      taken.set(key, before + count)
      return () => {
        const left = (taken.get(key) ?? 0) - count
        if (left > 0) taken.set(key, left)
        else taken.delete(key)
      }
    },
  }
}
