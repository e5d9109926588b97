import { contentStems, stem, type NameWords } from './words.js'

/** What a property is to the rest of a sentence. */
export type Role = 'from' | 'to' | 'about' | 'time'

/** The prepositions that introduce a role, with nouns that stand for it in names of properties. */
const PREPOSITIONS: readonly { readonly role: Role; readonly nouns: ReadonlySet<string> }[] = [
  { role: 'from', nouns: contentStems('origin source sender departure') },
  { role: 'to', nouns: contentStems('destination target recipient arrival') },
  { role: 'about', nouns: contentStems('topic subject') },
]

const TIME_NOUNS: ReadonlySet<string> = new Set(['when', 'date', 'day', 'time'].map(stem))

/**
 * The role that a property has by its name, else by its description. A name says when only with its
 * last word: `start time` does, and `time zone` does not; a description never does.
 *
 * @param described - the stems of the description
 */
export function findRole(
  { words, stems }: NameWords,
  described: ReadonlySet<string>,
): Role | undefined {
  if (TIME_NOUNS.has(stems.at(-1) ?? '')) return 'time'
  const roles = [
    PREPOSITIONS.find(({ role }) => words.includes(role)),
    PREPOSITIONS.find(({ nouns }) => stems.some((each) => nouns.has(each))),
    PREPOSITIONS.find(({ nouns }) => [...nouns].some((noun) => described.has(noun))),
  ]
  return roles.find((each) => each !== undefined)?.role
}
