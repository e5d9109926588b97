import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readEnvFile } from './env-file.js'

describe('readEnvFile', () => {
  let directory = ''

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'signet-env-file-'))
  })

  afterEach(() => {
    rmSync(directory, { recursive: true })
  })

  function read(content: string | Uint8Array): Readonly<Record<string, string>> {
    const file = join(directory, '.env')
    writeFileSync(file, content)
    return { ...readEnvFile(file) }
  }

  const text = 'A=1\nB="zwei ü"\n'
  const wide = Buffer.from(`\ufeff${text}`, 'utf16le')

  it.each([
    ['as it is', text],
    ['with a byte order mark', `\ufeff${text}`],
    ['with the line ends of Windows', text.replaceAll('\n', '\r\n')],
    ['with the line ends of an old Mac', text.replaceAll('\n', '\r')],
    ['in UTF-16, as PowerShell writes it', wide],
    ['in UTF-16, the other way round', Buffer.from(wide).swap16()],
    ['with export', 'export A=1\nexport B="zwei ü"'],
    ['with blanks around =', '  A = 1 \n B = "zwei ü" \n'],
    ['with comments', '# A=9\nA=1 # one\n\nB="zwei ü"'],
    ['with a name twice, of which the last counts', `A=0\n${text}`],
  ])('reads a file %s', (_, content) => {
    expect(read(content)).toStrictEqual({ A: '1', B: 'zwei ü' })
  })

  it.each([
    ['in UTF-16 without its mark', Buffer.from('A=1\n', 'utf16le'), 'has a NUL character'],
    ['in another encoding', Buffer.from('A=\xfc\n', 'latin1'), 'is not text in UTF-8'],
    ['of half a character of UTF-16', wide.subarray(0, -1), 'is not text in UTF-8'],
  ])('refuses by its name a file %s', (_, content, reason) => {
    expect(() => read(content)).toThrow(`.env ${reason}`)
  })

  it('refuses by its name what is no file', () => {
    expect(() => readEnvFile(directory)).toThrow(`${directory} cannot be read`)
  })
})
