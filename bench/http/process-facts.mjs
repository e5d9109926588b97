// What the kernel knows of a process (proc(5)).
import { readFileSync } from 'node:fs'

/** Of what the kernel counts processor time in: USER_HZ, 100 on every Linux. */
export const TICKS_PER_SECOND = 100

/** User and system time of a process and its threads, in ticks. */
export function cpuTicks(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** Resident memory in bytes. */
export function residentBytes(pid) {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}
