import type {
  LanguageModelV3Message,
  LanguageModelV3Prompt,
  LanguageModelV3Usage,
} from '@ai-sdk/provider'

function countWords(text: string): number {
  return text.match(/\S+/gu)?.length ?? 0
}

type Part = Exclude<LanguageModelV3Message['content'], string>[number]

function partText(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return part.text
    case 'tool-call':
      return JSON.stringify(part.input) ?? ''
    case 'tool-result':
      return JSON.stringify(part.output)
    default:
      return ''
  }
}

function messageText({ content }: LanguageModelV3Message): string {
  return typeof content === 'string' ? content : content.map(partText).join(' ')
}

/** Counts the words of a prompt and of an answer, where a language model counts its tokens. */
export function countUsage(prompt: LanguageModelV3Prompt, answer: string): LanguageModelV3Usage {
  const input = countWords(prompt.map(messageText).join(' '))
  const output = countWords(answer)
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  }
}
