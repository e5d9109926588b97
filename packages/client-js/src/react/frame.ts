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
