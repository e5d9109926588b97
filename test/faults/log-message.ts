import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '@signet/test-support/process/root'

/** A message that the log of a server can hold. What changes in it is `…`. */
export interface LogMessage {
  readonly level: 'warn' | 'error'
  readonly text: string
}

const LITERAL = "'[^']*'|`[^`]*`"

/** A call of a logger. */
const CALL = new RegExp(
  `(?:logger(?:\\(\\))?\\??|log|notice)\\.(warn|error)\\(\\s*(?:\\{[^}]*\\},\\s*)?(${LITERAL}|[\\w.]+)`,
  'gi',
)
/** A notice with its level, as the store gives them. */
const NOTICE = new RegExp(
  `level: '(warn|error)',\\s*message(?::\\s*(${LITERAL}|this\\.#\\w+))?`,
  'g',
)
/** A notice whose level the log decides: a provider, or a variable of the environment, has words for it. */
const SENTENCE = new RegExp(`(?<![.#\\w])(?:notify|warn)\\(\\s*(${LITERAL})`, 'g')
/** A failure that is logged with its cause, always as an error. */
const FAILURE = new RegExp(`logFailure\\(\\s*[\\w.]+,\\s*(${LITERAL})`, 'g')
/** The method by which the queue of the audit says why it loses records. */
const LOSS = /this\.#lose\([^')]*'([^']*)'/g

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

function literalsIn(code: string): readonly string[] {
  return [...code.matchAll(new RegExp(LITERAL, 'g'))].map(([text]) => text)
}

/**
 * The texts that a name stands for: those of the constant before the call, of both branches where it has two; else
 * those of another file.
 */
function textsOf(name: string, before: string, all: readonly string[]): readonly string[] {
  const isText = (code: string) => /^\s*['`]/.test(code)
  const [, near] = before.split(new RegExp(`const ${name} =(?=\\s)`)).slice(-2)
  if (near !== undefined) return literalsIn(near).slice(0, isText(near) ? 1 : undefined)
  for (const file of all) {
    const [, far] = file.split(new RegExp(`const ${name} =(?=\\s)`))
    if (far !== undefined && isText(far)) return literalsIn(far).slice(0, 1)
  }
  return []
}

/** The texts of a notice: a literal, what a method begins with, or the constant `message`. */
function noticeTexts(given: string | undefined, before: string, file: string): readonly string[] {
  if (given === undefined) return textsOf('message', before, [])
  if (!given.startsWith('this.')) return [given]
  const [, body = ''] = file.split(`  ${given.slice('this.'.length)}(`)
  return literalsIn(body).slice(0, 1)
}

/** A text that is made of members alone, such as `what`: what these are elsewhere. */
function withMembers(text: string, all: readonly string[]): readonly string[] {
  const [, name] = /^`\$\{\w+\.(\w+)\} \$\{[^}]*\}`$/.exec(text) ?? []
  if (name === undefined) return [text]
  const member = new RegExp(`return \\{\\s*${name}: (${LITERAL})`, 'g')
  return all.flatMap((file) => [...file.matchAll(member)].map(([, found = '']) => found))
}

const asLevel = (level: string | undefined): LogMessage['level'] =>
  level === 'error' ? 'error' : 'warn'

/** Whether a name is the parameter of the function that the call is in: who calls that has the words. */
function isPassedOn(name: string, before: string): boolean {
  return new RegExp(`\\(${name}\\) =>\\s*[\\w.]*$`).test(before)
}

function messagesOfCalls(file: string, all: readonly string[]): readonly LogMessage[] {
  return [...file.matchAll(CALL)].flatMap(({ 1: level, 2: given = '', index }) => {
    const before = file.slice(0, index)
    const texts = /^['`]/.test(given) ? [given] : textsOf(given, before, all)
    if (texts.length === 0 && given !== 'why' && !isPassedOn(given, before)) {
      throw new Error(`What is logged as ${given} is not found.`)
    }
    return texts.map((text) => ({ level: asLevel(level?.toLowerCase()), text: literalOf(text) }))
  })
}

function messagesOfNotices(file: string, all: readonly string[]): readonly LogMessage[] {
  const sentences = [...file.matchAll(SENTENCE)].map(([, text = '']) => text)
  const notices = [...file.matchAll(NOTICE)].flatMap(({ 1: level, 2: given, index }) => {
    const texts = noticeTexts(given, file.slice(0, index), file)
    if (texts.length === 0) throw new Error(`What is noticed as ${given} is not found.`)
    const whole = texts.flatMap((text) => withMembers(text, all))
    return whole.map((text) => ({ level: asLevel(level), text: literalOf(text) }))
  })
  return [
    ...sentences.map((text) => ({ level: asLevel('warn'), text: literalOf(text) })),
    ...notices,
  ]
}

/**
 * Every message that the sources log at `warn` or `error`.
 * @throws for a call whose message is not found
 */
export function logMessages(): readonly LogMessage[] {
  const all = sources()
  return all.flatMap((file) => [
    ...[...file.matchAll(LOSS)].map(([, text = '']) => ({ level: asLevel('error'), text })),
    ...[...file.matchAll(FAILURE)].map(([, text = '']) => ({
      level: asLevel('error'),
      text: literalOf(text),
    })),
    ...messagesOfCalls(file, all),
    ...messagesOfNotices(file, all),
  ])
}

/** Whether a message is what a line of the runbook quotes: its beginning, up to where the line ends with `…`. */
export function isQuotedBy(message: LogMessage, level: string, quoted: string): boolean {
  return level === message.level && message.text.startsWith(quoted.replace(/ ?…$/, '') || '\0')
}

/** Those of some texts that the sources do not have. What changes in one is `…`. */
export function textsOfNobody(texts: readonly string[]): readonly string[] {
  const all = sources()
    .join('\n')
    .replaceAll(/'\s*\+\s*'/g, '')
  const isThere = (text: string) => text.split('…').every((part) => all.includes(part.trim()))
  return texts.filter((text) => text === '' || !isThere(text))
}
