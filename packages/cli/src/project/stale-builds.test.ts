import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { removeStaleBuilds } from './stale-builds.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-builds-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

/** The number of a process that has ended. */
function gonePid(): number {
  return spawnSync(process.execPath, ['--version'], { timeout: 20_000 }).pid
}

function makeBuild(name: string): void {
  mkdirSync(join(directory, name))
  writeFileSync(join(directory, name, 'application.mjs'), 'secret')
}

describe('removeStaleBuilds', () => {
  it('removes what a process bundled that is gone', async () => {
    makeBuild(`build-${gonePid()}`)
    await removeStaleBuilds(directory)
    expect(readdirSync(directory)).toStrictEqual([])
  })

  it('leaves what a process bundled that runs, be it of somebody else', async () => {
    for (const pid of [process.pid, process.ppid]) makeBuild(`build-${pid}`)
    const names = readdirSync(directory)
    await removeStaleBuilds(directory)
    expect(readdirSync(directory)).toStrictEqual(names)
  })

  it('leaves what only has a similar name', async () => {
    const pid = gonePid()
    for (const name of [
      `build-0${pid}`,
      `build-${pid}x`,
      `build-${pid}-1`,
      `a-build-${pid}`,
      'build-',
      'build-0',
      'build-99999999999',
    ]) {
      makeBuild(name)
    }
    writeFileSync(join(directory, `build-${pid}`), 'a file')
    const names = readdirSync(directory)
    await removeStaleBuilds(directory)
    expect(readdirSync(directory)).toStrictEqual(names)
  })
})
