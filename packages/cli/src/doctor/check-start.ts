import type { ExplainedError } from '../explained.js'
import type { Finding } from './finding.js'

const REMEDIES: Readonly<Record<string, string>> = {
  secret_missing: 'Put MASTRA_JWT_SECRET= and what npx signet secret prints into .env.',
  secret_too_short: 'Make another one with: npx signet secret',
  secret_is_public_key: 'Give a key that others may know as publicKey or jwks, never as secret.',
  secret_is_sample: 'Make another one with: npx signet secret',
  key_weak: 'Have the issuer make a stronger key.',
  key_is_private: 'Give the public half alone, and make a new pair: this one has been passed on.',
  auth_missing: 'Set server.auth to a new MastraJwtAuth.',
  cors_wildcard: 'List the origins that may send credentials in server.cors.',
  redis_missing: 'Install it beside the application: npm install redis@6.3.1',
}

/** The finding of an application that does not start. */
export function refusedStart(error: ExplainedError): Finding {
  const code = 'code' in error ? error.code : undefined
  return {
    check: code === undefined ? 'start' : `start:${code}`,
    level: 'error',
    what: 'signet start refuses this application.',
    why: error.message,
    remedy: REMEDIES[code ?? ''] ?? 'Change what the message names, and run signet doctor again.',
  }
}
