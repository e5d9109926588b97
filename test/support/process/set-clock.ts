import { existsSync, writeFileSync } from 'node:fs'

const LIBRARY = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
  .map((folder) => `${folder}/faketime/libfaketimeMT.so.1`)
  .find((path) => existsSync(path))

/** Why no clock can be set here; undefined where one can. */
export function whyNoSetClock(): string | undefined {
  return LIBRARY === undefined ? 'no libfaketime' : undefined
}

/** A clock of processes that a test sets, back and forward, while they run. */
export class SetClock {
  readonly #file: string

  /** @param file - where the processes read what it is set to */
  constructor(file: string) {
    this.#file = file
    this.set(0)
  }

  /** What a process needs in its environment to have this clock. The monotonic one stays as it is. */
  get env(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: LIBRARY ?? '',
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    }
  }

  /** Sets it so many seconds ahead of this machine, or behind it. */
  set(seconds: number): void {
    writeFileSync(this.#file, seconds < 0 ? `${seconds}\n` : `+${seconds}\n`)
  }
}
