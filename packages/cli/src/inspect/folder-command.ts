import type { Advice } from '@signet/auth'
import type { NoToken, Verdict } from './verdict.js'

/** Quotes a path as one word of a shell. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

/** Adds `--dir` to the command of an advice, for a reader in another folder. */
function inFolder<Kind extends Partial<Advice>>(advice: Kind, directory: string): Kind {
  const { command, remedy } = advice
  if (command?.startsWith('npx signet ') !== true) return advice
  const flag = ` --dir ${shellWord(directory)}`
  return { ...advice, command: command + flag, remedy: (remedy ?? '') + flag }
}

/** Adds `--dir` to the commands of a verdict. A remedy ends with its command. */
export function forFolder(verdict: Verdict | NoToken, directory: string): Verdict | NoToken {
  if (verdict.result === 'not verified') return verdict
  const warnings = 'warnings' in verdict ? verdict.warnings : undefined
  return {
    ...inFolder(verdict, directory),
    ...(warnings !== undefined && { warnings: warnings.map((each) => inFolder(each, directory)) }),
  }
}
