import { decodeToken, readPasted } from '@signet/auth'
import { looksLikeApiKey } from '@signet/auth/internal'
import { slipAdvice } from '@signet/auth/advice'
import { FindingFailure, UsageFailure } from '../failure.js'
import { askProject, askSecret } from '../inspect/ask-project.js'
import { forFolder } from '../inspect/folder-command.js'
import { readPastedToken } from '../inspect/token-input.js'
import { reportLines } from '../inspect/token-lines.js'
import { explainUnreadable, readDecoded, type TokenReport } from '../inspect/token-report.js'
import { judgeApiKey, notVerified, type NoToken, type Verdict } from '../inspect/verdict.js'
import { type Io, writeLine } from '../terminal/io.js'
import { printableJson } from '../terminal/printable.js'
import { createStyle, writeStyledLine } from '../terminal/style.js'

/** Flags of `signet inspect`. */
export interface InspectOptions {
  readonly json?: boolean
  /** The variable that holds the secret. Default: the application verifies the token. */
  readonly secretEnv?: string
  /** Whether the routes that are open for the token are listed. */
  readonly routes?: boolean
}

/** A verdict. With an error, the application could not be loaded, but the token is still shown. */
interface Answer {
  readonly verdict: Verdict | NoToken
  readonly error?: unknown
}

async function ask(
  text: string,
  directory: string,
  { secretEnv, routes }: InspectOptions,
): Promise<Answer> {
  const { token } = readPasted(text)
  if (looksLikeApiKey(token)) return { verdict: judgeApiKey(token) }
  try {
    const verdict =
      secretEnv === undefined
        ? await askProject(text, directory, routes === true)
        : await askSecret(text, secretEnv, directory)
    return { verdict }
  } catch (error) {
    if (error instanceof UsageFailure) throw error
    const what = secretEnv === undefined ? 'application' : 'secret'
    return {
      verdict: notVerified(`The ${what} cannot be used. The error at the end says why.`),
      error,
    }
  }
}

/** Replaces "not verified" by the fault that the text itself shows, if it shows one. */
async function withOwnFault(text: string, verdict: Verdict | NoToken): Promise<Verdict | NoToken> {
  if (verdict.result !== 'not verified') return verdict
  const { token, slips } = readPasted(text)
  if (slips.length > 0) {
    const { cause, ...advice } = slipAdvice(slips, undefined)
    return { result: 'refused', code: 'token_malformed', reason: cause, ...advice }
  }
  const isReadable = looksLikeApiKey(token) || (await decodeToken(token)) !== null
  return isReadable ? verdict : explainUnreadable(token)
}

function writeReport(report: TokenReport, options: InspectOptions, io: Io): void {
  if (options.json === true) {
    const { token = null, verdict } = report
    writeLine(io.stdout, printableJson({ token, verdict }, 2))
    return
  }
  const style = createStyle(io.stdout)
  for (const line of reportLines(report, style, options.routes === true))
    writeStyledLine(io.stdout, line)
}

/**
 * Prints what a token says, and whether the provider of the application accepts it.
 * @throws {FindingFailure} for a token that is refused or is none, once that is told
 */
export async function runInspect(
  argument: string | undefined,
  directory: string,
  options: InspectOptions,
  io: Io,
): Promise<void> {
  const text = await readPastedToken(argument, io)
  const { token } = readPasted(text)
  const decoded = (await decodeToken(token)) ?? undefined
  const answer = await ask(text, directory, options)
  const own = await withOwnFault(text, answer.verdict)
  const verdict = directory === io.directory ? own : forFolder(own, directory)
  const read = decoded === undefined ? undefined : readDecoded(decoded, Date.now() / 1000)
  writeReport({ token: read, isApiKey: looksLikeApiKey(token), verdict }, options, io)
  if (answer.error !== undefined) throw answer.error
  if (verdict.result === 'refused') throw new FindingFailure()
}
