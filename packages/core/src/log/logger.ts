/** Facts that go with a log line. Never a token, a key, a secret or a message's text. */
export type LogFields = Readonly<Record<string, unknown>>

/** How much a log line matters, from least to most. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Where log lines go. The server gives agents its own. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /**
   * Whether lines of a level are written: whoever would make one for every request asks first. Left out,
   * they are.
   */
  readonly isEnabled?: ((level: LogLevel) => boolean) | undefined
}

/** Writes warnings and errors to standard error, and nothing else: the default outside a server. */
export const consoleLogger: Logger = {
  isEnabled: (level) => level === 'warn' || level === 'error',
  debug() {},
  info() {},
  warn(message, fields) {
    console.warn(message, fields ?? '')
  },
  error(message, fields) {
    console.error(message, fields ?? '')
  },
}

/** Writes nothing: `logger: false`. */
export const silentLogger: Logger = {
  isEnabled: () => false,
  debug() {},
  info() {},
  warn() {},
  error() {},
}
