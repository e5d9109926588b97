import { codeOf } from './error-code.js'

/** Whether a process of this id runs, whoever its user is. It gets no signal. */
export function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch (error) {
    // EPERM: it runs, and this process may not send it a signal.
    return codeOf(error) !== 'ESRCH'
  }
}
