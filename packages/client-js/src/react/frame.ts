/** A page that is hidden draws nothing: then, and where nothing is drawn at all, this is how long to wait. */
const HIDDEN_MS = 100
const FRAME_MS = 16

/**
 * Does some work before the browser draws next.
 * @returns ends the waiting; the work is then not done
 */
export function beforeNextFrame(work: () => void): () => void {
  const hasFrames = typeof requestAnimationFrame === 'function'
  const run = () => {
    cancel()
    work()
  }
  const frame = hasFrames ? requestAnimationFrame(run) : undefined
  const timer = setTimeout(run, hasFrames ? HIDDEN_MS : FRAME_MS)
  const cancel = () => {
    clearTimeout(timer)
    if (frame !== undefined) cancelAnimationFrame(frame)
  }
  return cancel
}

/**
 * Lets everything else have its turn that waits to be done: clicks, timers, the drawing of the page. Unlike a timer, it
 * is not put off in a page that is hidden.
 */
export function letOthersRun(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve()
    })
    port1.start()
    port2.postMessage(undefined)
  })
}
