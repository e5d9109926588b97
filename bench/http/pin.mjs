import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The cores this process may use, such as those of `0-1,4`. */
function allowedCores() {
  const status = readFileSync('/proc/self/status', 'utf8')
  const [, list = ''] = /Cpus_allowed_list:\s*(\S+)/.exec(status) ?? []
  return list.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}

function choosePins() {
  const isThere = spawnSync('taskset', ['--version']).status === 0
  if (!isThere) return { isPinned: false, reason: 'There is no taskset (package util-linux).' }
  const [server, load] = allowedCores()
  if (load === undefined) return { isPinned: false, reason: 'There is only one core.' }
  return { isPinned: true, cores: { server, load } }
}

/** Whether server and load have a core each, which ones, or why not. */
export const pins = choosePins()

/**
 * A command line that runs on the core of its part.
 * @param {'server' | 'load'} part
 * @param {readonly string[]} command
 * @returns {string[]}
 */
export function pinned(part, command) {
  return pins.isPinned ? ['taskset', '-c', `${pins.cores[part]}`, ...command] : [...command]
}
