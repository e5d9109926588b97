import type { Principal } from '@signet/auth'
import {
  BOUNDS,
  type NewAgentSchedule,
  type NewWorkflowSchedule,
  type Schedule,
  type ScheduleCaller,
  type ScheduleUpdate,
} from '@signet/core'
import { containsCredential } from '@signet/auth/internal'
import { z } from 'zod'
import {
  NEW_SCHEDULE,
  NO_QUERY,
  SCHEDULE_CHANGE,
  SCHEDULES_QUERY,
  TRIGGERS_QUERY,
} from '../../route/option/schedule-options.js'
import { boundedRecord } from '../../route/bounded.js'
import { defineRoute, type HandlerInput, type Route } from '../../route/route.js'
import { clientContext } from '../agent/client-context.js'
import { ignoredOwner, metadataObject } from '../memory/schema.js'
import { idText, lossless, numberText } from '../schema.js'

/** The latest time that a date can be, in milliseconds since 1970. */
const MAX_TIME = 8_640_000_000_000_000

const plainName = z
  .string()
  .min(1)
  .max(BOUNDS.scheduleNameCharacters.limit, { abort: true })
  .refine((name) => !containsCredential(name), 'It looks like a credential.')

const pattern = z.string().max(BOUNDS.cronCharacters.limit)
const question = z.string().max(BOUNDS.promptCharacters.limit)

const settings = {
  timezone: z.string().max(BOUNDS.timeZoneCharacters.limit).optional(),
  overlap: z.enum(['skip', 'queue']).optional(),
  metadata: metadataObject.optional(),
  name: plainName.optional(),
  inputData: lossless(z.unknown()).optional(),
  // No more names than characters: the core counts those of all that a schedule says.
  initialState: lossless(
    boundedRecord(z.string(), z.unknown(), BOUNDS.scheduleCharacters),
  ).optional(),
  requestContext: clientContext.optional(),
}

/** What it may hold besides says the core: it is the same for code. */
const newSchedule = z.object({
  ...settings,
  id: idText.optional(),
  agentId: plainName.optional(),
  workflowId: plainName.optional(),
  cron: pattern,
  prompt: question.optional(),
  threadId: idText.optional(),
  resourceId: ignoredOwner,
})

const scheduleChange = z.object({
  ...settings,
  cron: pattern.optional(),
  prompt: question.optional(),
  status: z.enum(['active', 'paused']).optional(),
  resourceId: ignoredOwner,
})

const jsonObject = z.record(z.string(), z.unknown())
const person = z.object({ issuer: z.string(), subject: z.string() })

const scheduleView = z.object({
  id: z.string(),
  agentId: z.string().optional(),
  workflowId: z.string().optional(),
  cron: z.string(),
  timezone: z.string(),
  overlap: z.enum(['skip', 'queue']),
  status: z.enum(['active', 'paused']),
  pausedBy: z.object({ code: z.string(), message: z.string() }).optional(),
  prompt: z.string().optional(),
  name: z.string().optional(),
  threadId: z.string().optional(),
  resourceId: z.string().optional(),
  nextFireAt: z.number(),
  lastFireAt: z.number().optional(),
  lastRunId: z.string().optional(),
  metadata: jsonObject.optional(),
  inputData: z.unknown().optional(),
  initialState: jsonObject.optional(),
  requestContext: jsonObject.optional(),
  createdAt: z.number(),
  updatedAt: z.number(),
  expiresAt: z.number(),
  firesAs: person,
})

const triggerView = z.object({
  id: z.string(),
  scheduleId: z.string(),
  runId: z.string().nullable(),
  scheduledFireAt: z.number(),
  actualFireAt: z.number(),
  outcome: z.enum(['published', 'succeeded', 'skipped', 'aborted', 'failed']),
  error: z.string().optional(),
  code: z.string().optional(),
  triggerKind: z.enum(['schedule-fire', 'manual']),
  run: z
    .object({
      status: z.enum(['pending', 'running', 'suspended', 'success', 'failed', 'canceled']),
      startedAt: z.number().optional(),
      completedAt: z.number().optional(),
      durationMs: z.number().optional(),
      error: z.string().optional(),
    })
    .optional(),
})

type ScheduleInput = HandlerInput<{ readonly scheduleId: string }, unknown, unknown, Principal>

/** What is done to a schedule is in the audit with its id. */
function noteSchedule(input: ScheduleInput, action: string): void {
  input.noteAsked({ action, resource: input.params.scheduleId })
}

/** Changes a schedule so that it fires as the caller, and pauses it where they were revoked meanwhile. */
async function fireAsCaller(
  input: ScheduleInput,
  change: (caller: ScheduleCaller) => Promise<Schedule>,
): Promise<Schedule> {
  const { record, confirm } = await input.remember()
  const changed = await change(record)
  try {
    await confirm()
  } catch (error) {
    const { mastra, requestContext } = input
    await mastra.schedules.pause(changed.id, { requestContext })
    throw error
  }
  return changed
}

const list = defineRoute({
  method: 'GET',
  path: '/schedules',
  access: 'schedules:read',
  summary: 'The schedules of the caller, the newest first',
  queryOptions: SCHEDULES_QUERY,
  query: z.object({
    agentId: plainName.optional(),
    workflowId: plainName.optional(),
    status: z.enum(['active', 'paused']).optional(),
    threadId: idText.optional(),
    resourceId: ignoredOwner,
    name: plainName.optional(),
  }),
  response: z.object({ schedules: z.array(scheduleView) }),
  async handler({ mastra, query, requestContext }) {
    const { resourceId: _resourceId, ...filter } = query
    return { schedules: await mastra.schedules.list(filter, { requestContext }) }
  },
})

