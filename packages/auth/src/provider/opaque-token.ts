import { readBearerToken } from '../bearer/header.js'
import { AuthError, ConfigurationError, type ConfigurationErrorCode } from '../error.js'
import { isSampleSecret } from '../keys/secret-quality.js'
import { looksLikeJwt } from '../jws/looks-like-jwt.js'

const MIN_CHARACTERS = 32

/** Whether a request could carry it: of the characters of a bearer token, and read back as it is. */
function isBearerToken(token: string): boolean {
  try {
    return readBearerToken(`Bearer ${token}`) === token
  } catch (error) {
    if (!AuthError.isInstance(error)) throw error
    return false
  }
}

function isSimple(token: string): boolean {
  return new Set(token).size <= 1 || /^\d+$/.test(token)
}

/**
 * Refuses an opaque token that somebody could guess, or that could never arrive.
 *
 * @param what - names it in the error, which never contains the token
 * @throws {ConfigurationError} `secret_too_short`, `secret_is_sample` or `option_invalid`
 */
export function checkOpaqueToken(token: string, what: string): void {
  const refuse = (code: ConfigurationErrorCode, message: string): never => {
    throw new ConfigurationError(code, `${what} ${message} Make a good one with: npx signet secret`)
  }
  if (token.length < MIN_CHARACTERS) {
    refuse(
      'secret_too_short',
      `has ${token.length} characters; it must have at least ${MIN_CHARACTERS}.`,
    )
  }
  if (isSampleSecret(Buffer.from(token, 'utf8'))) {
    refuse('secret_is_sample', 'is printed in public documentation, so anyone knows it.')
  }
  if (isSimple(token)) {
    refuse('option_invalid', 'is too simple: it repeats one character, or has digits alone.')
  }
  if (looksLikeJwt(token)) {
    refuse('option_invalid', 'looks like a JWT. Use MastraJwtAuth for JWTs.')
  }
  if (!isBearerToken(token)) {
    refuse(
      'option_invalid',
      'has characters that a bearer token cannot have (RFC 6750 section 2.1).',
    )
  }
}
