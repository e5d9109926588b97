import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Metafile } from 'esbuild'

const CONFIG = /^config\.[cm]?[jt]s$/

/** Whether a file that is called like one that declares an agent does so: by its words, or by the prompt beside it. */
function declaresAgent(folder: string, file: string): boolean {
  if (existsSync(join(folder, 'instructions.md'))) return true
  return readFileSync(join(folder, file), 'utf8').includes('agentConfig')
}

/**
 * Folders of `src/mastra/agents` that declare an agent by the names of their files, as Mastra reads them, and that
 * nothing of the application imports: their agents would not be there, and nobody would know.
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
