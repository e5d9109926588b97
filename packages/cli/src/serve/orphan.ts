import { fstatSync, statSync } from 'node:fs'
import { devNull } from 'node:os'

const CHECK_MS = 1000

/** Whether standard input is `/dev/null` or closed, as in a process that is meant to outlive its shell. */
function isInBackground(): boolean {
  try {
    const input = fstatSync(0)
    return input.isCharacterDevice() && input.rdev === statSync(devNull).rdev
  } catch {
    // The input is closed, or the system has no such device file.
    return true
  }
}

/** The command `signet` as a word of a script. */
const SIGNET = /(?:^|[\s'"/])signet(?:['"\s]|$)/
/** The operator of a shell that puts a command in the background. */
const BACKGROUND = /(?<!&)&(?!&)/

/**
 * Whether npm or npx waits for this process. They run a command in a shell, and send SIGTERM to that shell alone: the
 * shell ends, and does not pass the signal on. A script that puts `signet` in the background does not wait for it.
 */
export function isRunByNpm(environment: NodeJS.ProcessEnv = process.env): boolean {
  const script = environment['npm_lifecycle_script'] ?? ''
  return SIGNET.test(script) && !BACKGROUND.test(script)
}

function whenParentEnds(onEnded: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onEnded()
  }, CHECK_MS)
  timer.unref()
}

/**
 * Calls back within a second after the parent process has ended. A process in the background is meant to outlive its
 * parent, so there this holds only below npm or npx.
 */
export function whenOrphaned(onOrphaned: () => void): void {
  if (!isInBackground() || isRunByNpm()) whenParentEnds(onOrphaned)
}

/** Calls back within a second after the shell has ended in which npm or npx runs this process. */
export function whenNpmEnds(onEnded: () => void): void {
  if (isRunByNpm()) whenParentEnds(onEnded)
}
