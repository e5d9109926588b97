import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CommandFailure } from '../failure.js'
import { openProject } from './project.js'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signet-nearby-'))
})

afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function makeApplication(...path: string[]): string {
  const directory = join(root, ...path)
  mkdirSync(join(directory, 'src', 'mastra'), { recursive: true })
  writeFileSync(join(directory, 'src', 'mastra', 'index.ts'), '')
  return directory
}

function refusal(directory: string): string {
  try {
    openProject(directory)
    return 'opened'
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error
    return error.message
  }
}

const NOWHERE = 'Change to the folder of an application, or name it with --dir.'

describe('a folder without an application', () => {
  it('is refused with where one is: a level below, two below, and above', () => {
    const app = makeApplication('examples', 'weather')
    const path = relative(process.cwd(), app)
    const words = `There is one in ${path}: add --dir ${path}, or change to that folder.`
    expect(openProject(app).directory).toBe(app)
    for (const folder of [
      root,
      join(root, 'examples'),
      join(app, 'src'),
      join(app, 'src', 'mastra'),
    ]) {
      expect(refusal(folder)).toBe(
        `There is no application in ${folder}: src/mastra/index.ts is missing. ${words}`,
      )
    }
  })

  it('names the nearest, and of those as near the first by name', () => {
    makeApplication('a', 'b')
    makeApplication('z')
    makeApplication('y')
    expect(refusal(root)).toContain(`There is one in ${relative(process.cwd(), join(root, 'y'))}:`)
  })

  it.each([
    ['node_modules', 'app'],
    ['.signet', 'app'],
    ['a', 'b', 'c'],
  ])('does not look into %s/%s', (...path) => {
    makeApplication(...path)
    expect(refusal(root)).toContain(NOWHERE)
  })

  it('looks into some hundred folders, and not into all', () => {
    for (let each = 0; each < 600; each++) mkdirSync(join(root, `a${each}`))
    makeApplication('z')
    expect(refusal(root)).toContain(NOWHERE)
  })

  it('is refused where it does not exist, too', () => {
    expect(refusal(join(root, 'missing'))).toContain(NOWHERE)
  })
})
