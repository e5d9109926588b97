import { BOUNDS } from '../bounds.js'

const UNPAIRED_SURROGATE = /\p{Surrogate}/u

/**
 * Whether a text can be the id of a thread or a message: 1 to 255 characters, none of them NUL or half of
 * a surrogate pair. `.` and `..` are none, because no URL can name them.
 */
export function isThreadId(id: string): boolean {
  return (
    id.length > 0 &&
    id.length <= BOUNDS.idCharacters.limit &&
    id !== '.' &&
    id !== '..' &&
    !id.includes('\0') &&
    !UNPAIRED_SURROGATE.test(id)
  )
}
