import type { RefusedOption } from '@signet/auth'
import { mayBeMissing } from '@signet/core'
import { printableText } from '../terminal/printable.js'
import type { Style } from '../terminal/style.js'

/** The options by object, in the order in which the objects first appear. */
function byPlace(refused: readonly RefusedOption[]): ReadonlyMap<string, readonly RefusedOption[]> {
  const places = new Map<string, RefusedOption[]>()
  for (const option of refused) {
    const others = places.get(option.where)
    if (others === undefined) places.set(option.where, [option])
    else others.push(option)
  }
  return places
}

function optionLine({ name, isGuard, remedy }: RefusedOption, style: Style): string {
  const guard = isGuard ? ` ${style('bad', '(closes something)')}` : ''
  return `  ${style('strong', printableText(name))}${guard}: ${printableText(remedy)}`
}

function adviceOf(refused: readonly RefusedOption[]): string {
  const advice = refused.length === 1 ? 'Do what the line says.' : 'Do what each line says.'
  if (!refused.some(mayBeMissing)) return advice
  const all = refused.length === 1 ? 'it' : 'them'
  const those = refused.every(mayBeMissing) ? all : 'those that Mastra has and that close nothing'
  return `${advice} Or set unsupported: 'warn' in new Mastra: the application is then served without ${those}.`
}

/** The subject of the heading: the object, if one object has all refused options. */
function subjectOf(places: ReadonlyMap<string, unknown>): string {
  const [where = 'Mastra', ...others] = places.keys()
  return others.length > 0 || where === 'Mastra' ? 'This application' : printableText(where)
}

/** Formats refused options for a terminal: a heading, the options of each object, and what to do. */
export function refusedOptionLines(
  refused: readonly RefusedOption[],
  style: Style,
): readonly string[] {
  const count = refused.length === 1 ? 'an option' : `${refused.length} options`
  const places = byPlace(refused)
  return [
    `${subjectOf(places)} has ${count} that Signet does not serve.`,
    ...[...places].flatMap(([where, options]) => [
      '',
      printableText(where),
      ...options.map((option) => optionLine(option, style)),
    ]),
    '',
    adviceOf(refused),
  ]
}
