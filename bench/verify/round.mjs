/**
 * @typedef {object} Contestant
 * @property {string} column what it is called in the table
 * @property {import('./peers/all.mjs').Peer} peer
 * @property {Buffer[]} tokens
 * @property {number} [inFlight] how many calls run at once; 1 unless given
 */

/** Calls between two looks at the clock: few enough for the slowest peer, many enough for the fastest. */
const BATCH = 16

/** One call from bytes to claims. The text is made anew each time, as it is of a request. */
function call({ peer, tokens }, index) {
  return peer.verify(tokens[index % tokens.length].toString('latin1'))
}

function requireClaims(claims) {
  if (typeof claims?.sub !== 'string') throw new Error('A peer returned no claims.')
}

function run(contestant, end) {
  let calls = 0
  do {
    for (let left = BATCH; left > 0; left--) requireClaims(call(contestant, calls++))
  } while (performance.now() < end)
  return calls
}

async function runLater(contestant, end) {
  let calls = 0
  const worker = async () => {
    do {
      for (let left = BATCH; left > 0; left--) requireClaims(await call(contestant, calls++))
    } while (performance.now() < end)
  }
  await Promise.all(Array.from({ length: contestant.inFlight ?? 1 }, worker))
  return calls
}

/** Calls per second of one contestant, over about `sliceMs`. */
async function measure(contestant, sliceMs) {
  // What the one before left behind is not to be swept up in this one's time.
  globalThis.gc?.({ type: 'minor' })
  const start = performance.now()
  const calls = await (contestant.peer.isAsync ? runLater : run)(contestant, start + sliceMs)
  return (calls * 1000) / (performance.now() - start)
}

function rotated(list, by) {
  const middle = by % list.length
  return [...list.slice(middle), ...list.slice(0, middle)]
}

/**
 * Measures all contestants in each round, so that whatever slows the machine slows all of them; each
 * round starts with another one. One round before the first is thrown away.
 *
 * @param {readonly Contestant[]} contestants
 * @param {{ rounds: number, sliceMs: number }} effort
 * @returns {Promise<Map<string, number[]>>} by column: calls per second in each round
 */
export async function measureRounds(contestants, { rounds, sliceMs }) {
  const rates = new Map(contestants.map(({ column }) => [column, []]))
  for (let round = -1; round < rounds; round++) {
    for (const contestant of rotated(contestants, round + contestants.length)) {
      const rate = await measure(contestant, sliceMs)
      if (round >= 0) rates.get(contestant.column).push(rate)
    }
  }
  return rates
}
