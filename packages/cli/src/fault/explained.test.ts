import { Writable } from 'node:stream'
import { ConfigurationError, OptionsError, type RefusedOption } from '@signet/auth'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { writeError } from './explained.js'

class Terminal extends Writable {
  text = ''
  readonly isTTY: boolean

  constructor(isTTY: boolean) {
    super()
    this.isTTY = isTTY
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

function written(error: unknown, { isTTY = false, prefix = 'error: ' } = {}): string {
  const terminal = new Terminal(isTTY)
  writeError(terminal, error, prefix)
  return terminal.text
}

const GUARD: RefusedOption = {
  where: 'Tool "mail"',
  name: 'requireApproval',
  isKnownToMastra: true,
  isGuard: true,
  remedy: 'Leave the tool out.',
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('why a command failed', () => {
  it('is the message of an error that explains itself', () => {
    const error = new ConfigurationError('option_invalid', 'Set it.')
    expect(written(error)).toBe('error: Set it.\n')
    expect(written(error, { prefix: '' })).toBe('Set it.\n')
  })

  it('is the stack of any other error, and whatever else was thrown', () => {
    const error = new TypeError('x is not a function')
    expect(written(error)).toBe(`error: ${error.stack}\n`)
    expect(written('a text')).toBe('error: a text\n')
  })

  it('is a list for refused options, in colours on a terminal unless NO_COLOR is set', () => {
    vi.stubEnv('NO_COLOR', '')
    const error = new OptionsError([GUARD])
    const lines = [
      'error: Tool "mail" has an option that Signet does not serve.',
      '',
      'Tool "mail"',
      '  requireApproval (closes something): Leave the tool out.',
      '',
      'Do what the line says.',
      '',
    ]
    expect(written(error)).toBe(lines.join('\n'))
    const coloured = written(error, { isTTY: true })
    expect(coloured).toContain('\u001b[1mrequireApproval\u001b[22m')
    expect(coloured).toContain('\u001b[31m(closes something)\u001b[39m')
    vi.stubEnv('NO_COLOR', '1')
    expect(written(error, { isTTY: true })).toBe(lines.join('\n'))
  })

  it('puts options of one object together, in the order in which the objects come first', () => {
    const of = (where: string, name: string) => ({ ...GUARD, where, name })
    const error = new OptionsError([of('A', 'one'), of('B', 'two'), of('A', 'three')])
    const shown = written(error)
      .split('\n')
      .filter((line) => /^(A|B| )/.test(line))
    expect(shown.map((line) => line.split(' (')[0])).toStrictEqual([
      'A',
      '  one',
      '  three',
      'B',
      '  two',
    ])
  })

  it('sends no command of an option to the terminal, whoever named it', () => {
    const name = 'a\u001b[2J\u009b2J\nerror: forged'
    const text = written(new OptionsError([{ ...GUARD, where: name, name, remedy: name }]), {
      isTTY: true,
    })
    expect(text).not.toContain('\u001b[2J')
    expect(text).not.toContain('\u009b')
    expect(text).not.toMatch(/^error: forged/m)
  })
})
