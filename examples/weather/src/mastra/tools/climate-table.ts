import {
  CLIMATE_NORMALS,
  type CityClimate,
  type ClimateSource,
  type MonthlyValues,
} from './climate-normals.js'
import { countryNames, foldName, parsePlaceName } from './place-name.js'

/** Typical values of a city for one month. */
export interface TypicalWeather {
  readonly location: string
  /** In English: `November`. */
  readonly month: string
  /** Half-way between the two below, in °C, one decimal. */
  readonly temperatureC: number
  /** Mean daily maximum, in °C. */
  readonly highC: number
  /** Mean daily minimum, in °C. */
  readonly lowC: number
  /** The years averaged over; null where the source does not say. */
  readonly period: string | null
  /** The titles of the pages that the temperatures come from. */
  readonly source: string
}

/** By the city's id; folded. */
const OTHER_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['new-york', ['new york city', 'nyc']],
])

/** What may stand after the city's name beside its country; by the city's id, folded. */
const REGIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['london', ['england']],
  ['paris', ['ile de france']],
  ['new-york', ['new york', 'ny']],
  ['san-francisco', ['california', 'ca']],
])

const MONTH_FORMAT = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' })

/** The names of the cities in the table. */
export const CLIMATE_CITIES: readonly string[] = CLIMATE_NORMALS.map(({ name }) => name)

/**
 * The city of this name in the table. Accents, capitals and hyphens do not count; a region or country
 * after a comma must be the city's own, so that `Paris, Texas` does not get the values of Paris.
 *
 * @returns undefined where the table has no such city
 */
export function findCity(location: string): CityClimate | undefined {
  const { name, qualifiers } = parsePlaceName(location)
  const folded = foldName(name)
  return CLIMATE_NORMALS.find((city) => {
    const names = [foldName(city.name), ...(OTHER_NAMES.get(city.id) ?? [])]
    if (!names.includes(folded)) return false
    const regions = new Set([...countryNames(city.country), ...(REGIONS.get(city.id) ?? [])])
    return qualifiers.every((qualifier) => regions.has(qualifier))
  })
}

function valueOf(values: MonthlyValues, month: number): number {
  const value = values[month]
  if (value === undefined) throw new RangeError('The date is not valid.')
  return value
}

/** Counts in tenths, as the table does, so that halves are exact. */
function middle(high: number, low: number): number {
  return Math.round((Math.round(high * 10) + Math.round(low * 10)) / 2) / 10
}

function givesTemperature({ provides }: ClimateSource): boolean {
  return provides.includes('tempMaxC') || provides.includes('tempMinC')
}

/**
 * What is typical for a city in the month of a date. Not weather, and not a forecast.
 *
 * @param now - its month in UTC counts
 * @throws {RangeError} for an invalid date
 */
export function typicalWeather(city: CityClimate, now: Date): TypicalWeather {
  const month = now.getUTCMonth()
  const highC = valueOf(city.tempMaxC, month)
  const lowC = valueOf(city.tempMinC, month)
  return {
    location: city.name,
    month: MONTH_FORMAT.format(now),
    temperatureC: middle(highC, lowC),
    highC,
    lowC,
    period: city.period,
    source: city.sources
      .filter(givesTemperature)
      .map(({ title }) => title)
      .join('; '),
  }
}
