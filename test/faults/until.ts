import { setTimeout as sleep } from 'node:timers/promises'

/** Long enough for whatever is waited for here, and shorter than a test may take. */
const PATIENCE_MS = 60_000

/** Asks until this is the answer. @throws where it has not come after a minute, with the last one */
export async function until<Answer>(
  ask: () => Promise<Answer>,
  isIt: (answer: Answer) => boolean,
): Promise<Answer> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await ask()
    if (isIt(answer)) return answer
    if (performance.now() > end)
      throw new Error(`It stays so: ${JSON.stringify(answer).slice(-2000)}`)
    await sleep(50)
  }
}
