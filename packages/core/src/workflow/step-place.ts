import type { Flow, Step } from './step.js'

/** A step, its id, or the path to it: from the outermost workflow to the step. */
export type StepPlace<Resume> =
  | string
  | readonly string[]
  | Step<string, never, unknown, Resume, never>
  | readonly [...Step[], Step<string, never, unknown, Resume, never>]

/** The ids of a place: one, or those of a path. */
export function idsOf(place: StepPlace<never>): readonly string[] {
  const parts: readonly (string | Step)[] = Array.isArray(place) ? place : [place]
  return parts.map((part) => (typeof part === 'string' ? part : part.id))
}

/** Whether a path is the one that is meant, or lies below it. */
export function isMeant(path: readonly string[], ids: readonly string[]): boolean {
  if (ids.length === 1 && ids[0] === path.join('.')) return true
  return ids.every((id, at) => path[at] === id)
}

/** The step of a path. */
export function stepOf(flow: Flow, path: readonly string[]): Step | undefined {
  let at: Flow | undefined = flow
  let found: Step | undefined
  for (const id of path) {
    found = at?.entries.flatMap(stepsOf).find((step) => step.id === id)
    const work: Step['work'] | undefined = found?.work
    at = work?.type === 'flow' ? work.flow : undefined
  }
  return found
}

/** The steps of one link of a chain. */
export function stepsOf(entry: Flow['entries'][number]): readonly Step[] {
  switch (entry.type) {
    case 'parallel':
      return entry.steps
    case 'branch':
      return entry.cases.map(([, step]) => step)
    case 'sleep':
    case 'sleepUntil':
      return []
    default:
      return [entry.step]
  }
}
