// Ends a test run that stands still. A test that waits has a limit of its own, but the limit is a timer of the process
// that runs the test: where that process itself is blocked (a child that it waits for without a limit, a loop that
// never ends), or where a file waits before its first test, nothing else would end the run.
import { readdirSync, readFileSync } from 'node:fs'

/** How long one test file may take: several times what the longest takes on a busy machine. */
const MAX_FILE_MS = Number(process.env['SIGNET_MAX_TEST_FILE_MS'] || 20 * 60_000)

/** How often is looked. */
const LOOK_MS = Math.min(15_000, MAX_FILE_MS)

/** A process of Linux by its id; undefined where it has ended. */
function readProcess(id) {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8')
    // The name before it is in brackets, and may have brackets of its own.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return { id, parent: Number(parent), line: `${id} ${parent} ${state} ${command}` }
  } catch {
    return undefined
  }
}

/** Every process of the machine; none where it is not Linux. */
function readProcesses() {
  try {
    const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return ids.flatMap((id) => readProcess(Number(id)) ?? [])
  } catch {
    return []
  }
}

/** What runs below this process, deepest last. */
function processesBelow() {
  const processes = readProcesses()
  const below = []
  for (const parents = [process.pid]; parents.length > 0;) {
    const parent = parents.shift()
    const children = processes.filter((each) => each.parent === parent)
    below.push(...children)
    parents.push(...children.map(({ id }) => id))
  }
  return below
}

/** @implements {import('vitest/reporters').Reporter} */
export default class StuckReporter {
  /** When each file that is not done was begun, and the test that it is at. */
  #files = new Map()
  #timer

  onTestRunStart() {
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    this.#timer.unref()
  }

  onTestModuleQueued({ moduleId, relativeModuleId }) {
    this.#files.set(moduleId, { name: relativeModuleId, beganAt: performance.now(), test: '' })
  }

  onTestCaseReady({ module, fullName }) {
    const file = this.#files.get(module.moduleId)
    if (file !== undefined) file.test = fullName
  }

  onTestModuleEnd({ moduleId }) {
    this.#files.delete(moduleId)
  }

  onTestRunEnd() {
    clearInterval(this.#timer)
  }

  #look() {
    const now = performance.now()
    const stuck = [...this.#files.values()].filter((file) => now - file.beganAt > MAX_FILE_MS)
    if (stuck.length === 0) return
    for (const { name, test } of stuck) {
      const last =
        test === '' ? 'it has told of none of its tests' : `the last test it told of: ${test}`
      console.log(`${name} does not end; ${last}`)
    }
    const below = processesBelow()
    console.log(
      ['Processes (id, parent, state, command):', ...below.map(({ line }) => line)].join('\n'),
    )
    for (const { id } of below.toReversed()) {
      try {
        process.kill(id, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
    console.log(`0 passed, ${stuck.length} failed: the run stood still`)
    process.exit(1)
  }
}
