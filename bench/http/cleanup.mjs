// What must not outlive the measurement: processes, servers, folders.

/** @type {(() => Promise<void> | void)[]} */
const tasks = []

/** Has something undone at the end, newest first. Undoing twice must do no harm. */
export function atEnd(task) {
  tasks.push(task)
}

/** Undoes everything. What fails is told and stops nothing. */
async function cleanUp() {
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    try {
      await task()
    } catch (error) {
      console.error(error)
    }
  }
}

/** Runs the work, and whether it ends, throws or is interrupted, leaves nothing behind. */
export async function withCleanUp(work) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => void cleanUp().then(() => process.exit(1)))
  }
  try {
    await work()
  } finally {
    await cleanUp()
  }
}
