/**
 * The bundled climate figures: typical monthly values of nine cities, long-term averages.
 * Not live weather, not a forecast; whoever shows a figure says so, with `CLIMATE_LABEL`.
 *
 * Compiled on 2026-11-23 from the pages named in `sources`, which may have changed since. Only cities of the
 * quality `official` (published by a national weather service, or computed from what it published)
 * and `composite` (elements from more than one page, see `notes`) are here. Positions are those of
 * the IANA time zone database and, for San Francisco, of the package astral.
 *
 * Licence: only numbers and names of pages were taken, no prose and no layout. No licence of a source
 * was read, except that the repository isezen/rmgm (Istanbul) has an MIT licence, which covers that
 * package and says nothing on the data of the MGM. Some sources are commercial pages that may
 * restrict reuse: check their terms before using this file outside the example, and keep `sources`
 * beside the numbers.
 */

/** Twelve values, January first. */
export type MonthlyValues = readonly [
  january: number,
  february: number,
  march: number,
  april: number,
  may: number,
  june: number,
  july: number,
  august: number,
  september: number,
  october: number,
  november: number,
  december: number,
]

/** What a source can provide. */
type ClimateElement = 'tempMaxC' | 'tempMinC' | 'precipitationMm'

/** A page that figures were taken from. */
export interface ClimateSource {
  readonly title: string
  readonly url: string
  /** What was taken; empty for a page that only supports the others. */
  readonly provides: readonly ClimateElement[]
}

/** Typical monthly values of a city. */
export interface CityClimate {
  readonly id: string
  readonly name: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** Degrees, north positive. */
  readonly latitude: number
  /** Degrees, east positive. */
  readonly longitude: number
  /** The years averaged over; null where the source does not say. */
  readonly period: string | null
  /** Null where the source does not say. */
  readonly station: string | null
  readonly quality: 'official' | 'composite'
  /** Mean daily maximum, degrees Celsius. */
  readonly tempMaxC: MonthlyValues
  /** Mean daily minimum, degrees Celsius. */
  readonly tempMinC: MonthlyValues
  /** Mean precipitation of the month, millimetres. */
  readonly precipitationMm: MonthlyValues
  readonly sources: readonly ClimateSource[]
  /** Conversions, computations and known weaknesses. */
  readonly notes: string
}

/** What must be said wherever a figure is shown. */
export const CLIMATE_LABEL =
  'Typical monthly climate values (long-term averages). Not live weather, not a forecast.'

