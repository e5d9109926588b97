import { readPasted } from '@signet/auth'
import { UsageFailure } from '../failure.js'
import type { Io } from '../terminal/io.js'

/** Twice the maximum size of a token. Reading stops there, because a longer text is not a token. */
const MAX_BYTES = 131_072

async function readText(stream: Io['stdin']): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    chunks.push(bytes)
    size += bytes.length
    if (size > MAX_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The token from standard input, without the prefix of a header; empty if there is none. */
export async function readPipedToken({ stdin }: Io): Promise<string> {
  return readPasted(await readText(stdin)).token
}

/**
 * The text that was given as a token, as it was pasted: the argument, or standard input if there is no argument or it
 * is `-`.
 * @throws {UsageFailure} where there is no token in it
 */
export async function readPastedToken(argument: string | undefined, io: Io): Promise<string> {
  const isRead = argument === '-' || (argument === undefined && io.stdin.isTTY !== true)
  const text = isRead ? await readText(io.stdin) : (argument ?? '')
  if (readPasted(text).token !== '') return text
  throw new UsageFailure(
    'There is no token. Pipe it in, so that the shell does not keep it in its history: npx signet inspect < token.txt. Or give it as the argument.',
  )
}
