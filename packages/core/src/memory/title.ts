import type { ModelMessage } from 'ai'
import type { Logger } from '../log/logger.js'
import type { LoopCall } from '../loop/call.js'
import { runLoop } from '../loop/loop.js'
import type { ModelConfig } from '../model/model-config.js'
import { resolveModel } from '../model/resolve.js'

const INSTRUCTIONS =
  'Name the conversation that begins with the message below, in at most six words and in the language of the message. Answer with the name alone.'

const MAX_CHARACTERS = 100
/** So much of what the model says is looked at. */
const MAX_READ = 1000
/** So much of a question names its thread. */
const MAX_ASKED = 10_000
/** A title is not waited for any longer, in milliseconds. */
const TIMEOUT_MS = 5000

/** What a title is made from. */
export interface TitleRequest {
  readonly model: ModelConfig
  readonly instructions: string | undefined
  readonly question: readonly ModelMessage[]
  readonly abortSignal: AbortSignal | undefined
  readonly logger: Logger
}

function textOf({ role, content }: ModelMessage): string {
  if (role !== 'user') return ''
  if (typeof content === 'string') return content
  return content.map((part) => (part.type === 'text' ? part.text : '')).join(' ')
}

/** What models put around a title. */
const WRAPPING: ReadonlySet<string> = new Set('"\'“”„«»*# \t\r')

/** The first line that says something, without what stands around it. */
function cleanTitle(text: string): string {
  const line =
    text
      .slice(0, MAX_READ)
      .split('\n')
      .find((each) => each.trim() !== '') ?? ''
  const characters = [...line]
  const isInner = (character: string) => !WRAPPING.has(character)
  const start = characters.findIndex(isInner)
  const end = characters.findLastIndex(isInner)
  return start < 0
    ? ''
    : characters
        .slice(start, end + 1)
        .slice(0, MAX_CHARACTERS)
        .join('')
}

/** Asks a model once. An abort counts at once, also where the model does not obey it. */
async function ask(
  call: Pick<LoopCall, 'model' | 'instructions' | 'abortSignal' | 'logger'>,
  prompt: string,
): Promise<string> {
  const messages = [{ role: 'user', content: prompt } as const]
  const settings = { maxRetries: 0 }
  const once = { agentId: 'title', messages, tools: new Map(), maxSteps: 1, settings }
  let said = ''
  for await (const part of runLoop({ ...once, ...call }, 'generate')) {
    if (part.type !== 'step-end') continue
    for (const each of part.step.content) if (each.type === 'text') said += each.text
  }
  return said
}

/**
 * Has a model name a conversation by its first question.
 * @returns undefined where the model fails, which costs a thread its title and nothing else
 */
export async function makeTitle(request: TitleRequest): Promise<string | undefined> {
  const { question, abortSignal, logger } = request
  const prompt = question.map(textOf).join('\n').trim().slice(0, MAX_ASKED)
  if (prompt === '') return undefined
  const stop = new AbortController()
  const timer = setTimeout(
    () => stop.abort(new Error(`It took longer than ${TIMEOUT_MS} ms.`)),
    TIMEOUT_MS,
  )
  const leave = () => stop.abort(abortSignal?.reason)
  abortSignal?.addEventListener('abort', leave, { once: true })
  try {
    const { instructions = INSTRUCTIONS } = request
    const model = await resolveModel(request.model)
    const text = await ask({ model, instructions, abortSignal: stop.signal, logger }, prompt)
    return cleanTitle(text) || undefined
  } catch (error) {
    if (abortSignal?.aborted !== true) logger.warn('A thread got no title.', { error })
    return undefined
  } finally {
    clearTimeout(timer)
    abortSignal?.removeEventListener('abort', leave)
  }
}
