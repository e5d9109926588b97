import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MAX_BYTES = 1024 ** 3
const PIECE = Buffer.alloc(4096, 'x')

/** A file system in memory, with so little room that a test can fill it. */
export class TinyDisk {
  readonly directory: string

  private constructor(directory: string) {
    this.directory = directory
  }

  /**
   * Mounts one; undefined where the system does not allow that to these tests.
   * @throws there with `SIGNET_REQUIRE_SERVICES=1`: a gate must not pass over a full disk without a word
   */
  static mount(megabytes: number): TinyDisk | undefined {
    const directory = mkdtempSync(join(tmpdir(), 'signet-disk-'))
    const size = `size=${megabytes}m`
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', directory], {
      timeout: 20_000,
    })
    if (status === 0) return new TinyDisk(directory)
    rmSync(directory, { recursive: true })
    if (process.env['SIGNET_REQUIRE_SERVICES'] === '1') {
      throw new Error('No file system can be mounted, and SIGNET_REQUIRE_SERVICES asks for one.')
    }
    return undefined
  }

  get #filler(): string {
    return join(this.directory, 'filler')
  }

  /** Takes all the room that is left. */
  fill(): void {
    try {
      // More than any of these disks has: where they are not limited, this must end too.
      for (let written = 0; written < MAX_BYTES; written += PIECE.length) {
        appendFileSync(this.#filler, PIECE)
      }
    } catch (error) {
      if (!(error instanceof Error && Reflect.get(error, 'code') === 'ENOSPC')) throw error
    }
  }

  /** Gives it back. */
  free(): void {
    rmSync(this.#filler, { force: true })
  }

  unmount(): void {
    // A process that has closed a file may hold it a little longer.
    spawnSync('umount', ['--lazy', this.directory], { timeout: 20_000 })
    rmSync(this.directory, { recursive: true, force: true })
  }
}
