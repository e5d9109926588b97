import type {
  LanguageModelV3Message,
  LanguageModelV3Prompt,
  LanguageModelV3Usage,
} from '@ai-sdk/provider'

/** Beyond ASCII, what `\s` of a regular expression takes. */
const WIDE_SPACE = /\s/u

function isSpace(code: number): boolean {
  if (code < 0x80) return code === 32 || (code >= 9 && code <= 13)
  return WIDE_SPACE.test(String.fromCharCode(code))
}

/** Counts without keeping the words: a prompt may have millions. */
function countWords(text: string): number {
  let count = 0
  let isBehindSpace = true
  for (let index = 0; index < text.length; index++) {
    const isHere = isSpace(text.charCodeAt(index))
    if (isBehindSpace && !isHere) count++
    isBehindSpace = isHere
  }
  return count
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
  const input = prompt.reduce((sum, message) => sum + countWords(messageText(message)), 0)
  const output = countWords(answer)
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  }
}
