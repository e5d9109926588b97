import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  tokenOf,
  tokenWith,
} from '@signet/test-support/application/application'
import { decisionOf, routeOf } from '@signet/test-support/http/decision'
import { failingModel, hangingModel } from '@signet/test-support/application/model'
import { openState } from '@signet/test-support/application/state'
import { createApp } from '../../app.js'
import type { Route } from '../../route/route.js'
import type { Metrics, MetricSources } from './metrics.js'
import { createMetrics } from './create-metrics.js'
import { fetchIncoming } from '../../http/fetch-incoming.js'

const NOTHING: MetricSources = {
  isReady: async () => false,
  running: () => 0,
  audit: () => undefined,
  revocationAgeMs: () => undefined,
  lostLogLines: () => 0,
  unhandledFaults: () => undefined,
}
const pathOf = (route: Route) => `/api${route.path}`
const GENERATE = '/api/agents/:agentId/generate'

/** The samples of our own metrics, without those that are zero. */
async function samplesOf(metrics: Metrics): Promise<Record<string, number>> {
  const { text } = await metrics.scrape()
  const lines = text.split('\n').filter((line) => line.startsWith('signet_'))
  const samples = lines.map((line): [string, number] => {
    const end = line.lastIndexOf(' ')
    return [line.slice(0, end), Number(line.slice(end + 1))]
  })
  return Object.fromEntries(samples.filter(([, value]) => value !== 0))
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('metrics', () => {
  it('count and measure requests by method, pattern of the route and status', async () => {
    const metrics = createMetrics(NOTHING, pathOf)
    const route = routeOf('/agents/:agentId/generate', 'agents:execute')
    const request = fetchIncoming(
      new Request('http://localhost/api/agents/weather-agent/generate?x=y'),
    )
    metrics.observe(decisionOf({ request, route, durationMs: 4 }))
    metrics.observe(decisionOf({ request, route, durationMs: 40 }))
    metrics.observe(decisionOf({ request, route, durationMs: 1000, status: 424 }))
    const samples = await samplesOf(metrics)
    const labels = (status: number) => `method="GET",route="${GENERATE}",status="${status}"`
    expect(samples).toMatchObject({
      [`signet_http_requests_total{${labels(200)}}`]: 2,
      [`signet_http_requests_total{${labels(424)}}`]: 1,
      [`signet_http_request_duration_seconds_bucket{le="0.005",${labels(200)}}`]: 1,
      [`signet_http_request_duration_seconds_bucket{le="0.05",${labels(200)}}`]: 2,
      [`signet_http_request_duration_seconds_bucket{le="+Inf",${labels(200)}}`]: 2,
      [`signet_http_request_duration_seconds_sum{${labels(200)}}`]: 0.044,
      [`signet_http_request_duration_seconds_count{${labels(200)}}`]: 2,
    })
    expect(Object.keys(samples).join()).not.toMatch(/weather-agent|x=y|alice/)
  })

  it('count refusals by code and tokens of models by direction', async () => {
    const metrics = createMetrics(NOTHING, pathOf)
    const usage = { inputTokens: 3, outputTokens: 5, totalTokens: 8 }
    metrics.observe(decisionOf({ usage }))
    metrics.observe(decisionOf({ usage, code: 'answer_failed', status: 424 }))
    metrics.observe(decisionOf({ code: 'client_gone', status: 499 }))
    expect(await samplesOf(metrics)).toMatchObject({
      'signet_refusals_total{code="answer_failed"}': 1,
      'signet_refusals_total{code="client_gone"}': 1,
      'signet_model_tokens_total{direction="input"}': 6,
      'signet_model_tokens_total{direction="output"}': 10,
    })
  })

  it('quote the pattern of a route as Prometheus reads it', async () => {
    const metrics = createMetrics(NOTHING, pathOf)
    metrics.observe(decisionOf({ route: routeOf('/:id{[\\d"]+}', 'public'), durationMs: 4 }))
    const route = String.raw`/api/:id{[\\d\"]+}`
    const labels = `method="GET",route="${route}",status="200"`
    expect(await samplesOf(metrics)).toMatchObject({
      [`signet_http_requests_total{${labels}}`]: 1,
      [`signet_http_request_duration_seconds_count{${labels}}`]: 1,
    })
  })

  it.each([
    ['on a bound', 5, '0.005', 1],
    ['just above it', 5.01, '0.005', undefined],
    ['longer than the last', 180_001, '180', undefined],
    ['longer than the last', 180_001, '+Inf', 1],
  ])('count what lasted %s up to the right bound', async (_, durationMs, bound, count) => {
    const metrics = createMetrics(NOTHING, pathOf)
    metrics.observe(decisionOf({ durationMs }))
    const labels = `le="${bound}",method="GET",route="/api/x",status="200"`
    const samples = await samplesOf(metrics)
    expect(samples[`signet_http_request_duration_seconds_bucket{${labels}}`]).toBe(count)
  })

  it('name no method and no path that a stranger makes up', async () => {
    const metrics = createMetrics(NOTHING, pathOf)
    for (const method of ['BREW', 'PROPFIND', '__proto__']) {
      const request = fetchIncoming(new Request('http://localhost/made-up', { method }))
      metrics.observe(decisionOf({ request, route: undefined, status: 404 }))
    }
    const { text } = await metrics.scrape()
    expect(text).toContain('signet_http_requests_total{method="other",route="none",status="404"} 3')
    expect(text).not.toMatch(/BREW|PROPFIND|made-up|__proto__/)
  })

  it.each([NaN, Infinity, -1])('survive a count of %s tokens and a clock set back', async (odd) => {
    const metrics = createMetrics(NOTHING, pathOf)
    const usage = { inputTokens: odd, outputTokens: odd, totalTokens: odd }
    metrics.observe(decisionOf({ usage, durationMs: -5 }))
    const samples = await samplesOf(metrics)
    expect(Object.keys(samples).join()).not.toContain('tokens')
  })

  it('count each request once, however many come before anybody asks, and whoever asks', async () => {
    const metrics = createMetrics(NOTHING, pathOf)
    for (let each = 0; each < 2500; each++) metrics.observe(decisionOf())
    const scrapes = await Promise.all([samplesOf(metrics), samplesOf(metrics)])
    metrics.observe(decisionOf())
    const name = 'signet_http_requests_total{method="GET",route="/api/x",status="200"}'
    expect(scrapes.map((samples) => samples[name])).toStrictEqual([2500, 2500])
    expect((await samplesOf(metrics))[name]).toBe(2501)
  })

  it('show what is so now, and leave out what is not known', async () => {
    let audit: ReturnType<MetricSources['audit']> = { waiting: 12, lost: 7 }
    let ageMs: number | undefined = 1500
    const sources = {
      ...NOTHING,
      running: () => 3,
      audit: () => audit,
      revocationAgeMs: () => ageMs,
      lostLogLines: () => 2,
      unhandledFaults: () => 4,
    }
    const metrics = createMetrics(sources, pathOf)
    expect(await samplesOf(metrics)).toStrictEqual({
      signet_running_answers: 3,
      signet_audit_queue_records: 12,
      signet_audit_lost_requests_total: 7,
      signet_revocation_log_age_seconds: 1.5,
      signet_log_lost_lines_total: 2,
      signet_unhandled_faults_total: 4,
    })
    audit = undefined
    ageMs = undefined
    expect((await metrics.scrape()).text).not.toMatch(/^signet_(?:audit|revocation)\S* \d/m)
  })

  it('of two applications in one process are apart; those of the process are in both', async () => {
    const [one, other] = [createMetrics(NOTHING, pathOf), createMetrics(NOTHING, pathOf)]
    one.observe(decisionOf())
    expect(Object.keys(await samplesOf(other))).toStrictEqual([])
    for (const metrics of [one, other]) {
      const { text } = await metrics.scrape()
      expect(text).toMatch(/^process_resident_memory_bytes \d/m)
      expect(text).toMatch(/^nodejs_eventloop_lag_seconds \d/m)
      const names = text.match(/^# TYPE \S+/gm) ?? []
      expect(names).toStrictEqual([...new Set(names)])
    }
  })
})

describe('GET /metrics', () => {
  it('tells of the requests before it, in the text format of Prometheus', async () => {
    const { state, close } = await openState()
    const { mastra } = createTestApplication()
    const app = createApp(mastra, { state })
    try {
      const generate = '/api/agents/weatherAgent/generate'
      const json = { messages: 'Hello' }
      await app.fetch(makeRequest(generate, { token: tokenOf('member'), json }))
      await app.fetch(makeRequest('/api/agents'))
      const response = await app.fetch(makeRequest('/metrics', { token: tokenWith('system:read') }))
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
      expect(response.headers.get('cache-control')).toBe('no-store')
      const text = await response.text()
      const lines = text.split('\n')
      expect(lines).toContain(
        `signet_http_requests_total{method="POST",route="${GENERATE}",status="200"} 1`,
      )
      expect(lines).toContain('signet_refusals_total{code="token_missing"} 1')
      expect(lines).toContain('signet_model_tokens_total{direction="input"} 3')
      expect(lines).toContain('signet_model_tokens_total{direction="output"} 5')
      // Of the request for metrics itself.
      expect(lines).toContain('signet_running_answers 1')
      expect(text).toMatch(/^signet_audit_queue_records 1$/m)
      expect(text).toMatch(/^signet_revocation_log_age_seconds \d/m)
      expect(text).not.toContain('alice')
    } finally {
      await app.close()
      await close()
    }
  })

  it('is for those who may read the system', async () => {
    const app = createApp(createTestApplication().mastra)
    expect((await app.fetch(makeRequest('/metrics'))).status).toBe(401)
    for (const token of [tokenOf('member'), tokenOf('viewer'), tokenWith('audit:read')]) {
      const refusal = await readRefusal(await app.fetch(makeRequest('/metrics', { token })))
      expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
    }
    for (const role of ['owner', 'admin'] as const) {
      const response = await app.fetch(makeRequest('/metrics', { token: tokenOf(role) }))
      expect(response.status).toBe(200)
    }
  })

  it('is not part of the API', async () => {
    const app = createApp(createTestApplication().mastra)
    const response = await app.fetch(makeRequest('/api/metrics', { token: tokenOf('owner') }))
    expect(response.status).toBe(404)
  })

  it('takes no other method, and nothing of a query or a body', async () => {
    const app = createApp(createTestApplication().mastra)
    const token = tokenOf('owner')
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const response = await app.fetch(makeRequest('/metrics', { token, method, body: '{' }))
      expect(response.status).toBe(404)
    }
    expect((await app.fetch(makeRequest('/metrics?a=%00&a=b', { token }))).status).toBe(200)
    const head = await app.fetch(makeRequest('/metrics', { token, method: 'HEAD' }))
    expect([head.status, await head.text()]).toStrictEqual([200, ''])
  })

  it('counts an answer that streams once it is over, and then as what it came to', async () => {
    const hanging = hangingModel()
    const app = createApp(createTestApplication({ model: hanging.model }).mastra)
    const path = '/api/agents/weatherAgent/stream'
    const json = { messages: 'Hello' }
    const response = await app.fetch(makeRequest(path, { token: tokenOf('member'), json }))
    const text = response.text()
    await hanging.started
    expect(await samplesOf(app.metrics)).toStrictEqual({
      signet_ready: 1,
      signet_running_answers: 1,
    })
    hanging.release()
    await text
    const samples = await samplesOf(app.metrics)
    expect(samples['signet_running_answers']).toBeUndefined()
    expect(samples['signet_model_tokens_total{direction="output"}']).toBe(5)
  })

  it('counts a streamed answer that failed among the refusals', async () => {
    const model = failingModel(new Error('no model'))
    const app = createApp(createTestApplication({ model }).mastra)
    const json = { messages: 'Hello' }
    const path = '/api/agents/weatherAgent/stream'
    await (await app.fetch(makeRequest(path, { token: tokenOf('member'), json }))).text()
    const samples = await samplesOf(app.metrics)
    expect(samples['signet_refusals_total{code="answer_failed"}']).toBe(1)
  })
})
