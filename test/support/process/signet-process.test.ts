import { afterEach, describe, expect, it } from 'vitest'
import { SignetProcess } from './signet-process.js'

const left: number[] = []

afterEach(() => {
  for (const pid of left.splice(0)) process.kill(pid, 'SIGKILL')
})

function runScript(script: string): SignetProcess {
  return new SignetProcess([], { command: ['bash', '-c', script] })
}

describe.skipIf(process.platform === 'win32')('a process of the tests', () => {
  it('that is killed is not waited for by what it left behind', async () => {
    const command = runScript('sleep 600 & echo "left $!"; wait')
    const [, pid = ''] = await command.waitFor(/left (\d+)/)
    left.push(Number(pid))
    await command.stop('SIGKILL')
    expect(command.child.signalCode).toBe('SIGKILL')
  })

  it('that ends by itself is waited for until what it left behind has ended too', async () => {
    const command = runScript('(sleep 0.3; echo late) & exit 0')
    expect(await command.ended()).toMatchObject({ code: 0, stdout: 'late\n' })
  })
})
