import { join } from 'node:path'
import { MastraClient } from '@mastra/client-js'
import { MastraClient as SignetClient } from '@signet/client-js'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ROOT } from '@signet/test-support/process/root'
import { startDev, type DevServer } from '@signet/test-support/process/signet-process'

let server: DevServer

beforeAll(async () => {
  server = await startDev(join(ROOT, 'examples', 'weather'), {
    env: { MASTRA_JWT_SECRET: 'interop-secret-interop-secret-interop-secret' },
  })
})

afterAll(async () => {
  await server?.process.stop()
})

const CLIENTS = [
  ['the unmodified @mastra/client-js', MastraClient],
  ['@signet/client-js', SignetClient],
] as const

describe.each(CLIENTS)('%s, with schedules', (_name, Client) => {
  const open = () => {
    const headers = { Authorization: `Bearer ${server.token}` }
    return new Client({ baseUrl: server.url, headers, retries: 0 })
  }
  const REPORT = { agentId: 'weatherAgent', cron: '0 3 1 1 *', prompt: 'Weather in London' }

  it('makes, reads, lists, changes, pauses, resumes and deletes one', async () => {
    const client = open()
    const made = await client.createSchedule({
      ...REPORT,
      timezone: 'Europe/Zurich',
      name: 'yearly',
      metadata: { a: 1 },
    })
    expect(made).toMatchObject({
      agentId: 'weather-agent',
      cron: REPORT.cron,
      timezone: 'Europe/Zurich',
      status: 'active',
      nextFireAt: expect.any(Number),
    })
    expect(made.id).toMatch(/^agent_/)
    expect(await client.getSchedule(made.id)).toStrictEqual(made)
    const { schedules } = await client.listSchedules({ agentId: 'weather-agent', name: 'yearly' })
    expect(schedules.map(({ id }) => id)).toStrictEqual([made.id])
    expect((await client.listSchedules({ status: 'paused' })).schedules).toStrictEqual([])
    const changed = await client.updateSchedule(made.id, { cron: '@daily', prompt: 'Other.' })
    expect(changed).toMatchObject({ cron: '@daily', prompt: 'Other.' })
    expect((await client.pauseSchedule(made.id)).status).toBe('paused')
    expect((await client.resumeSchedule(made.id)).status).toBe('active')
    expect(await client.deleteSchedule(made.id)).toHaveProperty('message')
    await expect(client.getSchedule(made.id)).rejects.toMatchObject({ status: 404 })
  })

  it('lets one fire, and reads what became of it', async () => {
    const client = open()
    const { id } = await client.createSchedule(REPORT)
    const { claimId, scheduleId } = await client.runSchedule(id)
    expect(scheduleId).toBe(id)
    const trigger = await vi.waitFor(async () => {
      const { triggers } = await client.listScheduleTriggers(id, { limit: 1 })
      expect(triggers[0]?.outcome).toBe('succeeded')
      return triggers[0]
    }, 20_000)
    expect(trigger).toMatchObject({
      runId: claimId,
      triggerKind: 'manual',
      run: { status: 'success' },
    })
    expect((await client.getSchedule(id)).lastRunId).toBe(claimId)
    await client.deleteSchedule(id)
  })

  it('is told what cannot be scheduled', async () => {
    const client = open()
    await expect(client.createSchedule({ ...REPORT, cron: '0 0 30 2 *' })).rejects.toMatchObject({
      status: 400,
    })
    await expect(client.createSchedule({ ...REPORT, agentId: 'none' })).rejects.toMatchObject({
      status: 400,
    })
  })
})
