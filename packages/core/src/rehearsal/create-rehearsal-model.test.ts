import { randomInt } from 'node:crypto'
import type {
  LanguageModelV3CallOptions,
  LanguageModelV3FunctionTool,
  LanguageModelV3Prompt,
  LanguageModelV3StreamPart,
} from '@ai-sdk/provider'
import { generateText, isStepCount, Output, streamText, tool, type ToolSet } from 'ai'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { createRehearsalModel } from './create-rehearsal-model.js'

/** A word that nobody has used before. */
function inventWord(): string {
  const pick = (letters: string) => letters.charAt(randomInt(letters.length))
  const syllables = Array.from({ length: 4 }, () => pick('bdfgklmnprtvz') + pick('aeiou'))
  return `${syllables.join('')}k`
}

const capitalise = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1)

const model = createRehearsalModel()

const user = (text: string): LanguageModelV3Prompt[number] => ({
  role: 'user',
  content: [{ type: 'text', text }],
})

const functionTool = (
  name: string,
  description: string,
  properties: Readonly<Record<string, unknown>> = {},
): LanguageModelV3FunctionTool => ({
  type: 'function',
  name,
  description,
  inputSchema: { type: 'object', properties, required: Object.keys(properties) },
})

const LAMP = functionTool('switch-lamp', 'Switches a lamp on.', { room: { type: 'string' } })
const TIDE = functionTool('measure_tide', 'Tells the tide.', { harbour: { type: 'string' } })

const called = (toolName: string, input: unknown, toolCallId = 'call_1') =>
  ({
    role: 'assistant',
    content: [{ type: 'tool-call', toolCallId, toolName, input }],
  }) satisfies LanguageModelV3Prompt[number]

const answered = (toolName: string, value: null | string | object, toolCallId = 'call_1') =>
  ({
    role: 'tool',
    content: [
      {
        type: 'tool-result',
        toolCallId,
        toolName,
        output: { type: 'json', value: JSON.parse(JSON.stringify(value)) },
      },
    ],
  }) satisfies LanguageModelV3Prompt[number]

async function ask(options: LanguageModelV3CallOptions) {
  const { content, finishReason } = await model.doGenerate(options)
  return { content: content[0], finishReason: finishReason.unified }
}

async function readAll(stream: ReadableStream<LanguageModelV3StreamPart>) {
  const parts: LanguageModelV3StreamPart[] = []
  for await (const part of stream) parts.push(part)
  return parts
}

