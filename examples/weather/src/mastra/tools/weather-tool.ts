import { ToolError, type Tool } from '@signet/core'
import { createTool } from '@signet/core/tools'
import { z } from 'zod'
import { CLIMATE_LABEL } from './climate-normals.js'
import { CLIMATE_CITIES, findCity, typicalWeather } from './climate-table.js'
import {
  fetchLiveWeather,
  WeatherUnreachableError,
  type LiveWeather,
  type OpenMeteoOptions,
} from './open-meteo.js'

/** What can be changed about the weather tool, for tests above all. */
export interface WeatherToolOptions {
  readonly openMeteo?: OpenMeteoOptions
  /** Picks the month of the typical values. Default: the clock. */
  readonly now?: () => Date
}

const inputSchema = z.object({
  location: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .describe('The name of a city or town; its region or country may follow after a comma.'),
})

/** What matters most is first: some models say no more than that. */
const outputSchema = z.object({
  location: z.string().describe('The name of the place that was found.'),
  country: z.string().optional(),
  temperature: z.number(),
  temperatureUnit: z.literal('°C'),
  conditions: z.string().describe('In words; says so where the values are typical, not live.'),
  feelsLike: z.number().optional().describe('In °C.'),
  humidityPercent: z.number().optional(),
  windSpeedKmh: z.number().optional(),
  typicalHigh: z.number().optional().describe('Mean daily maximum of the month, in °C.'),
  typicalLow: z.number().optional().describe('Mean daily minimum of the month, in °C.'),
  source: z.string(),
  note: z.string().optional().describe('What must be said of the values.'),
})

type WeatherReport = z.infer<typeof outputSchema>

function reportLive({ temperatureC, feelsLikeC, ...weather }: LiveWeather): WeatherReport {
  return {
    ...weather,
    temperature: temperatureC,
    temperatureUnit: '°C',
    ...(feelsLikeC !== undefined && { feelsLike: feelsLikeC }),
    source: 'Open-Meteo',
  }
}

function reportTypical(
  location: string,
  now: Date,
  failure: WeatherUnreachableError,
): WeatherReport {
  const city = findCity(location)
  if (city === undefined) {
    const cities = CLIMATE_CITIES.join(', ')
    throw new ToolError(
      `${failure.message} There is no live weather for ${JSON.stringify(location)}, and typical values only for ${cities}.`,
      { cause: failure },
    )
  }
  const typical = typicalWeather(city, now)
  const period = typical.period === null ? 'not stated by the source' : typical.period
  return {
    location: typical.location,
    temperature: typical.temperatureC,
    temperatureUnit: '°C',
    conditions: `typical for ${typical.month}, live weather unreachable`,
    typicalHigh: typical.highC,
    typicalLow: typical.lowC,
    source: typical.source,
    note: `${failure.message} ${CLIMATE_LABEL} Period: ${period}.`,
  }
}

/** Makes the tool that tells the weather of a place: live, or typical for the month where it must. */
export function createWeatherTool(options: WeatherToolOptions = {}): Tool {
  const { openMeteo, now = () => new Date() } = options
  return createTool({
    id: 'get-weather',
    description: 'Tells the current weather of a city: its temperature in °C and the conditions.',
    inputSchema,
    outputSchema,
    execute: async ({ location }, { abortSignal }) => {
      try {
        const weather = await fetchLiveWeather(location, { ...openMeteo, abortSignal })
        if (weather !== undefined) return reportLive(weather)
      } catch (error) {
        if (error instanceof WeatherUnreachableError) return reportTypical(location, now(), error)
        throw error
      }
      throw new ToolError(`There is no such place as ${JSON.stringify(location)}.`)
    },
  })
}

export const weatherTool = createWeatherTool()
