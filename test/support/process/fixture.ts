import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './root.js'

const FIXTURES = join(ROOT, 'test', 'fixtures')

/** Copies of projects that tests may write into. */
export class FixtureCopies {
  readonly #directories: string[] = []

  /** Makes an empty folder in the project, so that an application in it finds its packages. */
  makeFolder(): string {
    mkdirSync(join(ROOT, '.signet'), { recursive: true })
    const directory = mkdtempSync(join(ROOT, '.signet', 'test-'))
    this.#directories.push(directory)
    return directory
  }

  /** Copies a project of `test/fixtures`, and returns the folder of the copy. */
  copy(name: string): string {
    return this.copyFrom(join(FIXTURES, name))
  }

  /** Copies a project from anywhere, and returns the folder of the copy. */
  copyFrom(source: string): string {
    const directory = this.makeFolder()
    cpSync(source, directory, { recursive: true })
    return directory
  }

  /** Removes all of them. */
  remove(): void {
    for (const directory of this.#directories.splice(0)) {
      rmSync(directory, { recursive: true, force: true })
    }
  }
}
