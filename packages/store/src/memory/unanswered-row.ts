import { dropMark, markUnanswered, UNANSWERED, type Unanswered } from '@signet/core'
import { decodeBody, encodeBody, type NewRow } from './message-row.js'
import { encodeObject, hashEntries } from '../database/value.js'

const [FAILED = ''] = hashEntries(JSON.stringify(UNANSWERED.failed))
const [STOPPED = ''] = hashEntries(JSON.stringify(UNANSWERED.stopped))

/** What the hashes of a message's metadata say of its answer. */
export function unansweredOf(entries: string): Unanswered | undefined {
  if (entries.includes(FAILED)) return 'failed'
  return entries.includes(STOPPED) ? 'stopped' : undefined
}

/** The row with the mark that its answer did not come about; with undefined, without a mark. */
export function withMark(row: NewRow, unanswered: Unanswered | undefined): NewRow {
  const { type, content } = decodeBody(row.body)
  const marked =
    unanswered === undefined
      ? { ...content, metadata: dropMark(content.metadata ?? {}) }
      : markUnanswered(content, unanswered)
  const entries = hashEntries(encodeObject(marked.metadata) ?? '{}').join(' ')
  return { ...row, body: encodeBody(type, marked), entries }
}
