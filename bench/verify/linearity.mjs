import { awkwardTokens } from './awkward.mjs'
import { signet } from './peers/signet.mjs'

const MEBIBYTE = 1024 * 1024
/** Twice the text should take twice the time; beyond this it is no accident. */
const LIMIT = 3
/** A shorter time is repeated until it is as long as this, so that the clock can tell it. */
const MIN_MS = 1
const MAX_REPEATS = 1000
/** Faster than this nothing is read, only memory is fetched and copied, which goes by steps of its own. */
const MIN_MS_PER_MB = 1

async function timeOf(verify, token, repeats) {
  globalThis.gc?.({ type: 'minor' })
  const start = performance.now()
  for (let left = repeats; left > 0; left--) {
    try {
      await verify(token)
    } catch {
      // Most of these are refused, which is what takes the time.
    }
  }
  return (performance.now() - start) / repeats
}

/** The time of a token against that of one half as long. Whatever disturbs a run only makes it longer, so the least counts. */
async function growth(verify, make, length, tries) {
  const half = make(length / 2)
  const whole = make(length)
  const once = await timeOf(verify, half, 1)
  const repeats = Math.max(1, Math.min(MAX_REPEATS, Math.ceil(MIN_MS / once)))
  let [halfMs, wholeMs] = [Infinity, Infinity]
  for (let left = tries; left > 0; left--) {
    halfMs = Math.min(halfMs, await timeOf(verify, half, repeats))
    wholeMs = Math.min(wholeMs, await timeOf(verify, whole, repeats))
  }
  return { ratio: wholeMs / halfMs, wholeMs }
}

function isTooFast({ ratio, wholeMs }, length) {
  return ratio > LIMIT && (wholeMs * MEBIBYTE) / length >= MIN_MS_PER_MB
}

/** What seems to grow too fast is measured again, with more care. */
async function carefulGrowth(verify, make, length, tries) {
  const result = await growth(verify, make, length, tries)
  return result.ratio > LIMIT ? growth(verify, make, length, tries * 3) : result
}

/**
 * Whether Signet reads an awkward token of `textMb` MB in about twice the time of one of half of that.
 *
 * @param {import('./keys.mjs').Keys} keys of HS256
 * @param {{ tries: number, textMb: number }} effort
 * @returns {Promise<{ name: string, ratio: number, wholeMs: number, isLinear: boolean, isStep: boolean }[]>} the worst first
 */
export async function measureLinearity(keys, { tries, textMb }) {
  const length = textMb * MEBIBYTE
  const { verify } = signet('HS256', keys, { cache: false, maxTokenBytes: 3 * length })
  const results = []
  for (const { name, make } of awkwardTokens(keys)) {
    const result = await carefulGrowth(verify, make, length, tries)
    // A step, such as a heap that has to grow, is taken once; what is not linear grows too fast at every length.
    const isLinear =
      !isTooFast(result, length) ||
      !isTooFast(await carefulGrowth(verify, make, length * 2, tries), length * 2)
    results.push({ name, ...result, isLinear, isStep: isLinear && result.ratio > LIMIT })
  }
  return results.sort((a, b) => Number(a.isLinear) - Number(b.isLinear) || b.ratio - a.ratio)
}
