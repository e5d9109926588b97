// Says how far a preparation is: which step of how many, and how long each takes.
import { StepFailure } from './quiet.mjs'

const SECOND = 1000

function seconds(since) {
  return `${Math.round((Date.now() - since) / SECOND)} s`
}

/**
 * Runs steps one after the other. On a terminal the line of a step counts its seconds; in a pipe, one line tells that
 * it begins and one that it is done. A step with nothing to do is not mentioned.
 *
 * @param {readonly { title: string, isDone?: () => boolean, run: () => unknown }[]} steps
 * @param {NodeJS.WritableStream & { isTTY?: boolean }} [stream] - default: standard error
 * @returns {Promise<boolean>} whether all of them succeeded; what failed has been said
 */
export async function runSteps(steps, stream = process.stderr) {
  for (const [index, { title, isDone, run }] of steps.entries()) {
    if (isDone?.()) continue
    const begun = Date.now()
    const line = `${index + 1}/${steps.length} ${title} …`
    const say = (text) => stream.write(stream.isTTY ? `\r${line} ${text}` : `${line} ${text}\n`)
    stream.write(stream.isTTY ? line : `${line}\n`)
    const timer = stream.isTTY ? setInterval(() => say(seconds(begun)), SECOND) : undefined
    try {
      await run()
    } catch (error) {
      say(`failed after ${seconds(begun)}`)
      if (!(error instanceof StepFailure)) throw error
      stream.write(`\n${error.output.trim()}\n\n${title} failed. ${error.message}\n`)
      return false
    } finally {
      clearInterval(timer)
    }
    say(`done in ${seconds(begun)}`)
    if (stream.isTTY) stream.write('\n')
  }
  return true
}
