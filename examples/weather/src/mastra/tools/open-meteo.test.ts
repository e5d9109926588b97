import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { startLoopbackServer, type LoopbackServer } from '../../loopback-server.js'
import { fetchLiveWeather, type OpenMeteoOptions } from './open-meteo.js'

const LONDON = {
  name: 'London',
  latitude: 51.5,
  longitude: -0.125,
  country_code: 'GB',
  country: 'United Kingdom',
  admin1: 'England',
}
const LONDON_IN_CANADA = {
  name: 'London',
  latitude: 43,
  longitude: -81.25,
  country_code: 'CA',
  country: 'Canada',
  admin1: 'Ontario',
}
const CURRENT = {
  temperature_2m: 11.4,
  apparent_temperature: 9.8,
  relative_humidity_2m: 81,
  wind_speed_10m: 14.2,
  weather_code: 61,
}

let servers: LoopbackServer[] = []

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()))
  servers = []
})

async function start(listener: RequestListener): Promise<LoopbackServer> {
  const server = await startLoopbackServer(listener)
  servers.push(server)
  return server
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify(body))
}

/** Both services at once, apart by their paths, as they are apart by their hosts in the real world. */
async function startOpenMeteo(
  answers: { places?: readonly unknown[]; current?: unknown } = {},
): Promise<{ server: LoopbackServer; options: OpenMeteoOptions }> {
  const { places = [LONDON], current = CURRENT } = answers
  const server = await start((request, response) => {
    const isSearch = request.url?.startsWith('/v1/search?') === true
    const found = places.length === 0 ? {} : { results: places }
    sendJson(response, isSearch ? { ...found, generationtime_ms: 0.4 } : { current })
  })
  return { server, options: { geocodingUrl: server.url, forecastUrl: server.url } }
}

async function optionsFor(listener: RequestListener): Promise<OpenMeteoOptions> {
  const { url } = await start(listener)
  return { geocodingUrl: url, forecastUrl: url }
}

/** Finds the place, and leaves the rest of the lookup to the listener. */
async function optionsForForecast(listener: RequestListener): Promise<OpenMeteoOptions> {
  const { options } = await startOpenMeteo()
  const { url } = await start(listener)
  return { ...options, forecastUrl: url }
}

describe('fetchLiveWeather', () => {
  it('tells the weather of the place that was found, in words and units', async () => {
    const { options } = await startOpenMeteo()
    expect(await fetchLiveWeather('london', options)).toEqual({
      location: 'London',
      country: 'United Kingdom',
      temperatureC: 11.4,
      feelsLikeC: 9.8,
      humidityPercent: 81,
      windSpeedKmh: 14.2,
      conditions: 'light rain',
    })
  })

  it('asks for the weather at the position of the place that was found', async () => {
    const { server, options } = await startOpenMeteo()
    await fetchLiveWeather('london', options)
    const [search, forecast] = server.requests
    expect(search?.searchParams.get('name')).toBe('london')
    expect(forecast?.pathname).toBe('/v1/forecast')
    expect(forecast?.searchParams.get('latitude')).toBe('51.5')
    expect(forecast?.searchParams.get('longitude')).toBe('-0.125')
    expect(forecast?.searchParams.get('current')?.split(',')).toEqual(Object.keys(CURRENT))
  })

  it('sends a name as one parameter, whatever characters it has', async () => {
    const { server, options } = await startOpenMeteo()
    await fetchLiveWeather('Köln & count=1#', options)
    expect(server.requests[0]?.searchParams.get('name')).toBe('Köln & count=1#')
    expect(server.requests[0]?.searchParams.get('count')).toBe('10')
  })

  it.each(['London, Ontario', 'London, Canada', 'London, CA', 'London, Ontario, Canada'])(
    'takes the place that fits what stands after the comma: %s',
    async (location) => {
      const { options } = await startOpenMeteo({ places: [LONDON, LONDON_IN_CANADA] })
      expect(await fetchLiveWeather(location, options)).toMatchObject({ country: 'Canada' })
    },
  )

  it.each(['London', 'London, UK', 'London, somewhere'])(
    'takes the best known place where none other fits better: %s',
    async (location) => {
      const { options } = await startOpenMeteo({ places: [LONDON, LONDON_IN_CANADA] })
      expect(await fetchLiveWeather(location, options)).toMatchObject({ country: 'United Kingdom' })
    },
  )

  it('leaves out what Open-Meteo does not tell', async () => {
    const current = { temperature_2m: -3, weather_code: 3, relative_humidity_2m: null }
    const { options } = await startOpenMeteo({
      places: [{ name: 'Nowhere Station', latitude: -80, longitude: 0 }],
      current,
    })
    expect(Object.entries((await fetchLiveWeather('nowhere', options)) ?? {})).toEqual([
      ['location', 'Nowhere Station'],
      ['temperatureC', -3],
      ['conditions', 'overcast'],
    ])
  })

  it('names a weather code that it has no words for', async () => {
    const { options } = await startOpenMeteo({ current: { ...CURRENT, weather_code: 42 } })
    expect(await fetchLiveWeather('london', options)).toMatchObject({
      conditions: 'weather code 42',
    })
  })

  it('knows no weather of a place that Open-Meteo does not know, and does not ask for it', async () => {
    const { server, options } = await startOpenMeteo({ places: [] })
    expect(await fetchLiveWeather('Xyzzy', options)).toBeUndefined()
    expect(server.requests).toHaveLength(1)
  })
})

