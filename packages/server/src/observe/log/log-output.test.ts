import { countLostLogLines, lostLogLines } from '@signet/core'
import { describe, expect, it, vi } from 'vitest'
import type { ByteSink } from './byte-sink.js'
import { LogOutput } from './log-output.js'

type Outcome = number | 'ENOSPC' | 'EAGAIN' | 'hangs'

/** A log that takes as many bytes of each write as it is told, or fails. */
class Sink implements ByteSink {
  text = ''
  outcome: Outcome = Infinity
  /** Called once it has refused to write, before any timer. */
  onRefused: () => void = () => {}

  write(...[bytes, written]: Parameters<ByteSink['write']>): void {
    const { outcome } = this
    if (outcome === 'hangs') return
    setImmediate(() => {
      if (typeof outcome === 'string') {
        written(Object.assign(new Error(outcome), { code: outcome }), 0)
        this.onRefused()
        return
      }
      const count = Math.min(outcome, bytes.length)
      this.text += bytes.subarray(0, count).toString()
      written(null, count)
    })
  }

  writeLast(bytes: Buffer): void {
    if (this.outcome === 'ENOSPC') throw new Error('ENOSPC')
    this.text += bytes.toString()
  }
}

function open(outcome: Outcome = Infinity) {
  const sink = new Sink()
  sink.outcome = outcome
  return { sink, output: new LogOutput(sink) }
}

const LINE = `${'x'.repeat(999)}\n`

describe('LogOutput', () => {
  it('writes lines in their order, also where each write takes only some bytes', async () => {
    const { sink, output } = open(3)
    for (const line of ['one\n', 'two\n', 'three\n']) output.write(line)
    await output.flush()
    expect(sink.text).toBe('one\ntwo\nthree\n')
  })

  it.each(['ENOSPC', 'EAGAIN', 'hangs'] as const)(
    'holds 1 MiB at most, and counts what it loses: %s',
    (outcome) => {
      const { output } = open(outcome)
      const before = lostLogLines()
      for (let each = 0; each < 5000; each++) output.write(LINE)
      expect(lostLogLines() - before).toBeGreaterThan(3900)
      expect(lostLogLines() - before).toBeLessThan(4200)
    },
  )

  it('counts short lines with what they cost beside their text', () => {
    const { output } = open('hangs')
    const before = lostLogLines()
    for (let each = 0; each < 20_000; each++) output.write('\n')
    expect(lostLogLines() - before).toBeGreaterThan(9000)
  })

  it('writes what waits once it can, and then how many lines were lost, once', async () => {
    const { sink, output } = open('ENOSPC')
    const before = lostLogLines()
    for (let each = 0; each < 2000; each++) output.write(LINE)
    const lines = lostLogLines() - before
    await output.flush()
    expect(sink.text).toBe('')
    sink.outcome = Infinity
    await vi.waitFor(() => expect(sink.text).toContain('"lines"'), { timeout: 10_000 })
    output.write('later\n')
    await output.flush()
    const written = sink.text.split('\n')
    expect(written.filter((line) => line.startsWith('xxx'))).toHaveLength(2000 - lines)
    const notices = written.filter((line) => line.startsWith('{'))
    expect(notices).toHaveLength(1)
    expect(JSON.parse(notices[0] ?? '')).toMatchObject({ level: 40, lines })
    expect(sink.text.endsWith('later\n')).toBe(true)
  })

  it('says nothing where nothing was lost', async () => {
    const { sink, output } = open('EAGAIN')
    output.write('one\n')
    sink.outcome = Infinity
    await output.flush()
    expect(sink.text).toBe('one\n')
  })

  it('says nothing of lines that others lost, who say it themselves', async () => {
    const { sink, output } = open()
    countLostLogLines(3)
    output.write('one\n')
    await output.flush()
    expect(sink.text).toBe('one\n')
  })

  it('says what another output lost that shares its count, once', async () => {
    const loss = { untold: 0 }
    const hung = new Sink()
    hung.outcome = 'hangs'
    const quiet = new LogOutput(hung, { loss, tellsLoss: false })
    for (let each = 0; each < 2000; each++) quiet.write(LINE)
    const lines = loss.untold
    expect(lines).toBeGreaterThan(0)
    const sink = new Sink()
    const output = new LogOutput(sink, { loss })
    for (const line of ['one\n', 'two\n']) {
      output.write(line)
      await output.flush()
    }
    const notices = sink.text.split('\n').filter((line) => line.startsWith('{'))
    expect(notices).toHaveLength(1)
    expect(JSON.parse(notices[0] ?? '')).toMatchObject({ lines })
  })

  it('makes nobody wait for a log that fails', async () => {
    const { output } = open('ENOSPC')
    output.write(LINE)
    await output.flush()
    await output.flush()
  })

  it('ends no line in its middle that waits for its next turn while the process ends', async () => {
    const { sink, output } = open(3)
    output.write('one line\n')
    sink.outcome = 'EAGAIN'
    await new Promise<void>((resolve) => (sink.onRefused = resolve))
    expect(sink.text).toBe('one')
    output.write('two\n')
    output.flushLast()
    expect(sink.text).toBe('one line\ntwo\n')
  })

  it('writes what waits while the process ends, and throws nothing where it cannot', () => {
    const { sink, output } = open('hangs')
    output.write('in flight\n')
    output.write('waits\n')
    output.flushLast()
    expect(sink.text).toBe('waits\n')
    output.write('waits too\n')
    sink.outcome = 'ENOSPC'
    expect(() => output.flushLast()).not.toThrow()
  })
})
