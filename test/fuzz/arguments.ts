import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

/** What `npm run fuzz` can be asked to try. */
const SUBJECTS = ['tokens', 'http', 'bodies'] as const

/** One of them. */
export type SubjectName = (typeof SUBJECTS)[number]

/** What `npm run fuzz` was asked for. */
export interface FuzzArguments {
  readonly subjects: readonly SubjectName[]
  /** For each of them. Default: 1. */
  readonly minutes: number
  /** Default: by chance. */
  readonly seed: number
  /** One batch alone, to see a finding again. */
  readonly batch: number | undefined
  /** The folder of what is found. */
  readonly findings: string
}

const USAGE = `Usage: npm run fuzz -- [tokens|http|bodies|all] [--minutes N] [--seed S] [--batch B] [--findings FOLDER]`

function refuse(message: string): never {
  throw new Error(`${message}\n${USAGE}`)
}

function readNumber(name: string, text: string, isLegal: (value: number) => boolean): number {
  const value = Number(text)
  return text.trim() !== '' && isLegal(value) ? value : refuse(`--${name} cannot be ${text}.`)
}

function readSubjects(positionals: readonly string[]): readonly SubjectName[] {
  const [name = 'all', ...more] = positionals
  if (more.length > 0) refuse(`One thing to try, not ${positionals.length}.`)
  if (name === 'all') return SUBJECTS
  const subject = SUBJECTS.find((each) => each === name)
  return subject === undefined ? refuse(`There is nothing called ${name} to try.`) : [subject]
}

/** @throws an error whose message says what is wrong, and what there is */
export function readArguments(args: readonly string[]): FuzzArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      batch: { type: 'string' },
      findings: { type: 'string', default: '.signet/fuzz/findings' },
    },
  })
  const isWhole = (value: number) => Number.isSafeInteger(value) && value >= 0
  const subjects = readSubjects(positionals)
  if (values.batch !== undefined && subjects.length > 1) refuse('--batch is of one thing to try.')
  return {
    subjects,
    minutes: readNumber('minutes', values.minutes, (value) => value > 0 && value <= 24 * 60),
    seed: readNumber('seed', values.seed, isWhole),
    batch: values.batch === undefined ? undefined : readNumber('batch', values.batch, isWhole),
    findings: values.findings,
  }
}
