import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../support/signet-process.js'

/** A message that the log of a server can hold. What changes in it is `…`. */
export interface LogMessage {
  readonly level: 'warn' | 'error'
  readonly text: string
}

/** Calls whose message others word: what a provider notices, and what a setting of the environment says. */
const WORDED_ELSEWHERE: ReadonlySet<string> = new Set(['notice', 'message'])

const CALL =
  /(?:logger\??|log|notice)\.(warn|error)\(\s*(?:\{[^}]*\},\s*)?('[^']*'|`[^`]*`|[\w.]+)/gi
/** The method by which the queue of the audit says why it loses records. */
const LOSS = /this\.#lose\([^']*'([^']*)'/g

function sources(): readonly string[] {
  return ['auth', 'core', 'server', 'store', 'cli'].flatMap((name) => {
    const folder = join(ROOT, 'packages', name, 'src')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    const isOwn = (file: string) => file.endsWith('.ts') && !/\.test(?:-d)?\.ts$|^doctor/.test(file)
    const own = files.filter(isOwn)
    return own.map((file) => readFileSync(join(folder, file), 'utf8'))
  })
}

function literalOf(text: string): string {
  return text
    .slice(1, -1)
    .replaceAll(/\$\{[^}]*\}/g, '…')
    .replace(/ …$/, '')
}

/** The text that a name stands for: the one before the call, else the one of another file. */
function textOf(name: string, before: string, all: readonly string[]): string | undefined {
  const constant = new RegExp(`const ${name} =\\s*('[^']*'|\`[^\`]*\`)`, 'g')
  const near = [...before.matchAll(constant)].at(-1)
  const found = near ?? all.map((file) => [...file.matchAll(constant)][0]).find(Boolean)
  return found?.[1]
}

/**
 * Every message that the sources log at `warn` or `error`.
 * @throws for a call whose message is not found
 */
export function logMessages(): readonly LogMessage[] {
  const all = sources()
  const messages: LogMessage[] = []
  for (const file of all) {
    for (const [, text = ''] of file.matchAll(LOSS)) messages.push({ level: 'error', text })
    for (const { 1: level, 2: given = '', index } of file.matchAll(CALL)) {
      const isLiteral = /^['`]/.test(given)
      const found = isLiteral ? given : textOf(given, file.slice(0, index), all)
      if (found !== undefined) {
        messages.push({ level: level === 'warn' ? 'warn' : 'error', text: literalOf(found) })
      } else if (!WORDED_ELSEWHERE.has(given) && given !== 'why') {
        throw new Error(`What is logged as ${given} is not found.`)
      }
    }
  }
  return messages
}

/** Those of some texts that the sources do not have. What changes in one is `…`. */
export function textsOfNobody(texts: readonly string[]): readonly string[] {
  const all = sources()
    .join('\n')
    .replaceAll(/'\s*\+\s*'/g, '')
  const isThere = (text: string) => text.split('…').every((part) => all.includes(part.trim()))
  return texts.filter((text) => text === '' || !isThere(text))
}
