import type { Advice } from '@signet/auth'
import type { NoToken, Verdict } from './verdict.js'

/** A path as one word of a shell. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

/** What is done in the folder of an application, done from another one. */
function inFolder<Kind extends Partial<Advice>>(advice: Kind, directory: string): Kind {
  const { command, remedy } = advice
  if (command?.startsWith('npx signet ') !== true) return advice
  const flag = ` --dir ${shellWord(directory)}`
  return { ...advice, command: command + flag, remedy: (remedy ?? '') + flag }
}

/** A verdict whose commands name the folder of the application. A remedy ends with its command. */
export function forFolder(verdict: Verdict | NoToken, directory: string): Verdict | NoToken {
  if (verdict.result === 'not verified') return verdict
  const warnings = 'warnings' in verdict ? verdict.warnings : undefined
  return {
    ...inFolder(verdict, directory),
    ...(warnings !== undefined && { warnings: warnings.map((each) => inFolder(each, directory)) }),
  }
}
