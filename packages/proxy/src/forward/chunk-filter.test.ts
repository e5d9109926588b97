import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChunkFilter, type StreamForm } from './chunk-filter.js'

/** What comes out of a filter for text that arrives in these pieces. */
function run(form: StreamForm, pieces: readonly Buffer[]): string {
  const filter = new ChunkFilter(form, { isPromptSeen: true })
  return Buffer.concat([...pieces.map((piece) => filter.take(piece)), filter.end()]).toString()
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length))
}

const error = { type: 'error', error: { message: 'secret', stack: 'secret' } }
const told = { type: 'error', error: { name: 'Error', message: 'The answer failed.' } }
const text = { type: 'text-delta', payload: { text: 'é "error" is a word\n\nof it' } }

describe('a stream without what its errors tell', () => {
  it.each<[StreamForm, string, string]>([
    ['events', `data: ${JSON.stringify(text)}\n\n`, `data: ${JSON.stringify(error)}\n\n`],
    ['events', `data: ${JSON.stringify(text)}\r\n\r\n`, `data: ${JSON.stringify(error)}\r\n\r\n`],
    ['records', `${JSON.stringify(text)}\u001e`, `${JSON.stringify(error)}\u001e`],
  ])('is the same however it is cut: %s', (form, plain, failed) => {
    const whole = Buffer.from(plain + failed + plain)
    const expected = (plain + failed + plain).replace(JSON.stringify(error), JSON.stringify(told))
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (places) => {
        const came = run(form, cut(whole, places))
        expect(came.replaceAll('\r\n', '\n')).toBe(expected.replaceAll('\r\n', '\n'))
        expect(came).not.toContain('secret')
      }),
    )
  })

  it.each(['error', 'tool-output-error'])(
    'says of a chunk %s of the AI SDK only what tells nothing',
    (type) => {
      const say = (errorText: unknown) => `data: ${JSON.stringify({ type, errorText })}\n\n`
      const tell = (errorText: unknown) => run('events', [Buffer.from(say(errorText))])
      for (const telling of ['process.env.KEY is not set', 'in /srv/app/a.js:1\n at', '', 7, {}])
        expect(tell(telling)).toBe(say('The answer failed.'))
      expect(tell('The harbour is closed.')).toBe(say('The harbour is closed.'))
    },
  )

  it.each([
    [true, '{"n":1.0,"error":"Out of stock."}', '{"n":1.0,"error":"Out of stock."}'],
    [true, '{"n":1.0,"error":"In /srv/app/x."}', '{"n":1,"error":"The answer failed."}'],
    [true, '{"request": {"body":"prompt"}}', '{"request": {"body":"prompt"}}'],
    [false, '{"request": {"body":"prompt"}}', '{"request":{}}'],
    [false, '{"request": {"body":"prompt"}', '{"request": {"body":"prompt"}'],
  ])('is one piece of JSON (prompts are seen: %j): %s', (isPromptSeen, text, expected) => {
    const filter = new ChunkFilter('json', { isPromptSeen })
    const pieces = cut(Buffer.from(text), [3, 9]).map((piece) => filter.take(piece))
    expect(Buffer.concat(pieces).length).toBe(0)
    expect(filter.end().toString()).toBe(expected)
  })

  it('is passed on byte by byte where nothing speaks of an error', () => {
    const bytes = Buffer.from('data: {"a":  1}\n\n: ping\n\ndata: [DONE]\n\n')
    expect(run('events', [bytes])).toBe(bytes.toString())
  })

  it.each(['events', 'records'] as const)('changes the %s alone that tell something', (form) => {
    const [before, after] = form === 'events' ? ['data: ', '\n\n'] : ['', '\u001e']
    const join = (...texts: string[]) => texts.map((text) => before + text + after).join('')
    const plain = ['{"n":1.0,"request":{}}', '{"n":  2}']
    const filter = new ChunkFilter(form, { isPromptSeen: false })
    const came = filter.take(Buffer.from(join(...plain, '{"n":3.0,"request":{"body":"prompt"}}')))
    expect(came.toString()).toBe(join(...plain, '{"n":3,"request":{}}'))
    const passed = Buffer.from(join(...plain))
    expect(filter.take(passed)).toStrictEqual(passed)
  })

  it('has whatever is not JSON as it was', () => {
    expect(run('events', [Buffer.from('data: no "error"\n\n')])).toBe('data: no "error"\n\n')
  })

  it('holds no event of more than 16 MiB', () => {
    const filter = new ChunkFilter('events', { isPromptSeen: true })
    const piece = Buffer.alloc(1024 * 1024, 'x')
    const feed = () => {
      for (let count = 0; count < 17; count++) filter.take(piece)
    }
    expect(feed).toThrow(expect.objectContaining({ code: 'upstream_failed' }))
  })
})
