import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { Mastra } from '../mastra.js'
import { createTool } from '../tool/create-tool.js'
import { createStep, createWorkflow, mapVariable } from './create-workflow.js'

const place = z.object({ place: z.string() })
const degrees = z.object({ degrees: z.number() })

const measure = createStep({
  id: 'measure',
  inputSchema: place,
  outputSchema: degrees,
  execute: async ({ inputData }) => {
    expectTypeOf(inputData).toEqualTypeOf<{ place: string }>()
    return { degrees: inputData.place.length }
  },
})

const word = createStep({
  id: 'word',
  inputSchema: degrees,
  outputSchema: z.object({ text: z.string() }),
  resumeSchema: z.object({ isFine: z.boolean() }),
  suspendSchema: z.object({ question: z.string() }),
  stateSchema: z.object({ count: z.number() }),
  execute: async ({
    inputData,
    resumeData,
    suspendData,
    suspend,
    state,
    setState,
    bail,
    getStepResult,
  }) => {
    expectTypeOf(resumeData).toEqualTypeOf<{ isFine: boolean } | undefined>()
    expectTypeOf(suspendData).toEqualTypeOf<{ question: string } | undefined>()
    expectTypeOf(state).toEqualTypeOf<{ count: number }>()
    expectTypeOf(getStepResult(measure)).toEqualTypeOf<{ degrees: number }>()
    await setState({ count: state.count + 1 })
    if (resumeData === undefined) return suspend({ question: 'Is it fine?' })
    if (!resumeData.isFine) return bail({ text: '' })
    return { text: `${inputData.degrees}` }
  },
})

const flow = () =>
  createWorkflow({
    id: 'weather',
    inputSchema: place,
    outputSchema: z.object({ text: z.string() }),
  })

const look = createTool({
  id: 'look',
  description: 'Looks.',
  inputSchema: place,
  outputSchema: degrees,
  execute: async ({ place }) => ({ degrees: place.length }),
})

describe('a tool as a step', () => {
  it('takes and gives what its schemas say', () => {
    flow()
      .then(createStep(look))
      .map(({ inputData }) => {
        expectTypeOf(inputData).toEqualTypeOf<{ degrees: number }>()
        return inputData
      })
      // @ts-expect-error: it takes a place
      .then(createStep(look))
  })

  it('takes any object and gives anything where it names no schema', () => {
    const execute = () => 1
    flow()
      .then(createStep(createTool({ id: 'any', description: 'Any.', execute })))
      .map(({ inputData }) => {
        expectTypeOf(inputData).toEqualTypeOf<unknown>()
        return 1
      })
  })
})

describe('a workflow', () => {
  it('passes on what a step gives', () => {
    const workflow = flow().then(measure).then(word).commit()
    expectTypeOf(workflow.createRun).returns.resolves.toHaveProperty('start')
    type Start = Awaited<ReturnType<typeof workflow.createRun>>['start']
    expectTypeOf<NonNullable<Parameters<Start>[0]>['inputData']>().toEqualTypeOf<
      { place: string } | undefined
    >()
  })

  it('takes no step that does not fit', () => {
    // @ts-expect-error: word takes degrees
    flow().then(word)
    // @ts-expect-error: a list is wanted
    flow().foreach(measure)
    // @ts-expect-error: both get the place
    flow().parallel([measure, word])
  })

  it('gives what parallel steps and branches gave by their ids', () => {
    flow()
      .parallel([measure])
      .map(({ inputData }) => {
        expectTypeOf(inputData).toEqualTypeOf<{ measure: { degrees: number } }>()
        return inputData.measure
      })
      .branch([[({ inputData }) => inputData.degrees > 3, word]])
      .map(({ inputData }) => {
        expectTypeOf(inputData).toEqualTypeOf<{ word?: { text: string } | undefined }>()
        return { list: [{ place: 'Rome' }] }
      })
      .map(({ inputData }) => inputData.list)
      .foreach(measure, { concurrency: 2 })
      .map(({ inputData }) => {
        expectTypeOf(inputData).toEqualTypeOf<{ degrees: number }[]>()
        return 1
      })
  })

  it('finds the types of a map by paths', () => {
    const begun = flow()
    begun
      .then(measure)
      .map({
        hot: mapVariable({ step: measure, path: 'degrees' }),
        all: mapVariable({ step: measure, path: '.' }),
        where: mapVariable({ initData: begun, path: 'place' }),
        fixed: { value: 4 },
        told: { template: '${inputData.degrees} degrees' },
        made: { fn: async ({ inputData }) => inputData.degrees > 3 },
      })
      .map(({ inputData }) => {
        expectTypeOf(inputData).toEqualTypeOf<{
          hot: number
          all: { degrees: number }
          where: string
          fixed: 4
          told: string
          made: boolean
        }>()
        return inputData
      })
  })

  it('is a step of another workflow, and a part of an application', () => {
    const inner = flow().then(measure).then(word).commit()
    const outer = flow().then(inner).commit()
    const mastra = new Mastra({ workflows: { inner, outer } })
    expectTypeOf(mastra.getWorkflow('inner').id).toEqualTypeOf<string>()
  })

  it('resumes a step with what it takes', async () => {
    const run = await flow().then(measure).then(word).commit().createRun()
    const result = await run.resume({ step: word, resumeData: { isFine: true } })
    // @ts-expect-error: isFine is a boolean
    await run.resume({ step: word, resumeData: { isFine: 'yes' } })
    await run.resume({ step: ['a', 'word'], resumeData: { anything: 1 } })
    if (result.status === 'success') expectTypeOf(result.result).toEqualTypeOf<{ text: string }>()
    if (result.status === 'suspended') {
      expectTypeOf(result.suspended[0]).toEqualTypeOf<readonly string[]>()
    }
  })
})
