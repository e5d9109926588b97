import { SignetProcess, type SpawnOptions } from './signet-process.js'

/** A server of `signet start` that is ready, and how to stop it. */
export interface ServerProcess {
  readonly url: string
  readonly port: number
  readonly process: SignetProcess
}

/** Processes of the command line, none of which outlives its test. */
export class SignetProcesses {
  readonly #all: SignetProcess[] = []

  /** Runs a command. */
  spawn(args: readonly string[], options?: SpawnOptions): SignetProcess {
    const process = new SignetProcess(args, options)
    this.#all.push(process)
    return process
  }

  /** Takes care of a process that was started elsewhere. */
  add(process: SignetProcess): void {
    this.#all.push(process)
  }

  /** Runs `signet start` on a free port and waits until it is ready. */
  async start(
    directory: string,
    env: Readonly<Record<string, string>>,
    drain = '0',
  ): Promise<ServerProcess> {
    const flags = ['--dir', directory, '--port', '0', '--host', '127.0.0.1', '--drain', drain]
    const process = this.spawn(['start', ...flags], { env })
    const [line] = await process.waitFor(/^.*"The server is ready\.".*$/m)
    const { port }: { port: number } = JSON.parse(line)
    return { url: `http://127.0.0.1:${port}`, port, process }
  }

  /** Kills whatever still runs. */
  async kill(): Promise<void> {
    await Promise.all(this.#all.splice(0).map((process) => process.stop('SIGKILL')))
  }
}
