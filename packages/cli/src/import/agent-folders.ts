import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Metafile } from 'esbuild'

const CONFIG = /^config\.[cm]?[jt]s$/

/** Whether a file named `config` declares an agent: it mentions `agentConfig`, or a prompt lies beside it. */
function declaresAgent(folder: string, file: string): boolean {
  if (existsSync(join(folder, 'instructions.md'))) return true
  return readFileSync(join(folder, file), 'utf8').includes('agentConfig')
}

/**
 * Finds folders of `src/mastra/agents` that declare an agent by file names, as Mastra reads them, and that the
 * application does not import. Without an error, their agents would silently be missing.
 * @returns the files that declare them, relative to the folder of the application
 */
export function findAgentFolders({ inputs }: Metafile, directory: string): readonly string[] {
  const agents = join(directory, 'src', 'mastra', 'agents')
  if (!existsSync(agents)) return []
  const imported = new Set(Object.keys(inputs))
  return readdirSync(agents, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(agents, name)).map((file) => [name, file] as const))
    .filter(([name, file]) => CONFIG.test(file) && declaresAgent(join(agents, name), file))
    .map(([name, file]) => relative(directory, join(agents, name, file)).replaceAll('\\', '/'))
    .filter((file) => !imported.has(file))
}
