import type { RequestListener } from 'node:http'
import { InputError, RequestContext, ToolError } from '@signet/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CLIMATE_NORMALS } from './climate-normals.js'
import { CLIMATE_CITIES } from './climate-table.js'
import { startLoopbackServer, type LoopbackServer } from '../../loopback-server.js'
import { createWeatherTool, weatherTool } from './weather-tool.js'

const requestContext = new RequestContext()

/** How the stand-in for Open-Meteo answers; each test says. */
let answer: RequestListener
let server: LoopbackServer

beforeEach(async () => {
  answer = (_request, response) => response.writeHead(503).end()
  server = await startLoopbackServer((request, response) => answer(request, response))
})

afterEach(() => server.close())

function answerWith(body: unknown): void {
  answer = (_request, response) => response.end(JSON.stringify(body))
}

function createTool() {
  return createWeatherTool({
    openMeteo: { geocodingUrl: server.url, forecastUrl: server.url },
    now: () => new Date('2026-11-23T12:00:00Z'),
  })
}

function ask(location: string, abortSignal?: AbortSignal): Promise<unknown> {
  return createTool().execute({ location }, { requestContext, abortSignal })
}

describe('the weather tool', () => {
  it('bears the id that callers ask for', () => {
    expect(weatherTool.id).toBe('get-weather')
    expect(weatherTool.description).toContain('weather')
  })

  it.each([
    {},
    { location: '' },
    { location: '   ' },
    { location: 'x'.repeat(101) },
    { location: 7 },
  ])('refuses an input that names no place of 1 to 100 characters: %j', async (input) => {
    const refusal = await createTool()
      .execute(input, { requestContext })
      .catch((error: unknown) => error)
    expect(InputError.isInstance(refusal)).toBe(true)
    expect(server.requests).toEqual([])
  })

  it('tells live weather and says where it is from', async () => {
    answerWith({
      generationtime_ms: 0.4,
      results: [{ name: 'Rome', latitude: 41.9, longitude: 12.5, country: 'Italy' }],
      current: { temperature_2m: 17.1, apparent_temperature: 16.5, weather_code: 2 },
    })
    expect(await ask(' roma ')).toEqual({
      location: 'Rome',
      country: 'Italy',
      temperature: 17.1,
      temperatureUnit: '°C',
      feelsLike: 16.5,
      conditions: 'partly cloudy',
      source: 'Open-Meteo',
    })
    expect(server.requests[0]?.searchParams.get('name')).toBe('roma')
  })

  it('tells first what matters most, and its source last, for models that say no more', async () => {
    const typical = await ask('Tokyo')
    expect(Object.keys(typical as object)).toStrictEqual([
      'location',
      'temperature',
      'temperatureUnit',
      'conditions',
      'typicalHigh',
      'typicalLow',
      'source',
      'note',
    ])
    answerWith({
      generationtime_ms: 0.4,
      results: [{ name: 'Rome', latitude: 41.9, longitude: 12.5, country: 'Italy' }],
      current: { temperature_2m: 17.1, relative_humidity_2m: 60, weather_code: 2 },
    })
    expect(Object.keys((await ask('Rome')) as object)).toStrictEqual([
      'location',
      'country',
      'temperature',
      'temperatureUnit',
      'conditions',
      'humidityPercent',
      'source',
    ])
  })

  it('tells typical values, says that they are not live, and why, where live weather fails', async () => {
    expect(await ask('LONDON')).toEqual({
      location: 'London',
      temperature: 8.4,
      temperatureUnit: '°C',
      typicalHigh: 11.5,
      typicalLow: 5.3,
      conditions: 'typical for November, live weather unreachable',
      source: expect.stringContaining('Met Office'),
      note: 'Open-Meteo answered with status 503. Typical monthly climate values (long-term averages). Not live weather, not a forecast. Period: 1991-2020.',
    })
  })

  it('says where the source of typical values does not state their period', async () => {
    expect(await ask('Paris')).toMatchObject({
      note: expect.stringContaining('Period: not stated by the source.'),
    })
  })

  it.each(CLIMATE_NORMALS.map(({ name }) => name))('has typical values of %s', async (name) => {
    expect(await ask(name)).toMatchObject({ location: name, temperature: expect.any(Number) })
  })

  it('names the cities that it has values of, where live weather fails for another', async () => {
    const failure = await ask('Rome').catch((error: unknown) => error)
    expect(ToolError.isInstance(failure)).toBe(true)
    for (const part of ['"Rome"', 'status 503', ...CLIMATE_CITIES]) {
      expect(failure).toMatchObject({ message: expect.stringContaining(part) })
    }
  })

  it('says that there is no such place where Open-Meteo knows none', async () => {
    answerWith({ generationtime_ms: 0.4 })
    const failure = await ask('Xyzzy').catch((error: unknown) => error)
    expect(ToolError.isInstance(failure)).toBe(true)
    expect(failure).toMatchObject({ message: 'There is no such place as "Xyzzy".' })
  })

  it('falls back on nothing where its caller aborts', async () => {
    const caller = new AbortController()
    const reason = new Error('the client is gone')
    answer = () => caller.abort(reason)
    await expect(ask('London', caller.signal)).rejects.toBe(reason)
  })
})
