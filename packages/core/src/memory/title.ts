import type { ModelMessage } from 'ai'
import type { Logger } from '../logger.js'
import type { ModelConfig } from '../model/contract.js'
import { resolveModel } from '../model/resolve.js'

const INSTRUCTIONS =
  'Name the conversation that begins with the message below, in at most six words and in the language of the message. Answer with the name alone.'

const MOST_CHARACTERS = 100

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

/** The first line that says something, without the quotes that models like to put around it. */
function cleanTitle(text: string): string {
  const line = text.split('\n').find((each) => each.trim() !== '') ?? ''
  const bare = line.trim().replace(/^["'“„«*#\s]+|["'”“»*\s]+$/gu, '')
  return [...bare].slice(0, MOST_CHARACTERS).join('')
}

/**
 * Has a model name a conversation by its first question.
 * @returns undefined where the model fails, which costs a thread its title and nothing else
 */
export async function makeTitle(request: TitleRequest): Promise<string | undefined> {
  const { question, abortSignal, logger } = request
  const prompt = question.map(textOf).join('\n').trim()
  if (prompt === '') return undefined
  try {
    const { generateText } = await import('ai')
    const instructions = request.instructions ?? INSTRUCTIONS
    const model = await resolveModel(request.model)
    const { text } = await generateText({ model, instructions, prompt, abortSignal })
    return cleanTitle(text) || undefined
  } catch (error) {
    if (abortSignal?.aborted !== true) logger.warn('A thread got no title.', { error })
    return undefined
  }
}
