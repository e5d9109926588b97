/** What a few may do at once, by key. */
export interface Slots {
  /** Takes one. Returns what gives it back, or undefined where none is left. */
  take(key: string): (() => void) | undefined
}

/** Makes slots of this process: other instances of the server give out their own. */
export function createSlots(atOnce: number): Slots {
  const taken = new Map<string, number>()
  return {
    take(key) {
      const before = taken.get(key) ?? 0
      if (before >= atOnce) return undefined
      taken.set(key, before + 1)
      return () => {
        const left = (taken.get(key) ?? 0) - 1
        if (left > 0) taken.set(key, left)
        else taken.delete(key)
      }
    },
  }
}
