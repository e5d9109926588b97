import { join } from 'node:path'
import { SignetProcess, type CommandResult } from '@signet/test-support/process/signet-process'
import type { Project } from './project.js'

/** A server that runs as it was installed. */
export interface InstalledServer {
  readonly url: string
  readonly port: string
  /** Asks it to end, and waits until it has. */
  stop(): Promise<CommandResult>
}

/**
 * Runs `signet start` in a project, on a free port of this machine, and waits until it is ready.
 *
 * @param runtime - what runs it; by default the command that the package manager linked
 */
export async function startInstalled(project: Project, runtime?: string): Promise<InstalledServer> {
  const modules = join(project.directory, 'node_modules')
  const command =
    runtime === undefined
      ? ([join(modules, '.bin', 'signet')] as const)
      : ([runtime, join(modules, '@signet', 'cli', 'bin', 'signet.js')] as const)
  const server = new SignetProcess(['start', '--host', '127.0.0.1', '--port', '0'], {
    cwd: project.directory,
    env: project.env,
    command,
  })
  const [, port = ''] = await server.waitFor(/"port":(\d+),"msg":"The server is ready/)
  return { url: `http://127.0.0.1:${port}`, port, stop: () => server.stop() }
}
