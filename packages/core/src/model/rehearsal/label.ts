import { spanText, type Message } from './message.js'
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

/** Where the words of a property's name stand in a message: the number of the token after them. */
function findLabels({ tokens }: Message, name: string): readonly number[] {
  const stems = nameStems(name)
  if (stems.length === 0) return []
  return tokens.flatMap((_, index) =>
    stems.every((stem, offset) => tokens[index + offset]?.stem === stem)
      ? [index + stems.length]
      : [],
  )
}

/** The value behind the label that ends before a token: `: Lost keys`, `is Lost keys`, ` "Lost keys"`. */
function readLabelled(
  message: Message,
  after: number,
  { topic, phrases }: Context,
): Phrase | undefined {
  const { text, tokens } = message
  const isAssigned = /^\s*[:=]\s*$/u.test(text.slice(tokens[after - 1]?.end, tokens[after]?.start))
  const isConnected = CONNECTORS.has(tokens[after]?.lower ?? '')
  const start = isConnected ? after + 1 : after
  const quoted = phrases.find(({ from, rank }) => from === start && rank === QUOTED_RANK)
  if (quoted !== undefined) return quoted
  if (tokens[start]?.startsClause === true && !isAssigned) return undefined
  const span = spanFrom(message, start)
  if (span === undefined) return undefined
  const isOfTopic = topic.all.has(tokens[span.from]?.stem ?? '')
  if (isOfTopic && !isAssigned && !isConnected) return undefined
  return { ...span, text: spanText(message, span), preposition: undefined, rank: LABELLED_RANK }
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
    .map((after) => readLabelled(message, after, context))
    .find((phrase) => phrase !== undefined)
  if (named !== undefined) return named
  const role = findRole(name, description)
  if (role === 'time') return timePhrases(message)[0]
  return role && context.phrases.find(({ preposition }) => preposition === role)
}
