import { describe, expect, it } from 'vitest'
import { CLIMATE_LABEL, CLIMATE_NORMALS } from './climate-normals.js'
import { CLIMATE_CITIES, findCity, typicalWeather } from './climate-table.js'

const NOVEMBER = new Date('2026-11-23T12:00:00Z')

function find(location: string) {
  const city = findCity(location)
  if (city === undefined) throw new Error(`${location} is not in the table.`)
  return city
}

describe('the figures', () => {
  it('are said to be neither live nor a forecast', () => {
    expect(CLIMATE_LABEL).toBe(
      'Typical monthly climate values (long-term averages). Not live weather, not a forecast.',
    )
  })

  it('are of nine cities, each there once', () => {
    expect(CLIMATE_CITIES.toSorted()).toEqual([
      'Berlin',
      'Cairo',
      'Istanbul',
      'London',
      'New York',
      'Paris',
      'San Francisco',
      'Singapore',
      'Tokyo',
    ])
    expect(new Set(CLIMATE_NORMALS.map(({ id }) => id)).size).toBe(9)
  })

  describe.each(CLIMATE_NORMALS)('of $name', (city) => {
    it('name a source for each element', () => {
      const provided = city.sources.flatMap(({ provides }) => provides)
      expect(provided).toEqual(expect.arrayContaining(['tempMaxC', 'tempMinC', 'precipitationMm']))
      for (const { title, url } of city.sources) {
        expect(title).not.toBe('')
        expect(URL.canParse(url)).toBe(true)
      }
    })

    it('keep their quality, period and notes', () => {
      expect(['official', 'composite']).toContain(city.quality)
      expect(city.period).not.toBe('')
      expect(city.notes).not.toBe('')
    })

    it('have twelve months, none hotter at night than by day, none with less than no rain', () => {
      const { tempMaxC, tempMinC, precipitationMm } = city
      for (const values of [tempMaxC, tempMinC, precipitationMm]) expect(values).toHaveLength(12)
      for (const [month, maximum] of tempMaxC.entries()) {
        expect(maximum).toBeGreaterThan(tempMinC[month] ?? Number.NaN)
      }
      expect(Math.min(...precipitationMm)).toBeGreaterThanOrEqual(0)
    })
  })
})

describe('findCity', () => {
  it.each(CLIMATE_NORMALS.map(({ name, id }) => ({ name, id })))('finds $name', ({ name, id }) => {
    expect(find(name).id).toBe(id)
    expect(find(name.toUpperCase()).id).toBe(id)
    expect(find(`  ${name.toLowerCase()} `).id).toBe(id)
  })

  it.each([
    ['İSTANBUL', 'istanbul'],
    ['Tōkyō', 'tokyo'],
    ['París', 'paris'],
    ['new-york', 'new-york'],
    ['New  York', 'new-york'],
    ['New York City', 'new-york'],
    ['NYC', 'new-york'],
    ['San Francisco', 'san-francisco'],
  ])('does not mind how %s is spelt', (location, id) => {
    expect(find(location).id).toBe(id)
  })

  it.each([
    ['London, UK', 'london'],
    ['London, England, United Kingdom', 'london'],
    ['Paris, France', 'paris'],
    ['Paris, Île-de-France', 'paris'],
    ['Istanbul, Türkiye', 'istanbul'],
    ['Istanbul, Turkey', 'istanbul'],
    ['New York, NY, USA', 'new-york'],
    ['San Francisco, CA', 'san-francisco'],
    ['Tokyo,', 'tokyo'],
  ])('takes the region and country of the city after a comma: %s', (location, id) => {
    expect(find(location).id).toBe(id)
  })

  it.each(['Paris, Texas', 'London, Ontario', 'London, CA', 'Berlin, US'])(
    'does not take another city of the same name: %s',
    (location) => {
      expect(findCity(location)).toBeUndefined()
    },
  )

  it.each(['Atlantis', 'Rome', 'Lon', 'Londonderry', 'York', '', ' ', ',', '__proto__', '東京'])(
    'does not find %j',
    (location) => {
      expect(findCity(location)).toBeUndefined()
    },
  )
})

describe('typicalWeather', () => {
  it('tells the middle of the mean maximum and minimum, with where they come from', () => {
    expect(typicalWeather(find('London'), NOVEMBER)).toEqual({
      location: 'London',
      month: 'November',
      temperatureC: 8.4,
      highC: 11.5,
      lowC: 5.3,
      period: '1991-2020',
      source: expect.stringContaining('Met Office historic station data, Heathrow'),
    })
  })

  it('names only the sources of what it shows', () => {
    expect(typicalWeather(find('Tokyo'), NOVEMBER).source).toBe(
      'Climates to Travel (climatestotravel.com): Tokyo',
    )
  })

  it('names each source where maximum and minimum come from two', () => {
    expect(typicalWeather(find('Cairo'), NOVEMBER).source).toBe(
      'Met Office (UK): Cairo weather, climate information; canada.com / Lonely Planet: Cairo - Weather',
    )
  })

  it('takes the month of the date, in UTC', () => {
    const london = find('London')
    expect(typicalWeather(london, new Date('2027-01-01T00:00:00Z')).month).toBe('January')
    expect(typicalWeather(london, new Date('2026-12-31T23:59:59Z')).month).toBe('December')
    expect(typicalWeather(london, new Date('2028-02-29T12:00:00Z'))).toMatchObject({
      month: 'February',
      temperatureC: 5.8,
    })
  })

  it.each(CLIMATE_NORMALS)('has a temperature for each month in $name', (city) => {
    for (let month = 0; month < 12; month += 1) {
      const { temperatureC, highC, lowC } = typicalWeather(
        city,
        new Date(Date.UTC(2026, month, 15)),
      )
      expect(temperatureC).toBeGreaterThan(lowC)
      expect(temperatureC).toBeLessThan(highC)
      expect(String(temperatureC)).toMatch(/^-?\d+(\.\d)?$/)
    }
  })

  it('refuses a date that is none', () => {
    expect(() => typicalWeather(find('London'), new Date('never'))).toThrow(RangeError)
  })
})
