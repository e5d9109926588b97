import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { CommandFailure } from '../failure.js'
import { endWhenKilled } from './command-watch.js'

/** A command that serves the application behind the proxy. */
export interface UpstreamCommand {
  /** Resolves once it has ended by itself, with what to say of that. */
  readonly ended: Promise<string>
  /** Ends it and what it has started: SIGTERM, and SIGKILL 10 seconds later. */
  end(): Promise<void>
}

/** How a command is started. */
export interface UpstreamCommandOptions {
  readonly directory: string
  readonly environment: NodeJS.ProcessEnv
  /** Is told what an operator should know. */
  warn(message: string): void
}

const END_MS = 10_000
const IS_WINDOWS = process.platform === 'win32'

/** Sends a signal to a command and to all that it has started, which may be a shell's child. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (IS_WINDOWS) child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // Nothing of it is left.
  }
}

/** Whether anything of a command's group still runs. */
function isGroupRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  if (pid === undefined) return false
  if (IS_WINDOWS) return exitCode === null && signalCode === null
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}

/**
 * Starts a command in a process group of its own, so that a signal of the terminal reaches the proxy alone, which ends
 * both in order. Its output is that of this process; it reads nothing. Where this process is killed, the command ends, too,
 * except on Windows.
 * @throws {CommandFailure} where it cannot be started
 */
export async function startUpstream(
  [command = '', ...args]: readonly string[],
  { directory, environment, warn }: UpstreamCommandOptions,
): Promise<UpstreamCommand> {
  const child = spawn(command, args, {
    cwd: directory,
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: !IS_WINDOWS,
    shell: IS_WINDOWS,
  })
  try {
    await once(child, 'spawn')
  } catch (cause) {
    throw new CommandFailure(
      `The command ${command} cannot be started: ${String(Reflect.get(Object(cause), 'code'))}. Write it behind -- as in a shell.`,
      { cause },
    )
  }
  const endWatch =
    IS_WINDOWS || child.pid === undefined ? undefined : endWhenKilled(child.pid, warn)
  // Where this process is ended without an orderly end, nothing of the command is to stay.
  const kill = () => signalGroup(child, 'SIGKILL')
  process.once('exit', kill)
  const exited = once(child, 'exit')
  const ended = exited.then(() => {
    const { exitCode, signalCode } = child
    const how = signalCode === null ? `with the exit code ${exitCode}` : `by ${signalCode}`
    return `The command ${command} has ended ${how}.`
  })
  return {
    ended,
    async end() {
      signalGroup(child, 'SIGTERM')
      const until = performance.now() + END_MS
      while (isGroupRunning(child) && performance.now() < until) await sleep(50)
      kill()
      process.off('exit', kill)
      endWatch?.()
      if (child.exitCode === null && child.signalCode === null) await exited
    },
  }
}
