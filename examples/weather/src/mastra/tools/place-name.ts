/** A place as people write it: `Paris`, `Paris, France` or `Paris, Texas, USA`. */
export interface PlaceName {
  /** What stands before the first comma, as written. */
  readonly name: string
  /** What stands after it, part by part, folded: regions and countries. */
  readonly qualifiers: readonly string[]
}

/** Other names of countries than their code and their English name; folded. */
const OTHER_COUNTRY_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['GB', ['uk', 'great britain', 'britain']],
  ['TR', ['turkey']],
  ['US', ['usa', 'united states of america']],
])

const ENGLISH_COUNTRY_NAMES = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' })

/** Makes spellings comparable: no accents, no capitals, one blank for whatever is no letter or digit. */
export function foldName(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

export function parsePlaceName(text: string): PlaceName {
  const [name = '', ...rest] = text.split(',')
  return { name: name.trim(), qualifiers: rest.map(foldName).filter((part) => part !== '') }
}

/**
 * What a country is called, folded.
 * @param code - ISO 3166-1 alpha-2, in capitals
 */
export function countryNames(code: string): readonly string[] {
  const english = ENGLISH_COUNTRY_NAMES.of(code) ?? code
  return [foldName(code), foldName(english), ...(OTHER_COUNTRY_NAMES.get(code) ?? [])]
}
