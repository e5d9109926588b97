import type { Advice, Refusal } from './advice.js'
import { generalAdvice } from './general.js'

/** How long an API key is, with its prefix and its checksum. */
const CHARACTERS = 53
const ANOTHER = 'Create another one: npx signet keys create --name another --scope agents:execute'
const COMMAND = 'npx signet keys create --name another --scope agents:execute'

/** Whether a text is sent as an API key of this server, well spelt or not. */
export function isSentAsKey(token: string): boolean {
  return token.startsWith('sgn_')
}

function spellingAdvice({ token }: Refusal): Advice {
  const { length } = token
  const found = `${length} characters`
  const isWrongLength = length !== CHARACTERS
  const start = length < CHARACTERS ? 'Cut off' : 'Too long'
  return {
    cause: isWrongLength
      ? `${start}: the API key has ${found}; a whole API key has ${CHARACTERS}.`
      : 'This server does not accept the API key. Its checksum is wrong, or this server accepts tokens alone.',
    ...(isWrongLength && { found, expected: `${CHARACTERS} characters` }),
    remedy: `Copy the whole key, of ${CHARACTERS} characters, or send a token.`,
  }
}

/** Why an API key is refused. */
export function apiKeyAdvice(refusal: Refusal): Advice {
  const { code, message } = refusal
  switch (code) {
    case 'token_malformed':
      return spellingAdvice(refusal)
    case 'token_key_unknown':
      return {
        cause:
          'This server does not know the API key. It belongs to another server, or was deleted with its store.',
        remedy: ANOTHER,
        command: COMMAND,
      }
    case 'token_expired':
    case 'token_revoked':
      return { cause: message ?? generalAdvice(code).cause, remedy: ANOTHER, command: COMMAND }
    default:
      return { ...generalAdvice(code), ...(message !== undefined && { cause: message }) }
  }
}
