import { isObject } from '@signet/auth/internal'
import type { Writable } from 'node:stream'
import type { LogFields, Logger } from '@signet/core'
import { describeError, SECRET_FIELDS } from '@signet/server/internal'
import { writeLine } from '../terminal/io.js'
import { printableJson, printableText } from '../terminal/printable.js'

const HIDDEN: ReadonlySet<string> = new Set(SECRET_FIELDS)

/** Indents all lines of a text but the first, so that none of them looks like a line of the log. */
function indented(text: string): string {
  return text.replaceAll(/\n(?! {4})/g, '\n    ')
}

/** An error with its stack, and its causes below it. */
function errorText({ stack, message, cause }: LogFields): string {
  const own = `\n${indented(String(stack ?? message))}`
  return isObject(cause) ? `${own}\nCaused by: ${errorText({ ...cause }).trim()}` : own
}

function hide(name: string, value: unknown): unknown {
  return HIDDEN.has(name) ? '[hidden]' : value
}

/** A value on one line. Some values have no JSON. */
function valueText(value: unknown): string {
  if (typeof value === 'string') return printableText(value)
  try {
    return printableJson(value, undefined, hide)
  } catch {
    return '[not shown]'
  }
}

function fieldText([name, value]: [string, unknown]): string {
  if (HIDDEN.has(name)) return `${name}=[hidden]`
  if (value instanceof Error) return errorText(describeError(value))
  return `${printableText(name)}=${valueText(value)}`
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8)
}

/** Logs for a terminal: one line with time, level, message, cause and fields, and below it the stack of an error. */
export function createTerminalLogger(stream: Writable): Logger {
  function log(level: string, message: string, fields: LogFields = {}): void {
    const { cause, ...rest } = fields
    // The cause stands before the other fields.
    const why = typeof cause === 'string' ? [printableText(cause)] : []
    const others = why.length > 0 ? rest : fields
    const known = Object.entries(others).filter(([, value]) => value !== undefined)
    writeLine(
      stream,
      [clock(), level.padEnd(5), printableText(message), ...why, ...known.map(fieldText)].join(' '),
    )
  }
  return {
    debug() {},
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
  }
}
