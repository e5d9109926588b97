import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTemplateFolder, removeAbandonedTemplates } from './postgres-template.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-abandoned-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

function makeFolder(name: string): void {
  mkdirSync(join(directory, name, 'data'), { recursive: true })
  writeFileSync(join(directory, name, 'data', 'PG_VERSION'), '17\n')
}

describe('the folder of a template', () => {
  it('is removed with all that is in it once its process has ended', () => {
    const { pid } = spawnSync(process.execPath, ['--version'], { timeout: 20_000 })
    makeFolder(`signet-postgres-template-${pid}-abcdef`)
    removeAbandonedTemplates(directory)
    expect(readdirSync(directory)).toStrictEqual([])
  })

  it('stays while its process runs', () => {
    const own = createTemplateFolder(directory)
    removeAbandonedTemplates(directory)
    expect(readdirSync(directory)).toStrictEqual([basename(own)])
  })

  it('is the only thing that is removed: a folder without the id of a process stays', () => {
    const { pid } = spawnSync(process.execPath, ['--version'], { timeout: 20_000 })
    const names = ['signet-postgres-template-abcdef', `signet-store-${pid}-abcdef`]
    for (const name of names) makeFolder(name)
    removeAbandonedTemplates(directory)
    expect(readdirSync(directory).sort()).toStrictEqual(names)
  })
})
