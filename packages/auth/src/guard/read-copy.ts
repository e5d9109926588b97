/** Largest body that is compared with a digest, in bytes: as much as a server of Signet reads of one. */
const MAX_BYTES = 4 * 1024 * 1024
/** Longest time for a body to come, in milliseconds. */
const MAX_WAIT_MS = 30_000

/** What has been read so far, of a stream that is read until it ends. */
async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks, size)
    size += value.byteLength
    if (size > MAX_BYTES) return undefined
    chunks.push(value)
  }
}

/**
 * Reads a copy of the body of a request, which can still be read by others.
 * @returns undefined for one that was read before, is larger than 4 MiB or does not come within 30 seconds
 */
export async function readCopy(request: Request): Promise<Buffer | undefined> {
  if (request.bodyUsed) return undefined
  const { body } = request.clone()
  if (body === null) return Buffer.alloc(0)
  const reader = body.getReader()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), MAX_WAIT_MS)
  })
  try {
    return await Promise.race([readAll(reader), late])
  } finally {
    clearTimeout(timer)
    // Where it has ended, this changes nothing.
    reader.cancel().catch(() => undefined)
  }
}
