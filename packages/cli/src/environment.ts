import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Reads `.env` of a folder into the environment. Variables that are set already stay as they are. */
export function loadEnvFile(directory: string): void {
  const file = join(directory, '.env')
  if (existsSync(file)) process.loadEnvFile(file)
}
