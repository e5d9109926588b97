import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ServerChild } from './server-child.js'

/** Tells what it is to tell; one that is mortal ends when it is asked for facts the second time. */
const PROGRAM = `
const { isMortal } = JSON.parse(process.argv[2])
let asked = 0
process.on('message', () => {
  if (++asked > 1 && isMortal) {
    console.error('a fault of mine')
    process.exit(3)
  }
  process.send({ kind: 'facts', resident: 1, errors: [] })
})
process.once('disconnect', () => process.exit())
process.send({ kind: 'ready', port: process.pid })
`

let directory: string
let program: string
let server: ServerChild

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-fuzz-child-'))
  program = join(directory, 'program.mjs')
  writeFileSync(program, PROGRAM)
})

afterEach(() => server.stop())
afterAll(() => rmSync(directory, { recursive: true }))

async function start(settings: object): Promise<ServerChild> {
  server = new ServerChild(program, settings)
  await server.start()
  return server
}

describe('a server that is tried', () => {
  it('tells facts to all who ask at once', async () => {
    const { starts } = await start({ isMortal: false })
    const all = await Promise.all([server.facts(), server.facts(), server.facts()])
    expect(all).toMatchObject([{ resident: 1 }, { resident: 1 }, { resident: 1 }])
    await expect(server.requireAlive(starts)).resolves.toBeUndefined()
  })

  it('is found to have ended by all who were asking, and is started again once', async () => {
    const { starts, port } = await start({ isMortal: true })
    await server.facts()
    await expect(server.facts()).rejects.toThrow('the server tells of itself')
    const all = await Promise.allSettled([1, 2].map(() => server.requireAlive(starts)))
    expect(all.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected'])
    expect(all[0]).toMatchObject({
      reason: {
        rule: 'the server goes on',
        facts: { exitCode: 3, output: expect.stringContaining('a fault of mine') },
      },
    })
    expect(server.starts).toBe(starts + 1)
    expect(server.port).not.toBe(port)
    await expect(server.requireAlive(server.starts)).resolves.toBeUndefined()
    await expect(server.facts()).resolves.toMatchObject({ resident: 1 })
  })
})
