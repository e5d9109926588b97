import { z } from 'zod'
import { countryNames, foldName, parsePlaceName } from './place-name.js'
import { describeWeatherCode } from './weather-code.js'

/** How Open-Meteo is asked. */
export interface OpenMeteoOptions {
  /** Where places are looked up. Default: https://geocoding-api.open-meteo.com */
  readonly geocodingUrl?: string
  /** Where weather is looked up. Default: https://api.open-meteo.com */
  readonly forecastUrl?: string
  /** For both requests together, in milliseconds. Default: 3000. */
  readonly timeoutMs?: number
}

/** Weather as Open-Meteo reports it for now. */
export interface LiveWeather {
  /** The name of the place that was found, in English. */
  readonly location: string
  /** In English. */
  readonly country?: string
  readonly temperatureC: number
  readonly feelsLikeC?: number
  readonly humidityPercent?: number
  readonly windSpeedKmh?: number
  readonly conditions: string
}

/** Open-Meteo cannot be reached, is too slow, or answers with an error or something unreadable. */
export class WeatherUnreachableError extends Error {
  override readonly name = 'WeatherUnreachableError'
  readonly code = 'weather_unreachable'
}

const DEFAULT_GEOCODING_URL = 'https://geocoding-api.open-meteo.com'
const DEFAULT_FORECAST_URL = 'https://api.open-meteo.com'
const DEFAULT_TIMEOUT_MS = 3000

/** More than one place, so that `Paris, Texas` can be told from `Paris`. */
const MAX_PLACES = 10

const placeSchema = z.object({
  name: z.string().min(1),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  country: z.string().optional(),
  country_code: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional()
    .catch(undefined),
  admin1: z.string().optional(),
})

type Place = z.infer<typeof placeSchema>

/** Where nothing is found, `results` is left out; the time it took is always there. */
const geocodingSchema = z.object({
  results: z.array(placeSchema).default([]),
  generationtime_ms: z.number(),
})

const forecastSchema = z.object({
  current: z.object({
    temperature_2m: z.number(),
    apparent_temperature: z.number().nullish(),
    relative_humidity_2m: z.number().nullish(),
    wind_speed_10m: z.number().nullish(),
    weather_code: z.number().int(),
  }),
})

type Current = z.infer<typeof forecastSchema>['current']

const CURRENT_ELEMENTS = Object.keys(forecastSchema.shape.current.shape).join(',')

function describeFailure(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'Open-Meteo did not answer in time.'
  if (error instanceof SyntaxError) return 'Open-Meteo answered with something that is no JSON.'
  return 'Open-Meteo could not be reached.'
}

async function fetchJson(url: URL, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(url, { signal, redirect: 'error' })
    if (response.ok) return await response.json()
    await response.body?.cancel()
    throw new WeatherUnreachableError(`Open-Meteo answered with status ${response.status}.`)
  } catch (error) {
    if (error instanceof WeatherUnreachableError) throw error
    throw new WeatherUnreachableError(describeFailure(error, signal), { cause: error })
  }
}

async function fetchChecked<Schema extends z.ZodType>(
  url: URL,
  schema: Schema,
  signal: AbortSignal,
): Promise<z.output<Schema>> {
  const parsed = schema.safeParse(await fetchJson(url, signal))
  if (parsed.success) return parsed.data
  throw new WeatherUnreachableError('Open-Meteo answered in a form that is not understood.', {
    cause: parsed.error,
  })
}

function withQuery(base: string, path: string, query: Readonly<Record<string, string>>): URL {
  const url = new URL(path, base)
  url.search = new URLSearchParams(query).toString()
  return url
}

function isQualifiedBy(place: Place, qualifiers: readonly string[]): boolean {
  const { country, country_code: code, admin1 } = place
  const names = [country, admin1].flatMap((name) => (name === undefined ? [] : [foldName(name)]))
  if (code !== undefined) names.push(...countryNames(code))
  return qualifiers.every((qualifier) => names.includes(qualifier))
}

/** The best known place that fits region and country; where none fits, the best known one. */
function choosePlace(places: readonly Place[], qualifiers: readonly string[]): Place | undefined {
  return places.find((place) => isQualifiedBy(place, qualifiers)) ?? places[0]
}

function toLiveWeather(place: Place, current: Current): LiveWeather {
  const {
    temperature_2m: temperatureC,
    apparent_temperature: feelsLikeC,
    relative_humidity_2m: humidityPercent,
    wind_speed_10m: windSpeedKmh,
    weather_code: code,
  } = current
  return {
    location: place.name,
    ...(place.country !== undefined && { country: place.country }),
    temperatureC,
    ...(typeof feelsLikeC === 'number' && { feelsLikeC }),
    ...(typeof humidityPercent === 'number' && { humidityPercent }),
    ...(typeof windSpeedKmh === 'number' && { windSpeedKmh }),
    conditions: describeWeatherCode(code),
  }
}

async function lookUp(
  location: string,
  options: OpenMeteoOptions,
  signal: AbortSignal,
): Promise<LiveWeather | undefined> {
  const { geocodingUrl = DEFAULT_GEOCODING_URL, forecastUrl = DEFAULT_FORECAST_URL } = options
  const { name, qualifiers } = parsePlaceName(location)
  const search = { name, count: String(MAX_PLACES), language: 'en', format: 'json' }
  const found = await fetchChecked(
    withQuery(geocodingUrl, '/v1/search', search),
    geocodingSchema,
    signal,
  )
  const place = choosePlace(found.results, qualifiers)
  if (place === undefined) return undefined
  const position = { latitude: String(place.latitude), longitude: String(place.longitude) }
  const forecast = await fetchChecked(
    withQuery(forecastUrl, '/v1/forecast', { ...position, current: CURRENT_ELEMENTS }),
    forecastSchema,
    signal,
  )
  return toLiveWeather(place, forecast.current)
}

/**
 * Asks Open-Meteo for the weather of a place now. Does not fall back on anything.
 *
 * @param location - a name, with region or country after a comma where wanted
 * @param options.abortSignal - ends the lookup; its reason is then thrown as it is
 * @returns undefined where Open-Meteo knows no such place
 * @throws {WeatherUnreachableError} when there is no usable answer within the time
 */
export async function fetchLiveWeather(
  location: string,
  options: OpenMeteoOptions & { readonly abortSignal?: AbortSignal } = {},
): Promise<LiveWeather | undefined> {
  const { abortSignal, timeoutMs = DEFAULT_TIMEOUT_MS } = options
  abortSignal?.throwIfAborted()
  // Not AbortSignal.timeout: its timer would outlive the lookup and may be collected under any().
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), timeoutMs)
  const signals = abortSignal === undefined ? [] : [abortSignal]
  try {
    return await lookUp(location, options, AbortSignal.any([...signals, timeout.signal]))
  } catch (error) {
    abortSignal?.throwIfAborted()
    throw error
  } finally {
    clearTimeout(timer)
  }
}
