import type { Metafile } from 'esbuild'
import { CommandFailure } from '../failure.js'
import { findAgentFolders } from './agent-folders.js'
import { findMissingImports } from './missing-imports.js'

function lines(metafile: Metafile, directory: string): readonly string[] {
  return [
    ...findMissingImports(metafile, directory).map(
      ({ file, path, remedy }) => `${file} imports ${path}. ${remedy}`,
    ),
    ...findAgentFolders(metafile, directory).map(
      (file) =>
        `${file} declares an agent by its folder. Signet does not search folders for agents: list the agent in the option agents of Mastra.`,
    ),
  ]
}

/**
 * Refuses an application that needs parts which Signet does not have, and names all of them. Without this check,
 * Node.js would report only the first one.
 * @param metafile - of its bundle
 * @throws {CommandFailure}
 */
export function refuseImports(metafile: Metafile, directory: string): void {
  const found = lines(metafile, directory)
  if (found.length === 0) return
  throw new CommandFailure(
    ['The application needs parts that Signet does not have.', ...found].join('\n  '),
  )
}
