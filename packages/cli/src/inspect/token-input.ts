import { UsageFailure } from '../failure.js'
import type { Io } from '../io.js'

/** Twice what is decoded at all: what is longer is no token, and is not read on. */
const MOST_BYTES = 131_072

const NAME = /^(?:authorization:[\t ]*)?bearer(?:[\t ]+|$)/i
/** White space of a header, and the line ends of a file. Any other blank is part of a token, as it is for a server. */
const WHITE_SPACE = /[\t\n\r ]+/

async function readText(stream: Io['stdin']): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    chunks.push(bytes)
    size += bytes.length
    if (size > MOST_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

function tokenIn(text: string): string {
  const words = text.split(WHITE_SPACE).filter((word) => word !== '')
  return words.join(' ').replace(NAME, '')
}

/** The token that is piped in, without what a header has before it; the empty text where there is none. */
export async function readPipedToken({ stdin }: Io): Promise<string> {
  return tokenIn(await readText(stdin))
}

/**
 * The token that a command is about: its argument, else what is piped in; `-` always reads. What a header
 * has before a token is left out, as are blanks around it.
 *
 * @throws {UsageFailure} where there is none
 */
export async function readToken(argument: string | undefined, io: Io): Promise<string> {
  const isRead = argument === '-' || (argument === undefined && io.stdin.isTTY !== true)
  const token = isRead ? await readPipedToken(io) : tokenIn(argument ?? '')
  if (token !== '') return token
  throw new UsageFailure(
    'There is no token. Give it as the argument, or pipe it in, which keeps it out of the history of the shell: signet inspect < token.txt',
  )
}