export const CLIMATE_NORMALS: readonly CityClimate[] = [
  {
    id: 'london',
    name: 'London',
    country: 'GB',
    latitude: 51.51,
    longitude: -0.13,
    period: '1991-2020',
    station: 'Heathrow (London Airport), 51.479 N 0.449 W, 25 m',
    quality: 'official',
    tempMaxC: [8.4, 9, 11.7, 15, 18.4, 21.6, 23.9, 23.4, 20.2, 15.8, 11.5, 8.8],
    tempMinC: [2.7, 2.6, 4.1, 6, 9.1, 12, 14.2, 14.1, 11.6, 8.8, 5.3, 3.1],
    precipitationMm: [58.8, 45, 38.8, 42.3, 45.9, 47.3, 45.8, 53.6, 49.6, 65.1, 66.6, 57],
    sources: [
      {
        title:
          'Met Office historic station data, Heathrow (monthly values), copy in annwyl21/heatmap_weather, file heathrow_weather_data1.txt, commit 32f8464',
        url: 'https://github.com/annwyl21/heatmap_weather',
        provides: ['tempMaxC', 'tempMinC', 'precipitationMm'],
      },
      {
        title:
          'Met Office: historic station data (origin named by that repository; not opened here)',
        url: 'https://www.metoffice.gov.uk/research/climate/maps-and-data/historic-station-data',
        provides: [],
      },
    ],
    notes:
      'Computed for this file: plain mean of the 30 published monthly values per month, 1991 to 2020; not the Met Office published normal.',
  },
  {
    id: 'paris',
    name: 'Paris',
    country: 'FR',
    latitude: 48.87,
    longitude: 2.33,
    period: null,
    station: null,
    quality: 'official',
    tempMaxC: [6.8, 8.1, 12.1, 15.6, 19.3, 22.6, 24.6, 24.8, 20.8, 16.1, 10.2, 6.8],
    tempMinC: [2.5, 2.8, 5.1, 6.8, 10.5, 13.3, 15.5, 15.4, 12.5, 9.2, 5.3, 3.6],
    precipitationMm: [56, 46, 47, 55, 66, 59, 73, 60, 52, 67, 56, 75],
    sources: [
      {
        title: 'Met Office (UK): Paris weather, weather averages and climate',
        url: 'https://metoffice.gov.uk/weather/travel/holiday-weather/europe/france/paris',
        provides: ['tempMaxC', 'tempMinC', 'precipitationMm'],
      },
    ],
    notes: 'Period and station are not stated on the page.',
  },
  {
    id: 'berlin',
    name: 'Berlin',
    country: 'DE',
    latitude: 52.5,
    longitude: 13.37,
    period: null,
    station: null,
    quality: 'composite',
    tempMaxC: [2.9, 4.2, 8.5, 13.3, 18.9, 21.6, 23.7, 24, 19, 13, 7, 4],
    tempMinC: [-1.9, -1.5, 1.3, 4.2, 9, 12.3, 14.3, 14, 11, 6, 2, 0],
    precipitationMm: [42.3, 33.3, 40.5, 37.1, 53.8, 68.7, 55.5, 58, 45, 37, 44, 55],
    sources: [
      {
        title: 'Travel Guide: The climate of Berlin (January to July)',
        url: 'https://www.travelguide-en.org/berlin-climate/',
        provides: ['tempMaxC', 'tempMinC', 'precipitationMm'],
      },
      {
        title:
          'Berlin, when to go: Weather averages for Berlin (August to December, whole numbers)',
        url: 'http://www.berlin.za.net/when_to_go.asp',
        provides: ['tempMaxC', 'tempMinC', 'precipitationMm'],
      },
    ],
    notes:
      'Period and station are not stated on the page. January to July are from the first page, August to December from the second, which is rounded. Where both were read they agree after rounding, except the March minimum (1.3 against -1); 1.3 is used.',
  },
  {
    id: 'istanbul',
    name: 'Istanbul',
    country: 'TR',
    latitude: 41.02,
    longitude: 28.97,
    period: '1929-2018',
    station: null,
    quality: 'official',
    tempMaxC: [8.5, 9, 11, 15.5, 20.1, 24.7, 26.7, 26.9, 23.8, 19.2, 14.9, 10.9],
    tempMinC: [3.2, 3.1, 4.3, 7.7, 12.2, 16.6, 19.5, 20.2, 16.9, 13, 9, 5.5],
    precipitationMm: [105.5, 77.8, 71.9, 45.6, 34.4, 36.3, 34.1, 39.6, 64.6, 87.1, 102.2, 123.9],
    sources: [
      {
        title:
          'Turkish State Meteorological Service (MGM) monthly climatological means, data set trcli of the R package isezen/rmgm, commit 0e040c1',
        url: 'https://github.com/isezen/rmgm',
        provides: ['tempMaxC', 'tempMinC', 'precipitationMm'],
      },
      {
        title: 'MGM: il ve ilceler istatistik (origin named by that package; not opened here)',
        url: 'https://www.mgm.gov.tr/veridegerlendirme/il-ve-ilceler-istatistik.aspx',
        provides: [],
      },
    ],
    notes:
      'Station not named; the table is the one MGM shows for the city. The period is the whole record, not a 30-year normal.',
  },
  {
    id: 'cairo',
    name: 'Cairo',
    country: 'EG',
    latitude: 30.05,
    longitude: 31.25,
    period: null,
    station: null,
    quality: 'composite',
    tempMaxC: [19.2, 20.5, 23.4, 28.1, 31.9, 34.5, 35.1, 34.8, 33.3, 29.9, 24.9, 20.7],
    tempMinC: [8, 9, 11, 14, 17, 20, 21, 22, 20, 18, 14, 10],
    precipitationMm: [9, 3, 3, 5, 0, 0, 0, 0, 0, 1, 3, 3],
    sources: [
      {
        title: 'Met Office (UK): Cairo weather, climate information',
        url: 'https://www.metoffice.gov.uk/holiday-weather/africa/egypt/cairo',
        provides: ['tempMaxC', 'precipitationMm'],
      },
      {
        title: 'canada.com / Lonely Planet: Cairo - Weather',
        url: 'http://www2.canada.com/topics/travel/guides/lp.html?destination=cairo&category=weather',
        provides: ['tempMinC'],
      },
    ],
    notes:
      'Periods and stations are not stated. The minimum comes from another page than the maximum (whole numbers, cells run together in the stored text).',
  },
  {
    id: 'singapore',
    name: 'Singapore',
    country: 'SG',
    latitude: 1.28,
    longitude: 103.85,
    period: '1991-2020 (temperature only)',
    station: null,
    quality: 'composite',
    tempMaxC: [31, 32, 32, 32, 32, 32, 31, 31, 32, 32, 31, 30],
    tempMinC: [24, 25, 25, 25, 26, 26, 25, 25, 25, 25, 25, 24],
    precipitationMm: [246, 108, 184, 175, 160, 126, 150, 148, 125, 170, 243, 287],
    sources: [
      {
        title: 'Climates to Travel (climatestotravel.com): Climate - Singapore',
        url: 'https://www.climatestotravel.com/climate/singapore',
        provides: ['tempMaxC', 'tempMinC'],
      },
      {
        title: 'Met Office (UK): Singapore weather, weather averages and climate',
        url: 'https://www.metoffice.gov.uk/weather/travel/holiday-weather/asia/singapore',
        provides: ['precipitationMm'],
      },
    ],
    notes:
      'Temperature in whole degrees, 1991-2020; the cells ran together in the stored text and were split with the mean column. The period of the rainfall row is not stated. Stations not stated.',
  },
  {
    id: 'tokyo',
    name: 'Tokyo',
    country: 'JP',
    latitude: 35.65,
    longitude: 139.74,
    period: '1981-2010 (precipitation only)',
    station: 'Tokyo (Otemachi) for precipitation',
    quality: 'composite',
    tempMaxC: [10, 10, 14, 19, 23, 26, 29, 31, 27, 22, 16, 12],
    tempMinC: [1, 2, 4, 9, 14, 18, 22, 23, 20, 14, 8, 4],
    precipitationMm: [52.3, 56.1, 117.5, 124.5, 137.8, 167.7, 153.5, 168.2, 209.9, 197.8, 92.5, 51],
    sources: [
      {
        title: 'Climates to Travel (climatestotravel.com): Tokyo',
        url: 'https://www.climatestotravel.com/climate/japan/tokyo',
        provides: ['tempMaxC', 'tempMinC'],
      },
      {
        title: 'Gist koshian2: Mean monthly rainfall data, source Japan Meteorological Agency',
        url: 'https://gist.github.com/koshian2/d54fe794a2ae06165d8767fb8641bb40',
        provides: ['precipitationMm'],
      },
      {
        title:
          'Minato City digital history: JMA normals of Tokyo 1981-2010 (used to confirm period, station, annual total 1528.8 mm, driest and wettest month)',
        url: 'https://adeac.jp/minato-city/texthtml/d110110/mp100110-110110/ht000450',
        provides: [],
      },
    ],
    notes:
      'Temperature in whole degrees, period and station not stated; the stored text had the table cells run together; they were split with the help of the Fahrenheit row.',
  },
  {
    id: 'new-york',
    name: 'New York',
    country: 'US',
    latitude: 40.71,
    longitude: -74.01,
    period: null,
    station: null,
    quality: 'official',
    tempMaxC: [4, 5.2, 9.5, 16, 21.4, 26.7, 29.9, 29, 24.9, 18.5, 12.4, 6.7],
    tempMinC: [-2.8, -1.7, 1.8, 7.1, 12.2, 17.6, 20.4, 19.9, 16, 10, 5.3, 0],
    precipitationMm: [81, 77, 91, 99, 97, 93, 97, 87, 84, 73, 93, 87],
    sources: [
      {
        title: 'Met Office (UK): New York weather, weather averages and climate',
        url: 'https://www.metoffice.gov.uk/weather/travel/holiday-weather/americas/usa/newyork',
        provides: ['tempMaxC', 'tempMinC', 'precipitationMm'],
      },
    ],
    notes: 'Period and station are not stated on the page.',
  },
  {
    id: 'san-francisco',
    name: 'San Francisco',
    country: 'US',
    latitude: 37.77,
    longitude: -122.42,
    period: null,
    station: null,
    quality: 'composite',
    tempMaxC: [13.9, 15.6, 16.1, 17.2, 17.8, 18.9, 18.9, 19.4, 21.1, 20.6, 17.8, 13.9],
    tempMinC: [7.8, 8.9, 9.4, 10, 10.6, 11.7, 12.2, 12.8, 13.3, 12.8, 10.6, 8.3],
    precipitationMm: [111, 81, 78, 35, 5, 3, 1, 1, 5, 31, 73, 79],
    sources: [
      {
        title: 'SF To Do: San Francisco Weather Averages',
        url: 'https://www.sftodo.com/sanfrancisco/san-francisco-weather-averages/',
        provides: ['tempMaxC', 'tempMinC'],
      },
      {
        title: 'Met Office (UK): San Francisco weather, weather averages and climate',
        url: 'https://www.metoffice.gov.uk/weather/travel/holiday-weather/americas/usa/san-francisco',
        provides: ['precipitationMm'],
      },
    ],
    notes:
      'Periods and stations are not stated and may differ between the two pages. Temperature converted from whole degrees Fahrenheit.',
  },
]
