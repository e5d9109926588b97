// A model that answers at once, so that what is measured is everything but the model. Every server has this very one.

const USAGE = {
  inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 5, text: 5, reasoning: 0 },
}
const PIECES = ['It is ', '21 degrees ', 'in London.']

const finish = (unified) => ({ finishReason: { unified, raw: unified }, usage: USAGE })

/** The words of the last message, where a person wrote it; undefined after a tool's result. */
function lastWords(prompt) {
  const last = prompt.at(-1)
  if (last?.role !== 'user') return undefined
  return last.content.map((part) => part.text ?? '').join(' ')
}

/** The tool is the one on offer: each server names it in its own way. */
function callOf(tools) {
  const toolName = tools?.[0]?.name
  if (toolName === undefined) throw new Error('The model was offered no tool.')
  return { toolCallId: 'call-1', toolName, input: '{"city":"London"}' }
}

function textParts() {
  return [
    { type: 'text-start', id: '1' },
    ...PIECES.map((delta) => ({ type: 'text-delta', id: '1', delta })),
    { type: 'text-end', id: '1' },
    { type: 'finish', ...finish('stop') },
  ]
}

/** A stream of all parts at once; one that waits says its first words and then nothing, until it is aborted. */
function streamOf(parts, waitsFor) {
  return new ReadableStream({
    start(controller) {
      controller.enqueue({ type: 'stream-start', warnings: [] })
      for (const part of parts) controller.enqueue(part)
      if (waitsFor === undefined) return controller.close()
      waitsFor.addEventListener('abort', () => controller.error(waitsFor.reason), { once: true })
    },
  })
}

/**
 * A language model (specification v3) that does as the last message says: "tool" has it call the tool on
 * offer, and answer in words once that has; "wait" has a stream stop after its first words; anything else is
 * answered in words.
 */
export const instantModel = {
  specificationVersion: 'v3',
  provider: 'bench',
  modelId: 'instant',
  supportedUrls: {},
  async doGenerate({ prompt, tools }) {
    if (lastWords(prompt)?.includes('tool')) {
      const content = [{ type: 'tool-call', ...callOf(tools) }]
      return { content, ...finish('tool-calls'), warnings: [] }
    }
    const content = [{ type: 'text', text: PIECES.join('') }]
    return { content, ...finish('stop'), warnings: [] }
  },
  async doStream({ prompt, tools, abortSignal }) {
    const words = lastWords(prompt)
    if (words?.includes('wait')) {
      const never = abortSignal ?? new AbortController().signal
      return { stream: streamOf(textParts().slice(0, 2), never) }
    }
    if (words?.includes('tool')) {
      const parts = [
        { type: 'tool-call', ...callOf(tools) },
        { type: 'finish', ...finish('tool-calls') },
      ]
      return { stream: streamOf(parts) }
    }
    return { stream: streamOf(textParts()) }
  },
}
