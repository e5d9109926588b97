import { isObject } from '@signet/auth/internal'
import type { MemoryContent } from './storage.js'
import type { Unanswered } from './why-unanswered.js'

/** The member of the metadata that Signet alone writes. */
const NAME = 'signet'

/** What the metadata of a message holds that Signet itself put there: the member `signet`. */
function markOf(unanswered: Unanswered): Readonly<Record<string, unknown>> {
  return { [NAME]: { answer: unanswered } }
}

/** The metadata without what Signet alone writes there: no client may write it. */
export function dropMark(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { [NAME]: _, ...rest } = metadata
  return rest
}

/** The metadata of a question alone that has no answer, to find such questions by. */
export const UNANSWERED: Readonly<Record<Unanswered, Readonly<Record<string, unknown>>>> = {
  failed: markOf('failed'),
  stopped: markOf('stopped'),
}

/** The content of a question with the mark that its answer did not come about. */
export function markUnanswered(content: MemoryContent, unanswered: Unanswered): MemoryContent {
  return { ...content, metadata: { ...content.metadata, ...markOf(unanswered) } }
}

/** Why a stored question has no answer; undefined for any other message. */
export function readUnanswered({ metadata }: MemoryContent): Unanswered | undefined {
  const mark: unknown = metadata?.[NAME]
  const answer: unknown = isObject(mark) ? Reflect.get(mark, 'answer') : undefined
  return answer === 'failed' || answer === 'stopped' ? answer : undefined
}
