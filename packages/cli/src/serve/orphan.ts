import { fstatSync, statSync } from 'node:fs'
import { devNull } from 'node:os'

const CHECK_MS = 1000

/** Whether the process was started to run on in the background, as shells and `nohup` do it: without an input. */
function isInBackground(): boolean {
  try {
    const input = fstatSync(0)
    return input.isCharacterDevice() && input.rdev === statSync(devNull).rdev
  } catch {
    // Closed, or on a system where the device is not a file.
    return true
  }
}

/** Calls back once the process that started this one has ended, unless this one is to run on in the background. */
export function whenOrphaned(onOrphaned: () => void): void {
  if (isInBackground()) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onOrphaned()
  }, CHECK_MS)
  timer.unref()
}
