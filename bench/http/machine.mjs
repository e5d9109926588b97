import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { release, totalmem } from 'node:os'
import { machineFacts } from '../verify/machine.mjs'
import { pins } from './pin.mjs'

function firstLine(command, args) {
  const { stdout = '', stderr = '' } = spawnSync(command, args, { encoding: 'utf8' })
  return `${stdout}${stderr}`.split('\n')[0].trim()
}

/** Versions of what is measured: ours by the project, the others' by bench/package.json. */
function versions() {
  const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
  return { signet: read('../../package.json').version, ...read('../package.json').dependencies }
}

/** What a reader needs to know of the machine, and nothing that names it. */
export function conditions() {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      ...machineFacts(),
      // Without what its maker appended.
      kernel: release().split('-', 1)[0],
      memoryGb: Math.round(totalmem() / 1e9),
      wrk: firstLine('wrk', ['-v']).replace(/ Copyright.*/, ''),
      pins,
    },
    versions: versions(),
  }
}
