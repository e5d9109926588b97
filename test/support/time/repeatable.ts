import { createHash, type UUID } from 'node:crypto'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { vi } from 'vitest'

const crypto = createRequire(import.meta.url)('node:crypto') as {
  randomUUID: () => UUID
}

/** Makes chance and time the same whenever the same is done. */
export interface Repeatable {
  /** From now on, ids and numbers by chance are those of this name, and the time is this. */
  start(name: string, time: number): void
  /** Gives back real chance and time. */
  restore(): void
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Takes over `randomUUID`, `Math.random` and the clock of this process. Timers stay real. */
export function takeOverChance(): Repeatable {
  const original = crypto.randomUUID
  let seed = ''
  let count = 0
  const next = () => digest(`${seed}/${count++}`)
  crypto.randomUUID = () => {
    const hex = next()
    const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`]
    return `${parts.join('-')}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}` as UUID
  }
  syncBuiltinESMExports()
  const random = vi
    .spyOn(Math, 'random')
    .mockImplementation(() => Number.parseInt(next().slice(0, 12), 16) / 2 ** 48)
  vi.useFakeTimers({ toFake: ['Date'] })
  return {
    start(name, time) {
      seed = name
      count = 0
      vi.setSystemTime(time)
    },
    restore() {
      crypto.randomUUID = original
      syncBuiltinESMExports()
      random.mockRestore()
      vi.useRealTimers()
    },
  }
}
