import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeProblem } from '../../scripts/node-version.mjs'
import { runSteps } from '../../scripts/progress.mjs'
import { runQuietly, StepFailure } from '../../scripts/quiet.mjs'
import { ROOT } from '@signet/test-support/process/root'

function outputOf(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY })
  let text = ''
  stream.setEncoding('utf8').on('data', (data: string) => {
    text += data
  })
  return { stream, text: () => text }
}

const OWN = { own: 'file:own' }

const fine = { title: 'Compiling', run: () => undefined }

describe('the steps of npm start', () => {
  it('say in a pipe which of how many it is, and how long each took', async () => {
    const { stream, text } = outputOf(false)
    const steps = [
      { title: 'Installing packages', run: () => undefined },
      fine,
      { title: 'Building the Studio', run: () => undefined },
    ]
    expect(await runSteps(steps, stream)).toBe(true)
    expect(text().replaceAll(/\d+ s/g, 'N s')).toBe(`1/3 Installing packages …
1/3 Installing packages … done in N s
2/3 Compiling …
2/3 Compiling … done in N s
3/3 Building the Studio …
3/3 Building the Studio … done in N s
`)
  })

  it('count the seconds of a step on a terminal, in its line', async () => {
    const { stream, text } = outputOf(true)
    const counted = new Promise<void>((resolve) => {
      stream.on('data', () => /\r1\/1 Compiling … \d+ s/.test(text()) && resolve())
    })
    await runSteps([{ title: 'Compiling', run: () => counted }], stream)
    expect(text()).toMatch(/^1\/1 Compiling …(?:\r1\/1 Compiling … \d+ s)+\r1\/1 Compiling … done/)
    expect(text().match(/\n/g)).toHaveLength(1)
  })

  it('are not mentioned where nothing is to be done, and keep their numbers', async () => {
    const { stream, text } = outputOf(false)
    const skipped = { title: 'Installing packages', isDone: () => true, run: () => undefined }
    await runSteps([skipped, fine], stream)
    expect(text()).not.toContain('Installing')
    expect(text()).toContain('2/2 Compiling')
  })

  it('end with the first that fails, what it said, and what to do', async () => {
    const { stream, text } = outputOf(false)
    const run = () => Promise.reject(new StepFailure('Mend the file.', 'src/a.ts: wrong\n'))
    const later = { title: 'Later', run: () => undefined }
    expect(await runSteps([{ title: 'Compiling', run }, later], stream)).toBe(false)
    expect(text()).toContain('1/2 Compiling … failed after')
    expect(text()).toMatch(/src\/a\.ts: wrong\n\nCompiling failed\. Mend the file\.\n$/)
    expect(text()).not.toContain('Later')
  })

  it('pass on a fault of their own code', async () => {
    const fault = new TypeError('ours')
    const run = () => Promise.reject(fault)
    await expect(runSteps([{ title: 'X', run }], outputOf(false).stream)).rejects.toBe(fault)
  })
})

describe('a program that a step runs', () => {
  const run = (source: string) =>
    runQuietly(['--eval', source], { cwd: ROOT, remedyOf: (output) => `Saw ${output.trim()}.` })

  it('is not heard where it succeeds', async () => {
    expect(await run("console.log('1'); console.error('2')")).toMatch(/[12]\n[12]\n/)
  })

  it('is heard where it fails, and the last of it is enough', async () => {
    const source = "console.error('x'.repeat(200_000) + 'why'); process.exitCode = 3"
    const failure = await run(source).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StepFailure)
    expect((failure as StepFailure).output).toMatch(/why\n$/)
    expect((failure as StepFailure).output.length).toBe(64 * 1024)
  })
})

describe('installing', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'signet-install-'))
  })
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true })
  })

  /** Runs the step as `npm start` does, with the npm of this machine. */
  async function install(): Promise<{ code: number | null; output: string }> {
    const module = (name: string) => JSON.stringify(pathToFileURL(join(ROOT, 'scripts', name)).href)
    const source = `import { installStep } from ${module('install.mjs')}
      import { runSteps } from ${module('progress.mjs')}
      process.exitCode = (await runSteps([installStep(${JSON.stringify(directory)})])) ? 0 : 1`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', source])
    let output = ''
    const note = (data: Buffer) => {
      output += data.toString()
    }
    child.stdout.on('data', note)
    child.stderr.on('data', note)
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { code, output }
  }

  /** An application with one package of its own folder, which needs no network. */
  function write(dependencies: Record<string, string>): void {
    const manifest = { name: 'app', version: '1.0.0', dependencies }
    const packages = {
      '': { name: 'app', version: '1.0.0', dependencies: OWN },
      own: { version: '1.0.0' },
      'node_modules/own': { resolved: 'own', link: true },
    }
    mkdirSync(join(directory, 'own'))
    writeFileSync(join(directory, 'own', 'package.json'), '{"name":"own","version":"1.0.0"}')
    const lock = { name: 'app', version: '1.0.0', lockfileVersion: 3, requires: true, packages }
    writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest))
    writeFileSync(join(directory, 'package-lock.json'), JSON.stringify(lock))
  }

  it('installs once, and not again while the lock file is the same', async () => {
    write(OWN)
    const first = await install()
    expect(first.output).toMatch(/^1\/1 Installing packages …\n1\/1 .* done in \d+ s\n$/)
    expect(first.code).toBe(0)
    expect(readFileSync(join(directory, 'node_modules', '.installed'), 'utf8')).toHaveLength(64)
    expect(await install()).toStrictEqual({ code: 0, output: '' })
  })

  it('says why it fails and what to do: the lock file does not fit', async () => {
    write({ ...OWN, zod: '4.6.7' })
    const { code, output } = await install()
    expect(code).toBe(1)
    expect(output).toContain('1/1 Installing packages … failed after')
    expect(output).toContain('EUSAGE')
    expect(output).toMatch(/Installing packages failed\. .*Run npm install, then run it again\.\n$/)
    expect(existsSync(join(directory, 'node_modules', '.installed'))).toBe(false)
  })
})

describe('the version of Node.js', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('is enough: %s', (version) => {
    expect(nodeProblem(version)).toBeUndefined()
  })

  it.each(['18.20.4', '20.18.3', '8.0.0'])('is too old: %s', (version) => {
    expect(nodeProblem(version)).toContain(`20.19 or later; this is ${version}. Install`)
  })

  it('is that of package.json', () => {
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      engines: { node: string }
    }
    expect(nodeProblem('0.0.0')).toContain(`Node.js ${engines.node.slice(2)} or later`)
  })
})
