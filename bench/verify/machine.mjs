import { cpus } from 'node:os'

/** What a reader needs to know of the machine, and nothing that names it. */
export function machineFacts() {
  const list = cpus()
  return {
    node: process.version,
    platform: process.platform,
    architecture: process.arch,
    cpu: list[0]?.model ?? 'unknown',
    cores: list.length,
  }
}
