import type { Writable } from 'node:stream'
import type { LogFields, Logger } from '@signet/core'
import { describeError, SECRET_FIELDS } from '@signet/server'
import { writeLine } from './io.js'

const HIDDEN: ReadonlySet<string> = new Set(SECRET_FIELDS)

/** An error with its stack, and its causes below it. */
function errorText({ stack, message, cause }: LogFields): string {
  const own = `\n${String(stack ?? message)}`
  const isCaused = typeof cause === 'object' && cause !== null
  return isCaused ? `${own}\nCaused by: ${errorText({ ...cause }).trim()}` : own
}

function fieldText([name, value]: [string, unknown]): string {
  if (HIDDEN.has(name)) return `${name}=[hidden]`
  if (value instanceof Error) return errorText(describeError(value))
  return `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8)
}

/** Logs for a person at a terminal: a line of time, level, message and fields. */
export function createTerminalLogger(stream: Writable): Logger {
  function log(level: string, message: string, fields: LogFields = {}): void {
    const known = Object.entries(fields).filter(([, value]) => value !== undefined)
    writeLine(stream, [clock(), level.padEnd(5), message, ...known.map(fieldText)].join(' '))
  }
  return {
    debug() {},
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
  }
}