describe('fetchLiveWeather refuses', () => {
  const unusable: [string, string, RequestListener][] = [
    [
      'an error of the server',
      'Open-Meteo answered with status 500.',
      (_request, response) => response.writeHead(500).end('{}'),
    ],
    [
      'being asked to slow down',
      'Open-Meteo answered with status 429.',
      (_request, response) => response.writeHead(429).end('{"error":true,"reason":"limit"}'),
    ],
    [
      'what is no JSON',
      'Open-Meteo answered with something that is no JSON.',
      (_request, response) => response.end('<html>Sign in to the network</html>'),
    ],
    [
      'an empty answer',
      'Open-Meteo answered with something that is no JSON.',
      (_request, response) => response.end(),
    ],
    [
      'JSON of another form',
      'Open-Meteo answered in a form that is not understood.',
      (_request, response) => sendJson(response, {}),
    ],
    [
      'text where a number should be',
      'Open-Meteo answered in a form that is not understood.',
      (_request, response) =>
        sendJson(response, {
          generationtime_ms: 1,
          results: [{ ...LONDON, latitude: 'north' }],
          current: { ...CURRENT, temperature_2m: '11' },
        }),
    ],
    [
      'a redirect',
      'Open-Meteo could not be reached.',
      (_request, response) => response.writeHead(302, { Location: '/elsewhere' }).end(),
    ],
    [
      'a connection that breaks',
      'Open-Meteo could not be reached.',
      (request) => request.socket.destroy(),
    ],
  ]

  it.each(unusable)('%s where places are looked up', async (_what, message, listener) => {
    await expect(fetchLiveWeather('london', await optionsFor(listener))).rejects.toMatchObject({
      code: 'weather_unreachable',
      message,
    })
  })

  it.each(unusable)('%s where weather is looked up', async (_what, message, listener) => {
    const options = await optionsForForecast(listener)
    await expect(fetchLiveWeather('london', options)).rejects.toMatchObject({
      code: 'weather_unreachable',
      message,
    })
  })

  it('a port that nobody listens on', async () => {
    const { options, server } = await startOpenMeteo()
    await server.close()
    await expect(fetchLiveWeather('london', options)).rejects.toMatchObject({
      code: 'weather_unreachable',
      message: 'Open-Meteo could not be reached.',
    })
  })

  it.each([
    ['to answer', optionsFor],
    ['to answer the second request', optionsForForecast],
  ])('a server that takes too long %s', async (_what, optionsWhere) => {
    const options = { ...(await optionsWhere(() => {})), timeoutMs: 50 }
    await expect(fetchLiveWeather('london', options)).rejects.toMatchObject({
      code: 'weather_unreachable',
      message: 'Open-Meteo did not answer in time.',
    })
  })

  it('a server that begins its answer and does not end it in time', async () => {
    const options = await optionsFor((_request, response) => response.write('{"results":['))
    await expect(fetchLiveWeather('london', { ...options, timeoutMs: 50 })).rejects.toMatchObject({
      message: 'Open-Meteo did not answer in time.',
    })
  })
})

describe('fetchLiveWeather, aborted by its caller,', () => {
  it('throws the reason of the caller and drops the connection', async () => {
    const caller = new AbortController()
    const reason = new Error('the client is gone')
    const dropped: Promise<unknown>[] = []
    const options = await optionsFor((_request, response) => {
      dropped.push(once(response, 'close'))
      caller.abort(reason)
    })
    await expect(
      fetchLiveWeather('london', { ...options, abortSignal: caller.signal }),
    ).rejects.toBe(reason)
    expect(dropped).toHaveLength(1)
    await Promise.all(dropped)
  })

  it('throws the reason of the caller in the second request too', async () => {
    const caller = new AbortController()
    const reason = new Error('the client is gone')
    const options = await optionsForForecast(() => caller.abort(reason))
    await expect(
      fetchLiveWeather('london', { ...options, abortSignal: caller.signal }),
    ).rejects.toBe(reason)
  })

  it('asks nothing where it was aborted before', async () => {
    const { server, options } = await startOpenMeteo()
    const abortSignal = AbortSignal.abort()
    await expect(fetchLiveWeather('london', { ...options, abortSignal })).rejects.toBe(
      abortSignal.reason,
    )
    expect(server.requests).toEqual([])
  })

  it('still has its own deadline where the caller waits', async () => {
    const options = { ...(await optionsFor(() => {})), timeoutMs: 50 }
    const { signal: abortSignal } = new AbortController()
    await expect(fetchLiveWeather('london', { ...options, abortSignal })).rejects.toMatchObject({
      code: 'weather_unreachable',
    })
  })
})