describe('agents and tools that nobody has seen before', () => {
  let words: Record<'verb' | 'noun' | 'kind' | 'place' | 'mood', string>

  beforeEach(() => {
    words = {
      verb: inventWord(),
      noun: inventWord(),
      kind: inventWord(),
      place: capitalise(inventWord()),
      mood: inventWord(),
    }
  })

  const decoy = () =>
    tool({
      description: `Counts the ${inventWord()} of a ${inventWord()}.`,
      inputSchema: z.object({ [inventWord()]: z.string() }),
      execute: () => ({ wrong: true }),
    })

  const run = (tools: ToolSet, prompt: string) =>
    generateText({ model, tools, prompt, instructions: inventWord(), stopWhen: isStepCount(3) })

  it('calls a tool of one text and words its answer', async () => {
    const { verb, noun, kind, place, mood } = words
    const execute = vi.fn<(input: Readonly<Record<string, string>>) => object>((input) => ({
      [kind]: input[kind],
      [`${noun}Level`]: 41.5,
      [`${noun}LevelUnit`]: 'zz',
      state: mood,
    }))
    const asked = tool({
      description: `Tells the ${noun} of a ${kind}.`,
      inputSchema: z.object({ [kind]: z.string().min(1).describe(`The name of a ${kind}.`) }),
      execute,
    })
    const tools = { [inventWord()]: decoy(), [`${verb}${capitalise(noun)}`]: asked }
    const result = await run(tools, `What is the ${noun} in ${place}, please?`)
    expect(execute.mock.calls.map(([input]) => input)).toEqual([{ [kind]: place }])
    expect(result.text).toBe(
      `${capitalise(kind)}: ${place}; ${noun} level: 41.5 zz; state: ${mood}.`,
    )
    expect(result.steps.map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop'])
    expect(result.steps.flatMap(({ warnings }) => warnings ?? [])).toEqual([])
  })

  it('fills numbers, choices and yes or no of a kebab-case tool', async () => {
    const { verb, noun, kind, mood } = words
    const execute = vi.fn<() => string>(() => `done with ${noun}`)
    const asked = tool({
      description: inventWord(),
      inputSchema: z.object({
        [noun]: z.int().min(1).max(9),
        [kind]: z.enum([inventWord(), mood]),
        silent: z.boolean(),
        [inventWord()]: z.string().optional(),
      }),
      execute,
    })
    const tools = { [`${verb}-it`]: asked, [inventWord()]: decoy() }
    const result = await run(tools, `${verb} it with 12 ${noun}, ${mood.toUpperCase()} and silent`)
    expect(execute).toHaveBeenCalledExactlyOnceWith(
      { [noun]: 9, [kind]: mood, silent: true },
      expect.anything(),
    )
    expect(result.text).toBe(`done with ${noun}`)
  })

  it('fills nested objects and lists of a snake_case tool, in a stream', async () => {
    const { verb, noun, kind, place, mood } = words
    const execute = vi.fn<() => object>(() => [{ [kind]: 1 }, { [kind]: 2 }])
    const asked = tool({
      description: inventWord(),
      inputSchema: z.object({
        [noun]: z.array(z.string()).min(1),
        spot: z.object({ [kind]: z.string() }),
      }),
      execute,
    })
    const { textStream, finalStep } = streamText({
      model,
      tools: { [inventWord()]: decoy(), [`${verb}_all`]: asked },
      prompt: `${verb} with ${kind}: ${place}. ${noun}: ${mood}, red and dark blue`,
      stopWhen: isStepCount(3),
    })
    const deltas: string[] = []
    for await (const delta of textStream) deltas.push(delta)
    expect(execute).toHaveBeenCalledExactlyOnceWith(
      { [noun]: [mood, 'red', 'dark blue'], spot: { [kind]: place } },
      expect.anything(),
    )
    expect(deltas.join('')).toBe(
      `There are 2 items in the tool's result, the first with ${kind}: 1.`,
    )
    expect(deltas.length).toBeGreaterThan(1)
    expect((await finalStep).providerMetadata?.['signet']).toMatchObject({ rehearsal: true })
  })

  it('says that a tool failed', async () => {
    const { verb, noun } = words
    const failing = tool({
      inputSchema: z.object({}),
      execute: (): string => {
        throw new Error(`no ${noun} left`)
      },
    })
    const result = await run({ [verb]: failing }, verb)
    expect(result.text).toBe(`The tool "${verb}" failed with an error: No ${noun} left.`)
  })

  it('answers with JSON that fits the schema, from the results and else from the words', async () => {
    const { verb, noun, place } = words
    const measure = tool({ inputSchema: z.object({}), execute: () => ({ [noun]: 7 }) })
    const schema = z.object({ [noun]: z.number(), where: z.string(), isSure: z.boolean() })
    const result = await generateText({
      model,
      tools: { [verb]: measure },
      prompt: `${verb} it in ${place}`,
      output: Output.object({ schema }),
      stopWhen: isStepCount(3),
    })
    expect(result.output).toEqual({ [noun]: 7, where: place, isSure: false })
  })
})

describe('the choice of a tool', () => {
  const tools = [LAMP, TIDE]

  it('falls on the tool that shares most words, whatever their endings', async () => {
    expect(await ask({ prompt: [user('switching the lamps of Orvale')], tools })).toEqual({
      content: {
        type: 'tool-call',
        toolCallId: 'call_1',
        toolName: 'switch-lamp',
        input: '{"room":"Orvale"}',
      },
      finishReason: 'tool-calls',
    })
  })

  it('reads the names and descriptions of parameters too', async () => {
    const answer = await ask({ prompt: [user('what about the harbour?')], tools })
    expect(answer.content).toMatchObject({ toolName: 'measure_tide' })
  })

  it('falls on the first of equals', async () => {
    const twin = { ...LAMP, name: 'lamp-switch' }
    const answer = await ask({ prompt: [user('switch lamp')], tools: [twin, LAMP] })
    expect(answer.content).toMatchObject({ toolName: 'lamp-switch' })
  })

  it('falls on none where no word is shared, and says what answers', async () => {
    const { content, finishReason } = await ask({ prompt: [user('sing <b>a song</b>')], tools })
    expect(content).toEqual({
      type: 'text',
      text: expect.stringMatching(
        /rehearsal model: no language model is connected.*switch-lamp, measure_tide.*MODEL/u,
      ),
    })
    expect(JSON.stringify(content)).not.toContain('song')
    expect(finishReason).toBe('stop')
  })

  it('falls on none of the words that every sentence has', async () => {
    const chatty = functionTool('what-is-the', 'Do you want to know what it is?')
    const answer = await ask({ prompt: [user('what is the sum of it?')], tools: [chatty] })
    expect(answer.finishReason).toBe('stop')
  })

  it('reads the last message of the user only', async () => {
    const prompt = [user('switch the lamp'), user('sing a song')]
    expect((await ask({ prompt, tools })).finishReason).toBe('stop')
  })

  it('keeps to toolChoice none', async () => {
    const prompt = [user('switch the lamp in Orvale')]
    const answer = await ask({ prompt, tools, toolChoice: { type: 'none' } })
    expect(answer.content?.type).toBe('text')
  })

  it('keeps to toolChoice required, even where no word is shared', async () => {
    const toolChoice = { type: 'required' as const }
    const shared = await ask({ prompt: [user('the tide')], tools, toolChoice })
    expect(shared.content).toMatchObject({ toolName: 'measure_tide' })
    const unshared = await ask({ prompt: [user('sing')], tools, toolChoice })
    expect(unshared.content).toMatchObject({ toolName: 'switch-lamp' })
    expect((await ask({ prompt: [user('sing')], toolChoice })).finishReason).toBe('stop')
  })

  it('keeps to the one tool that toolChoice names', async () => {
    const toolChoice = { type: 'tool' as const, toolName: 'measure_tide' }
    const answer = await ask({ prompt: [user('switch the lamp')], tools, toolChoice })
    expect(answer.content).toMatchObject({ toolName: 'measure_tide' })
    const unknown = { type: 'tool' as const, toolName: 'toString' }
    const refused = await ask({ prompt: [user('switch the lamp')], tools, toolChoice: unknown })
    expect(refused.finishReason).toBe('stop')
  })

  it('never falls on a tool that only a provider can run', async () => {
    const provided = { type: 'provider' as const, id: 'x.lamp' as const, name: 'lamp', args: {} }
    expect((await ask({ prompt: [user('lamp')], tools: [provided] })).finishReason).toBe('stop')
  })
})

describe('after a result', () => {
  const tools = [LAMP, TIDE]
  const prompt: LanguageModelV3Prompt = [
    user('switch the lamp in Orvale'),
    called('switch-lamp', { room: 'Orvale' }),
    answered('switch-lamp', { isOn: true }),
  ]

  it('words it instead of calling again', async () => {
    const answer = await ask({ prompt, tools })
    expect(answer).toEqual({ content: { type: 'text', text: 'Is on: yes.' }, finishReason: 'stop' })
  })

  it('does not make the same call again, even where one is required', async () => {
    expect((await ask({ prompt, tools, toolChoice: { type: 'required' } })).finishReason).toBe(
      'stop',
    )
    const toolChoice = { type: 'tool' as const, toolName: 'measure_tide' }
    expect((await ask({ prompt, tools, toolChoice })).content).toMatchObject({
      toolCallId: 'call_2',
      toolName: 'measure_tide',
    })
  })

  it('words all results since the last message of the user, and none from before', async () => {
    const again: LanguageModelV3Prompt = [
      ...prompt,
      user('and the tide in Brenno'),
      called('measure_tide', { harbour: 'Brenno' }, 'call_2'),
      answered('measure_tide', { height: 2 }, 'call_2'),
      called('switch-lamp', { room: 'Brenno' }, 'call_3'),
      answered('switch-lamp', null, 'call_3'),
    ]
    expect((await ask({ prompt: again, tools })).content).toEqual({
      type: 'text',
      text: 'Height: 2.\n\nThe tool "switch lamp" gave no result.',
    })
  })

  it('calls again for a new message, and counts its calls on', async () => {
    const again = [...prompt, user('switch the lamp in Orvale')]
    expect((await ask({ prompt: again, tools })).content).toMatchObject({ toolCallId: 'call_2' })
  })
})

describe('an answer', () => {
  const options: LanguageModelV3CallOptions = {
    prompt: [user('the tide in Orvale')],
    tools: [TIDE],
  }

  it('says what it is', async () => {
    const result = await model.doGenerate(options)
    expect(model).toMatchObject({ provider: 'signet', modelId: 'rehearsal' })
    expect(result.response).toEqual({ modelId: 'rehearsal' })
    expect(result.providerMetadata).toEqual({
      signet: { rehearsal: true, note: expect.stringContaining('no language model') },
    })
  })

  it('counts words as tokens', async () => {
    const { usage } = await model.doGenerate(options)
    expect(usage.inputTokens).toEqual({ total: 4, noCache: 4, cacheRead: 0, cacheWrite: 0 })
    expect(usage.outputTokens).toEqual({ total: 1, text: 1, reasoning: 0 })
  })

  it('is the same each time, and from each model', async () => {
    const first = await model.doGenerate(options)
    expect(await model.doGenerate(options)).toEqual(first)
    expect(await createRehearsalModel().doGenerate(options)).toEqual(first)
    const { stream } = await model.doStream(options)
    const { stream: second } = await model.doStream(options)
    expect(await readAll(stream)).toEqual(await readAll(second))
  })

  it('is JSON where that is asked for, also without a schema', async () => {
    const prompt = [user('the tide in Orvale')]
    const plain = await ask({ prompt, responseFormat: { type: 'json' } })
    expect(plain.content).toEqual({ type: 'text', text: '{}' })
    const text = await ask({ prompt, responseFormat: { type: 'text' } })
    expect(text.content).toMatchObject({ text: expect.stringContaining('rehearsal') })
  })

  it('needs no message of the user', async () => {
    const prompt: LanguageModelV3Prompt = [{ role: 'system', content: 'the tide' }]
    expect((await ask({ prompt, tools: [TIDE] })).finishReason).toBe('stop')
    expect((await ask({ prompt: [], tools: [TIDE] })).finishReason).toBe('stop')
  })
})

describe('a stream', () => {
  it('tells a tool call in the order of its parts', async () => {
    const { stream } = await model.doStream({
      prompt: [user('tide in Great Orvale')],
      tools: [TIDE],
    })
    const parts = await readAll(stream)
    expect(parts.map(({ type }) => type)).toEqual([
      'stream-start',
      'response-metadata',
      'tool-input-start',
      'tool-input-delta',
      'tool-input-delta',
      'tool-input-end',
      'tool-call',
      'finish',
    ])
    expect(parts.at(-1)).toMatchObject({ providerMetadata: { signet: { rehearsal: true } } })
  })

  it('tells the same text as an answer at once, word by word', async () => {
    const options = { prompt: [user('hello')] }
    const { stream } = await model.doStream(options)
    const parts = await readAll(stream)
    const deltas = parts.flatMap((part) => (part.type === 'text-delta' ? [part.delta] : []))
    expect((await ask(options)).content).toEqual({ type: 'text', text: deltas.join('') })
    expect(deltas.every((delta) => /^\S+\s*$/u.test(delta))).toBe(true)
  })
})

describe('an abort', () => {
  const prompt = [user('hello')]

  it('before the call refuses it with the reason', async () => {
    const reason = new Error('gone')
    const abortSignal = AbortSignal.abort(reason)
    await expect(model.doGenerate({ prompt, abortSignal })).rejects.toBe(reason)
    await expect(model.doStream({ prompt, abortSignal })).rejects.toBe(reason)
  })

  it('in the middle ends the stream with the reason, while it waits for a word', async () => {
    const slow = createRehearsalModel({ chunkDelayMs: 2 ** 30 })
    const controller = new AbortController()
    const { stream } = await slow.doStream({ prompt, abortSignal: controller.signal })
    const reader = stream.getReader()
    for (const type of ['stream-start', 'response-metadata', 'text-start']) {
      expect((await reader.read()).value?.type).toBe(type)
    }
    const pending = reader.read()
    const reason = new Error('gone')
    controller.abort(reason)
    await expect(pending).rejects.toBe(reason)
    await expect(reader.closed).rejects.toBe(reason)
  })

  it('in the middle ends the stream even while nobody reads', async () => {
    const controller = new AbortController()
    const { stream } = await model.doStream({ prompt, abortSignal: controller.signal })
    const reader = stream.getReader()
    await reader.read()
    const reason = new Error('gone')
    controller.abort(reason)
    await expect(reader.closed).rejects.toBe(reason)
  })

  it('after the end changes nothing', async () => {
    const controller = new AbortController()
    const { stream } = await model.doStream({ prompt, abortSignal: controller.signal })
    const parts = await readAll(stream)
    controller.abort()
    expect(parts.at(-1)?.type).toBe('finish')
  })

  it('reaches the reader of streamText', async () => {
    const slow = createRehearsalModel({ chunkDelayMs: 2 ** 30 })
    const controller = new AbortController()
    const { fullStream } = streamText({
      model: slow,
      prompt: 'hello',
      abortSignal: controller.signal,
    })
    const types: string[] = []
    for await (const { type } of fullStream) {
      types.push(type)
      if (type === 'text-start') controller.abort()
    }
    expect(types.at(-1)).toBe('abort')
    expect(types).not.toContain('text-delta')
  })
})

it.each([-1, Number.NaN, Infinity])('refuses a delay of %d ms', (chunkDelayMs) => {
  const refusal = expect.objectContaining({ code: 'model_config_invalid' })
  expect(() => createRehearsalModel({ chunkDelayMs })).toThrow(refusal)
})
