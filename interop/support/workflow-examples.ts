import { Agent } from '@mastra/core/agent'
import { Mastra } from '@mastra/core/mastra'
import { RequestContext } from '@mastra/core/request-context'
import { createTool } from '@mastra/core/tools'
import { createStep, createWorkflow, mapVariable } from '@mastra/core/workflows'
import { z } from 'zod'

/** What a step has come to, without its times. */
interface PlayedStep {
  readonly status: string
  readonly output?: unknown
  readonly suspendPayload?: unknown
}

/** What came of one leg of a run. */
export interface PlayedLeg {
  readonly status: string
  readonly result?: unknown
  readonly error?: string | undefined
  readonly suspended?: unknown
  readonly steps: Readonly<Record<string, PlayedStep>>
}

function isMember(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && name in value
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** What both engines tell of a leg. */
function told(result: unknown): PlayedLeg {
  const steps = Object.entries(member(result, 'steps') ?? {}).filter(([id]) => id !== 'input')
  return {
    status: String(member(result, 'status')),
    ...(isMember(result, 'result') && { result: member(result, 'result') }),
    ...(isMember(result, 'error') && { error: String(member(member(result, 'error'), 'message')) }),
    ...(isMember(result, 'suspended') && { suspended: member(result, 'suspended') }),
    steps: Object.fromEntries(
      steps.map(([id, step]) => [
        id,
        {
          status: String(member(step, 'status')),
          ...(member(step, 'output') !== undefined && { output: member(step, 'output') }),
          ...(member(step, 'status') === 'suspended' && {
            // Mastra keeps notes of its own in there.
            suspendPayload: Object.fromEntries(
              Object.entries(member(step, 'suspendPayload') ?? {}).filter(
                ([name]) => name !== '__workflow_meta',
              ),
            ),
          }),
        },
      ]),
    ),
  }
}

const forecast = z.object({ town: z.string(), high: z.number(), rain: z.number() })

/** Looks up a forecast, and has an agent word what to do. */
async function planDay(modelUrl: string): Promise<PlayedLeg[]> {
  const planner = new Agent({
    id: 'planner',
    name: 'Planner',
    instructions: 'You plan a day by its weather.',
    model: { id: 'loopback/model', url: modelUrl, apiKey: 'none' },
  })
  const lookUp = createTool({
    id: 'look-up-forecast',
    description: 'Looks up the forecast of a town.',
    inputSchema: z.object({ town: z.string() }),
    outputSchema: forecast,
    execute: async ({ town }) => ({ town, high: town.length * 3, rain: 20 }),
  })
  const workflow = createWorkflow({
    id: 'plan-day',
    inputSchema: z.object({ town: z.string() }),
    outputSchema: z.object({ plan: z.string(), town: z.string() }),
  })
    .then(createStep(lookUp))
    .map(async ({ inputData }) => ({
      prompt: `It will have ${inputData.high} degrees in ${inputData.town}.`,
    }))
    .then(createStep(planner))
    .map(async ({ inputData, getInitData }) => ({
      plan: inputData.text,
      town: getInitData<{ town: string }>().town,
    }))
    .commit()
  const run = await workflow.createRun()
  return [told(await run.start({ inputData: { town: 'Lisbon' } }))]
}

/** Waits for a person twice: for a yes, and then for an amount that is small enough. */
async function refund(): Promise<PlayedLeg[]> {
  const order = z.object({ order: z.string(), amount: z.number() })
  const review = createStep({
    id: 'review',
    inputSchema: order,
    outputSchema: order,
    suspendSchema: z.object({ question: z.string() }),
    resumeSchema: z.object({ isFine: z.boolean() }),
    execute: async ({ inputData, resumeData, suspend, bail }) => {
      if (resumeData === undefined) {
        return await suspend({ question: `Refund ${inputData.amount} of ${inputData.order}?` })
      }
      return resumeData.isFine ? inputData : bail({ refused: inputData.order })
    },
  })
  const limit = createStep({
    id: 'limit',
    inputSchema: order,
    outputSchema: z.object({ refunded: z.number(), asked: z.string() }),
    suspendSchema: z.object({ most: z.number() }),
    resumeSchema: z.object({ amount: z.number() }),
    execute: async ({ inputData, resumeData, suspendData, suspend }) => {
      const amount = resumeData?.amount ?? inputData.amount
      if (amount > 50) return await suspend({ most: 50 })
      return { refunded: amount, asked: `at most ${suspendData?.most ?? 'anything'}` }
    },
  })
  const workflow = createWorkflow({ id: 'refund', inputSchema: order, outputSchema: z.unknown() })
    .then(review)
    .then(limit)
    .commit()
  // Mastra keeps suspended runs in the store of an application alone.
  const mastra = new Mastra({ workflows: { workflow }, logger: false })
  const make = () => mastra.getWorkflow('workflow').createRun()
  const inputData = { order: 'A-7', amount: 80 }
  const run = await make()
  const legs = [told(await run.start({ inputData }))]
  legs.push(told(await run.resume({ step: review, resumeData: { isFine: true } })))
  legs.push(told(await run.resume({ step: 'limit', resumeData: { amount: 40 } })))
  const other = await make()
  legs.push(told(await other.start({ inputData })))
  legs.push(told(await other.resume({ step: 'review', resumeData: { isFine: false } })))
  return legs
}

/** Looks at a text in three ways at once, and joins what was found. */
async function inspect(): Promise<PlayedLeg[]> {
  const text = z.object({ text: z.string() })
  const measure = createStep({
    id: 'measure',
    inputSchema: text,
    outputSchema: z.object({ words: z.number() }),
    execute: async ({ inputData }) => ({ words: inputData.text.split(' ').length }),
  })
  const shout = createStep({
    id: 'shout',
    inputSchema: text,
    outputSchema: z.object({ loud: z.string() }),
    execute: async ({ inputData }) => ({ loud: inputData.text.toUpperCase() }),
  })
  let attempts = 0
  const flaky = createStep({
    id: 'flaky',
    inputSchema: text,
    outputSchema: z.object({ attempts: z.number() }),
    retries: 2,
    execute: async ({ inputData }) => {
      attempts += 1
      if (attempts < 3) throw new Error(`Not yet: ${inputData.text.length}.`)
      return { attempts }
    },
  })
  const workflow = createWorkflow({
    id: 'inspect',
    inputSchema: text,
    outputSchema: z.object({ told: z.string() }),
  })
    .parallel([measure, shout, flaky])
    .map(async ({ inputData, requestContext }) => ({
      told: `${inputData.shout.loud} ${inputData.measure.words} ${inputData.flaky.attempts} ${String(requestContext.get('tone'))}`,
    }))
    .commit()
  const run = await workflow.createRun()
  const requestContext = new RequestContext()
  requestContext.set('tone', 'dry')
  const first = told(await run.start({ inputData: { text: 'a short one' }, requestContext }))
  const failing = createStep({
    id: 'failing',
    inputSchema: text,
    outputSchema: text,
    execute: async () => {
      throw new TypeError('Nobody is there.')
    },
  })
  const bad = createWorkflow({ id: 'bad', inputSchema: text, outputSchema: z.unknown() })
    .parallel([measure, failing])
    .commit()
  const badRun = await bad.createRun()
  return [first, told(await badRun.start({ inputData: { text: 'x' } }))]
}

/** Takes one of two ways by a condition, and counts up until a limit is reached. */
async function dispatch(): Promise<PlayedLeg[]> {
  const parcel = z.object({ weight: z.number() })
  const way = z.object({ by: z.string(), price: z.number() })
  const byPlane = createStep({
    id: 'by-plane',
    inputSchema: parcel,
    outputSchema: way,
    execute: async ({ inputData }) => ({ by: 'plane', price: inputData.weight * 10 }),
  })
  const byShip = createStep({
    id: 'by-ship',
    inputSchema: parcel,
    outputSchema: way,
    execute: async ({ inputData }) => ({ by: 'ship', price: inputData.weight }),
  })
  const discount = createStep({
    id: 'discount',
    inputSchema: way,
    outputSchema: way,
    stateSchema: z.object({ rounds: z.number() }),
    execute: async ({ inputData, state, setState }) => {
      await setState({ rounds: state.rounds + 1 })
      return { ...inputData, price: inputData.price - 7 }
    },
  })
  const legs: PlayedLeg[] = []
  for (const weight of [3, 40]) {
    const workflow = createWorkflow({
      id: 'dispatch',
      inputSchema: parcel,
      outputSchema: z.unknown(),
      stateSchema: z.object({ rounds: z.number() }),
    })
      .branch([
        [async ({ inputData }) => inputData.weight < 10, byPlane],
        [async ({ inputData }) => inputData.weight >= 10, byShip],
      ])
      .map(
        async ({ inputData }) =>
          inputData['by-plane'] ?? inputData['by-ship'] ?? { by: '', price: 0 },
      )
      .dountil(
        discount,
        async ({ inputData, iterationCount }) => inputData.price < 15 || iterationCount > 8,
      )
      .then(
        createStep({
          id: 'bill',
          inputSchema: way,
          outputSchema: z.object({ rounds: z.number(), price: z.number(), known: z.boolean() }),
          stateSchema: z.object({ rounds: z.number() }),
          execute: async ({ inputData, state, getStepResult }) => ({
            rounds: state.rounds,
            price: inputData.price,
            known: getStepResult(byPlane) !== null,
          }),
        }),
      )
      .commit()
    const run = await workflow.createRun()
    legs.push(told(await run.start({ inputData: { weight }, initialState: { rounds: 0 } })))
  }
  return legs
}

/** Does two things with each item by a nested workflow, some at once, and adds them up. */
async function stockTaking(): Promise<PlayedLeg[]> {
  const item = z.object({ name: z.string(), count: z.number() })
  const price = createStep({
    id: 'price',
    inputSchema: item,
    outputSchema: item.extend({ price: z.number() }),
    execute: async ({ inputData }) => ({ ...inputData, price: inputData.name.length }),
  })
  const total = createStep({
    id: 'total',
    inputSchema: item.extend({ price: z.number() }),
    outputSchema: z.object({ worth: z.number() }),
    execute: async ({ inputData }) => ({ worth: inputData.count * inputData.price }),
  })
  const each = createWorkflow({
    id: 'each-item',
    inputSchema: item,
    outputSchema: z.object({ worth: z.number() }),
  })
    .then(price)
    .then(total)
    .commit()
  const begun = createWorkflow({
    id: 'stock-taking',
    inputSchema: z.object({ place: z.string(), items: z.array(item) }),
    outputSchema: z.unknown(),
  })
  const add = createStep({
    id: 'add',
    inputSchema: z.array(z.object({ worth: z.number() })),
    outputSchema: z.object({ sum: z.number() }),
    execute: async ({ inputData }) => ({
      sum: inputData.reduce((sum, { worth }) => sum + worth, 0),
    }),
  })
  const workflow = begun
    .map(async ({ inputData }) => inputData.items)
    .foreach(each, { concurrency: 2 })
    .then(add)
    .map({
      sum: mapVariable({ step: add, path: 'sum' }),
      place: mapVariable({ initData: begun, path: 'place' }),
      unit: { value: 'coins', schema: z.string() },
    })
    .commit()
  const legs: PlayedLeg[] = []
  for (const items of [
    [],
    [
      { name: 'nut', count: 2 },
      { name: 'bolt', count: 5 },
      { name: 'o', count: 1 },
    ],
  ]) {
    const run = await workflow.createRun()
    legs.push(told(await run.start({ inputData: { place: 'cellar', items } })))
  }
  return legs
}

/** Five workflows as applications have them, each with all that came of it. */
export const EXAMPLES: Readonly<Record<string, (modelUrl: string) => Promise<PlayedLeg[]>>> = {
  'a plan for the day, by a tool and an agent': planDay,
  'a refund that waits for a person': refund,
  'an inspection in parallel': inspect,
  'a dispatch with a branch and a loop': dispatch,
  'a stock-taking with a nested workflow for each item': stockTaking,
}
