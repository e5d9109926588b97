import { relative } from 'node:path'
import type { Writable } from 'node:stream'
import { ConfigurationError, OptionsError } from '@signet/auth'
import { RegistrationError } from '@signet/core'
import { StartError } from '@signet/server'
import { isInstalled } from '../project/bundle/kind-of-file.js'
import { CommandFailure } from '../failure.js'
import { writeLine } from '../terminal/io.js'
import { refusedOptionLines } from './refused-options.js'
import { isOfSignet, shownStack, stackPlaces } from './stack.js'
import { createStyle, writeStyledLine } from '../terminal/style.js'

/** An error whose message is written for the person at the terminal. For any other error, the stack is shown too. */
export type ExplainedError = CommandFailure | StartError | ConfigurationError | RegistrationError

/** Whether the message of an error needs no stack. */
export function isExplained(error: unknown): error is ExplainedError {
  return (
    error instanceof CommandFailure ||
    error instanceof StartError ||
    ConfigurationError.isInstance(error) ||
    RegistrationError.isInstance(error)
  )
}

/** The file and line of the application at which an error began; undefined if it began elsewhere. */
export function placeInApplication(error: Error): string | undefined {
  const place = stackPlaces(error).find(({ file }) => !isOfSignet(file) && !isInstalled(file))
  if (place === undefined) return undefined
  const path = relative(process.cwd(), place.file).replaceAll('\\', '/')
  return `${path}:${place.position}`
}

/** The text of an error: its message if that explains it, otherwise its stack and its cause. */
function errorText(error: Error): string {
  if (isExplained(error)) {
    const place = placeInApplication(error)
    return place === undefined ? error.message : `${error.message}\n  See ${place}.`
  }
  const own = shownStack(error)
  return error.cause instanceof Error ? `${own}\nCaused by: ${shownStack(error.cause)}` : own
}

/**
 * Writes why a command failed. Explained errors take one line, or several if they have a list. Other errors have their
 * stack.
 * @param prefix - what stands before the first line. Default: nothing
 */
export function writeError(stream: Writable, error: unknown, prefix = ''): void {
  if (OptionsError.isInstance(error)) {
    const [heading = '', ...lines] = refusedOptionLines(error.refused, createStyle(stream))
    for (const line of [prefix + heading, ...lines]) writeStyledLine(stream, line)
    return
  }
  if (!(error instanceof Error)) {
    writeLine(stream, prefix + String(error))
    return
  }
  writeLine(stream, prefix + errorText(error))
}
