import type {
  JSONValue,
  LanguageModelV3ToolResultOutput,
  LanguageModelV3ToolResultPart,
} from '@ai-sdk/provider'
import { wordName, wordText, wordValue } from './word-value.js'

/** What the AI SDK puts before the message of an error. */
const ERROR_NAME = /^\w*Error: /u

function joinContent(output: LanguageModelV3ToolResultOutput & { type: 'content' }): string {
  return output.value
    .map((part) => (part.type === 'text' ? part.text : `(${part.type.replaceAll('-', ' ')})`))
    .join('\n')
}

/** What a tool answered, or undefined where it failed or was not run. */
export function readResult({ output }: LanguageModelV3ToolResultPart): JSONValue | undefined {
  switch (output.type) {
    case 'json':
    case 'text':
      return output.value
    case 'content':
      return joinContent(output)
    default:
      return undefined
  }
}

function wordAnswer(tool: string, value: JSONValue): string {
  if (value === null || value === '') return `${tool} gave no result.`
  if (typeof value === 'string') return wordText(value.trim()) || `${tool} gave no result.`
  return typeof value === 'object' ? wordValue(value) : `${tool} answered: ${wordValue(value)}`
}

/** What a tool answered, failed with, or was not run for: two sentences at most, for a person. */
export function wordResult({ toolName, output }: LanguageModelV3ToolResultPart): string {
  const tool = `The tool "${wordName(toolName)}"`
  switch (output.type) {
    case 'json':
    case 'text':
      return wordAnswer(tool, output.value)
    case 'content':
      return wordAnswer(tool, joinContent(output))
    case 'error-text':
      return `${tool} failed with an error: ${wordValue(output.value.replace(ERROR_NAME, ''))}`
    case 'error-json':
      return `${tool} failed with an error: ${wordValue(output.value)}`
    case 'execution-denied':
      return output.reason === undefined
        ? `${tool} was not run: that was not allowed.`
        : `${tool} was not run: ${wordValue(output.reason)}`
  }
}
