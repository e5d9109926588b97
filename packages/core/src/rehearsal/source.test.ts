import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** Words of examples, which the rehearsal model must not know. */
const SAMPLES =
  /london|paris|berlin|tokyo|istanbul|madrid|rome\b|new york|são|weather|forecast|temperature|celsius|fahrenheit|\bcity\b|\bcities\b|recipe|stock|ticket|calculator/iu

const SOURCE = join(import.meta.dirname, '..')

/** The sources of the rehearsal model and of what finds models, by their paths in the package. */
async function readSources(): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(SOURCE, { recursive: true })
  const sources = names.filter(
    (name) => /^(?:model|rehearsal)\b.*\.ts$/u.test(name) && !name.includes('.test'),
  )
  const texts = sources.map(async (name) => {
    const text = await readFile(join(SOURCE, name), 'utf8')
    return [name, text] as const
  })
  return new Map(await Promise.all(texts))
}

it('names no place, subject or tool of an example', async () => {
  const sources = await readSources()
  expect(sources.has(join('rehearsal', 'plan.ts'))).toBe(true)
  expect([...sources].filter(([, text]) => SAMPLES.test(text)).map(([name]) => name)).toEqual([])
})

it('reads neither the clock nor chance', async () => {
  const sources = [...(await readSources())].filter(([name]) => name.startsWith('rehearsal'))
  const pattern = /Date\.now|new Date\(\)|Math\.random|randomUUID|performance\.|fetch\(/u
  expect(sources.filter(([, text]) => pattern.test(text)).map(([name]) => name)).toEqual([])
})

it('would find them', () => {
  expect('Weather in London').toMatch(SAMPLES)
  expect('the lamp in the hall').not.toMatch(SAMPLES)
})
