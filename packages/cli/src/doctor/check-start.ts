import { OptionsError, type ConfigurationErrorCode } from '@signet/auth'
import type { RegistrationErrorCode } from '@signet/core'
import type { StartErrorCode } from '@signet/server'
import { placeInApplication, type ExplainedError } from '../fault/explained.js'
import { refusedOptions, type Refuser } from './check-options.js'
import type { Finding } from './finding.js'

/** Codes of errors that occur only while a server opens its port or its tracing. */
type ServingCode = 'port_taken' | 'address_refused' | 'tracing_missing'

/** Codes with which an application can be refused. */
type StartCode =
  | ConfigurationErrorCode
  | RegistrationErrorCode
  | Exclude<StartErrorCode, ServingCode>

const BY_MESSAGE = 'Change what the message names, and run npx signet doctor again.'

const REMEDIES: Readonly<Record<StartCode, string>> = {
  secret_missing: 'Write a secret into .env with: npx signet secret --write .env',
  secret_too_short: 'Create another one with: npx signet secret',
  secret_is_public_key: 'Give a public key as publicKey or jwks, never as secret.',
  secret_is_sample: 'Create another one with: npx signet secret',
  key_invalid: 'Give the whole key as PEM or as a JSON Web Key, as the issuer published it.',
  key_weak: 'Ask the issuer for a stronger key.',
  key_is_private:
    'Give only the public key, and create a new key pair: the private key has been passed on.',
  key_set_invalid: 'Give the whole key set, as the issuer published it: an object with keys.',
  algorithm_unknown: 'List algorithms by their names, such as RS256, or remove the list.',
  option_invalid: BY_MESSAGE,
  option_unknown: 'Write the option as the message names it, or leave it out.',
  option_unsupported: 'Leave the option out, or do what the message says instead.',
  id_illegal: 'Use 1 to 128 of A-Z a-z 0-9 _ . - for the id and the key.',
  agent_taken: 'Create one agent for each Mastra.',
  id_duplicate: 'Give one of the two another id or key.',
  agent_unknown: 'List the agent in the option agents of Mastra, or ask for another one.',
  tool_unknown: 'List the tool in the option tools of Mastra or of an agent.',
  workflow_unknown: 'List the workflow in the option workflows of Mastra, or ask for another one.',
  auth_missing: 'Set server.auth to a new MastraJwtAuth.',
  cors_wildcard: 'List the origins that may send credentials in server.cors.',
  prefix_invalid:
    'Set server.apiPrefix to a plain path, such as /api, and server.basePath to one below which the server has no route.',
  path_rule_unknown: 'In public and protected, name only paths of routes that exist.',
  route_invalid: BY_MESSAGE,
  storage_missing: 'Remove storage from Mastra: the command opens a store itself.',
  redis_missing: 'Install it in the application: npm install redis@6.3.1',
}

function remedyOf(code: string, more: Readonly<Record<string, string>>): string {
  const remedies: Readonly<Record<string, string>> = { ...REMEDIES, ...more }
  return (Object.hasOwn(remedies, code) ? remedies[code] : undefined) ?? BY_MESSAGE
}

/** Remedies behind a proxy, whose options stand in `signet.config.ts`. */
const REMEDIES_OF_PROXY: Readonly<Partial<Record<StartCode, string>>> = {
  auth_missing:
    'Write a secret into .env with: npx signet secret --write .env. Or set auth in signet.config.ts.',
  cors_wildcard: 'List the origins that may send credentials in cors.',
}

/**
 * The findings for what does not start: one, or one for each refused option.
 * @param by - the command that refuses it
 */
export function refusedStart(
  error: ExplainedError,
  by: Refuser = 'signet start',
): readonly Finding[] {
  if (OptionsError.isInstance(error)) return refusedOptions(error, by)
  const code = 'code' in error ? error.code : undefined
  const place = placeInApplication(error)
  return [
    {
      check: code === undefined ? 'start' : `start:${code}`,
      level: 'error',
      what: `${by} refuses this ${by === 'signet start' ? 'application' : 'configuration'}.`,
      why: place === undefined ? error.message : `${error.message} See ${place}.`,
      remedy: remedyOf(code ?? '', by === 'signet proxy' ? REMEDIES_OF_PROXY : {}),
    },
  ]
}
