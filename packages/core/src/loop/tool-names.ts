import { createHash } from 'node:crypto'
import type { LanguageModelV3Prompt, LanguageModelV4Prompt } from '@ai-sdk/provider'
import type { LoopTools } from './call.js'

/** What OpenAI, Anthropic and Google all take as the name of a tool. Names here may be longer, and hold dots. */
const TAKEN_BY_ALL = /^[A-Za-z_][\w-]{0,63}$/u

const DIGEST_LENGTH = 10
const MAX_LENGTH = 64

/** A name that every provider takes, told apart from others by a digest of the whole. */
function shorten(name: string, salt: number): string {
  const digest = createHash('sha256')
    .update(`${salt} ${name}`)
    .digest('hex')
    .slice(0, DIGEST_LENGTH)
  const readable = name.replaceAll(/[^\w-]/gu, '_')
  const begun = /^[A-Za-z_]/u.test(readable) ? readable : `_${readable}`
  return `${begun.slice(0, MAX_LENGTH - DIGEST_LENGTH - 1)}_${digest}`
}

type Prompt = LanguageModelV3Prompt | LanguageModelV4Prompt
type Part = Exclude<Prompt[number]['content'], string>[number]

/**
 * How the tools of an answer are called before its model: as they are, where every provider takes the name. Permissions,
 * chunks and what is stored know the names of the application alone.
 */
export class ToolNames {
  /** Names of the model by those of the application, where they differ. */
  readonly #toModel = new Map<string, string>()
  readonly #fromModel = new Map<string, string>()
  readonly #tools: LoopTools

  constructor(tools: LoopTools) {
    this.#tools = tools
    for (const name of tools.keys()) this.toModel(name)
  }

  /** What the model knows a tool by, also one of an earlier answer that is not there any more. */
  toModel(name: string): string {
    const known = this.#toModel.get(name)
    if (known !== undefined) return known
    if (TAKEN_BY_ALL.test(name)) return name
    for (let salt = 0; ; salt++) {
      const own = shorten(name, salt)
      if (this.#tools.has(own) || this.#fromModel.has(own)) continue
      this.#toModel.set(name, own)
      this.#fromModel.set(own, name)
      return own
    }
  }

  /** What the application knows a tool by that a model named. */
  fromModel(name: string): string {
    return this.#fromModel.get(name) ?? name
  }

  /** A prompt in which tools are called as the model knows them. */
  inPrompt<Asked extends Prompt>(prompt: Asked): Asked {
    for (const { content } of prompt) {
      if (typeof content !== 'string') for (const part of content) this.#rename(part)
    }
    return prompt
  }

  #rename(part: Part): void {
    if (part.type === 'tool-call' || part.type === 'tool-result')
      part.toolName = this.toModel(part.toolName)
  }
}