const create = defineRoute({
  method: 'POST',
  path: '/schedules',
  access: 'schedules:write',
  summary: 'Makes a schedule of the caller, who must be let to run what it runs',
  queryOptions: NO_QUERY,
  bodyOptions: NEW_SCHEDULE,
  body: newSchedule,
  refusals: ['schedule_exists', 'schedule_limit'],
  response: scheduleView,
  async handler(input) {
    const { mastra, body, requestContext } = input
    const { record: caller, confirm } = await input.remember()
    const { resourceId: _resourceId, ...asked } = body
    // Which of both it is, and whether it is whole, says the core.
    const schedule = await mastra.schedules.create(
      asked as NewAgentSchedule | NewWorkflowSchedule,
      { requestContext, caller },
    )
    input.noteAsked({ action: 'schedules:write', resource: schedule.id })
    try {
      await confirm()
    } catch (error) {
      await mastra.schedules.delete(schedule.id, { requestContext })
      throw error
    }
    return schedule
  },
})

const read = defineRoute({
  method: 'GET',
  path: '/schedules/:scheduleId',
  access: 'schedules:read',
  summary: 'One schedule of the caller',
  queryOptions: NO_QUERY,
  response: scheduleView,
  handler: ({ mastra, params, requestContext }) =>
    mastra.schedules.get(params.scheduleId, { requestContext }),
})

const update = defineRoute({
  method: 'PATCH',
  path: '/schedules/:scheduleId',
  access: 'schedules:write',
  summary: 'Changes a schedule of the caller, as whom it fires from now on',
  queryOptions: NO_QUERY,
  bodyOptions: SCHEDULE_CHANGE,
  body: scheduleChange,
  response: scheduleView,
  async handler(input) {
    const { mastra, params, body, requestContext } = input
    noteSchedule(input, 'schedules:write')
    const { resourceId: _resourceId, ...change } = body
    const asked: ScheduleUpdate = change
    return await fireAsCaller(input, (caller) =>
      mastra.schedules.update(params.scheduleId, asked, { requestContext, caller }),
    )
  },
})

const remove = defineRoute({
  method: 'DELETE',
  path: '/schedules/:scheduleId',
  access: 'schedules:delete',
  summary: 'Deletes a schedule of the caller, and ends a fire that goes on',
  queryOptions: NO_QUERY,
  response: z.object({ message: z.string() }),
  async handler(input) {
    noteSchedule(input, 'schedules:delete')
    const { mastra, params, requestContext } = input
    await mastra.schedules.delete(params.scheduleId, { requestContext })
    return { message: 'The schedule was deleted.' }
  },
})

const pause = defineRoute({
  method: 'POST',
  path: '/schedules/:scheduleId/pause',
  access: 'schedules:write',
  summary: 'Lets a schedule of the caller fire no more until it is resumed',
  queryOptions: NO_QUERY,
  response: scheduleView,
  async handler(input) {
    noteSchedule(input, 'schedules:write')
    const { mastra, params, requestContext } = input
    return await mastra.schedules.pause(params.scheduleId, { requestContext })
  },
})

const resume = defineRoute({
  method: 'POST',
  path: '/schedules/:scheduleId/resume',
  access: 'schedules:write',
  summary: 'Lets a paused schedule of the caller fire again, as the caller',
  queryOptions: NO_QUERY,
  response: scheduleView,
  async handler(input) {
    noteSchedule(input, 'schedules:write')
    const { mastra, params, requestContext } = input
    return await fireAsCaller(input, (caller) =>
      mastra.schedules.resume(params.scheduleId, { requestContext, caller }),
    )
  },
})

const run = defineRoute({
  method: 'POST',
  path: '/schedules/:scheduleId/run',
  access: 'schedules:execute',
  summary: 'Lets a schedule of the caller fire once, at once, as who made it',
  queryOptions: NO_QUERY,
  response: z.object({ scheduleId: z.string(), claimId: z.string(), scheduledFireAt: z.number() }),
  async handler(input) {
    noteSchedule(input, 'schedules:execute')
    const { mastra, params, requestContext } = input
    return await mastra.schedules.run(params.scheduleId, { requestContext })
  },
})

const triggers = defineRoute({
  method: 'GET',
  path: '/schedules/:scheduleId/triggers',
  access: 'schedules:read',
  summary: 'What became of the fires of a schedule of the caller, the newest first',
  queryOptions: TRIGGERS_QUERY,
  query: z.object({
    limit: numberText(1, BOUNDS.triggers.limit).optional(),
    fromActualFireAt: timeNumber().optional(),
    toActualFireAt: timeNumber().optional(),
  }),
  response: z.object({ triggers: z.array(triggerView) }),
  async handler({ mastra, params, query, requestContext }) {
    const { scheduleId } = params
    return { triggers: await mastra.schedules.triggers(scheduleId, query, { requestContext }) }
  },
})

/** A time in a query, in milliseconds since 1970. */
function timeNumber(): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number)
    .refine((time) => time <= MAX_TIME)
    .meta({ type: 'integer', minimum: 0, maximum: MAX_TIME })
}

/** What runs agents and workflows again and again, as who made it. */
export const scheduleRoutes: readonly Route[] = [
  list,
  create,
  read,
  update,
  remove,
  pause,
  resume,
  run,
  triggers,
]
