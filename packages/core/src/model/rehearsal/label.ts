import { spanText, type Message, type Span } from './message.js'
import { QUOTED_RANK, spanFrom, timePhrases, type Phrase } from './phrase.js'
import { findRole } from './role.js'
import type { Topic } from './topic.js'
import { nameStems } from './words.js'

/** What stands between the name of a property and its value: `title is …`, `title: …`. */
const CONNECTORS: ReadonlySet<string> = new Set(
  'is are be as of called named titled saying says that equals'.split(' '),
)

/** Comes before all phrases that are not labelled. */
const LABELLED_RANK = QUOTED_RANK + 1

/** Of a message, what labels are looked for in. */
interface Context {
  readonly topic: Topic
  readonly phrases: readonly Phrase[]
}

/** Where the words of a property's name stand in a message. */
function findLabels({ tokens }: Message, name: string): readonly Span[] {
  const stems = nameStems(name)
  if (stems.length === 0) return []
  return tokens.flatMap((_, from) =>
    stems.every((stem, offset) => tokens[from + offset]?.stem === stem)
      ? [{ from, to: from + stems.length }]
      : [],
  )
}

/** The value behind a label, which it includes in its span: `: Lost keys`, `is Lost keys`, ` "Lost keys"`. */
function readLabelled(
  message: Message,
  { from, to }: Span,
  { topic, phrases }: Context,
): Phrase | undefined {
  const { text, tokens } = message
  const isAssigned = /^\s*[:=]\s*$/u.test(text.slice(tokens[to - 1]?.end, tokens[to]?.start))
  const isConnected = CONNECTORS.has(tokens[to]?.lower ?? '')
  const start = isConnected ? to + 1 : to
  const quoted = phrases.find((each) => each.from === start && each.rank === QUOTED_RANK)
  if (quoted !== undefined) return { ...quoted, from }
  if (tokens[start]?.startsClause === true && !isAssigned) return undefined
  const span = spanFrom(message, start)
  if (span === undefined) return undefined
  const isOfTopic = topic.all.has(tokens[span.from]?.stem ?? '')
  if (isOfTopic && !isAssigned && !isConnected) return undefined
  const value = spanText(message, span)
  return { from, to: span.to, text: value, preposition: undefined, rank: LABELLED_RANK }
}

/**
 * The words that a message gives a property in particular: by its name, as in `title: Lost keys` and
 * `title is Lost keys`, or by a preposition that its name or description stands for. Undefined: none.
 */
export function findLabelled(
  message: Message,
  { name, description }: { readonly name: string; readonly description: string },
  context: Context,
): Phrase | undefined {
  const named = findLabels(message, name)
    .map((label) => readLabelled(message, label, context))
    .find((phrase) => phrase !== undefined)
  if (named !== undefined) return named
  const role = findRole(name, description)
  if (role === 'time') return timePhrases(message)[0]
  return role && context.phrases.find(({ preposition }) => preposition === role)
}
