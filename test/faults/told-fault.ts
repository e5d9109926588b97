/** A fault as the log tells it, from whichever error or cause has its class. */
export interface ToldFault {
  readonly level: 'warn' | 'error'
  /** The line's own message. */
  readonly message: string
  readonly code: string | undefined
  readonly fault: string | undefined
  readonly driverCode: string | undefined
}

interface LoggedError {
  readonly code?: string
  readonly fault?: string
  readonly driverCode?: string
  readonly cause?: LoggedError
}

interface LogLine {
  readonly level: number
  readonly msg: string
  readonly err?: LoggedError
}

const WARN = 40
const ERROR = 50

function causesOf(error: LoggedError | undefined): readonly LoggedError[] {
  return error === undefined ? [] : [error, ...causesOf(error.cause)]
}

function readLine(text: string): LogLine | undefined {
  try {
    const line: LogLine = JSON.parse(text)
    return line
  } catch {
    // The last line may not be whole yet.
    return undefined
  }
}

/** All that lines of a log tell of faults; a line without an error tells only its message. */
export function toldIn(text: string): readonly ToldFault[] {
  return text.split('\n').flatMap((part) => {
    const line = readLine(part)
    if (line === undefined || (line.level !== WARN && line.level !== ERROR)) return []
    const level = line.level === WARN ? 'warn' : 'error'
    const causes = causesOf(line.err)
    return (causes.length > 0 ? causes : [{}]).map(({ code, fault, driverCode }: LoggedError) => ({
      level,
      message: line.msg,
      code,
      fault,
      driverCode,
    }))
  })
}
