import { ConfigurationError } from '../error.js'
import type { Secret } from '../keys/secret.js'
import { isJsonObject, isObject } from '../lib/object.js'
import type { OptionNames } from '../option/closed-options.js'
import { refuseUnknown } from '../option/options-error.js'
import { readOptions } from '../option/read-options.js'
import type { DpopMode } from './confirmation.js'
import { DpopNonces } from './nonce.js'
import { MemoryProofRegister, type ProofRegister } from './proof-register.js'

/** How tokens that are bound to a key of their client are accepted (RFC 9449). */
export interface DpopOptions {
  /**
   * `'required'`: a token that is not bound to a key is refused. `'optional'`: it is a bearer token. A token that is bound
   * is refused without its proof either way.
   */
  readonly mode: DpopMode
  /** How old a proof may be, in seconds since its `iat`: from 1 to 600. Default: 60. */
  readonly windowSeconds?: number | undefined
  /**
   * A secret of at least 32 bytes, or a list: proofs must then have a nonce that the server gave out within the last 300
   * seconds (RFC 9449 section 9). Servers that share their callers need the same one. The first makes nonces, all are
   * accepted. Default: a nonce is not asked for.
   */
  readonly nonce?: Secret | readonly Secret[] | undefined
  /**
   * Where proofs that were used are remembered. Default: that of the server which stands before the provider, else one in the
   * memory of this process for 100,000 proofs.
   */
  readonly proofs?: ProofRegister | undefined
}

/** Options that have been read. */
export interface DpopRules {
  readonly mode: DpopMode
  readonly windowSeconds: number
  readonly nonces: DpopNonces | undefined
  /** The one that the application names. */
  readonly proofs: ProofRegister | undefined
  /** The one in memory, where nobody names another. */
  readonly ownProofs: ProofRegister
}

const WINDOW_SECONDS = 60
const MAX_WINDOW_SECONDS = 600

const OPTIONS: OptionNames<DpopOptions> = {
  mode: true,
  windowSeconds: true,
  nonce: true,
  proofs: true,
}

function refuse(message: string): never {
  throw new ConfigurationError('option_invalid', message)
}

function isMode(value: unknown): value is DpopMode {
  return value === 'required' || value === 'optional'
}

function readWindow(seconds: unknown): number {
  if (seconds === undefined) return WINDOW_SECONDS
  const isWindow = typeof seconds === 'number' && seconds >= 1 && seconds <= MAX_WINDOW_SECONDS
  return isWindow
    ? seconds
    : refuse(
        `The option dpop.windowSeconds must be a number of seconds from 1 to ${MAX_WINDOW_SECONDS}.`,
      )
}

function readNonces(nonce: DpopOptions['nonce']): DpopNonces | undefined {
  if (nonce === undefined) return undefined
  try {
    return new DpopNonces(nonce)
  } catch (cause) {
    const why = ConfigurationError.isInstance(cause) ? cause : undefined
    throw new ConfigurationError(
      why?.code ?? 'option_invalid',
      `The option dpop.nonce is refused. ${why?.message ?? 'It is not a secret.'}`,
      { cause },
    )
  }
}

function readRegister(proofs: unknown): ProofRegister | undefined {
  if (proofs === undefined) return undefined
  if (isObject(proofs) && typeof Reflect.get(proofs, 'register') === 'function') {
    return proofs as ProofRegister
  }
  return refuse(
    'The option dpop.proofs must be a register of proofs, with a method register(key, expiresAt). Leave it out to use that of the server.',
  )
}

/**
 * What holds where nothing is said: a token that is bound to a key is refused without its proof.
 * @param now - the clock, in milliseconds since 1970. Default: that of this machine
 */
export function defaultDpop(now?: () => number): DpopRules {
  return {
    mode: 'optional',
    windowSeconds: WINDOW_SECONDS,
    nonces: undefined,
    proofs: undefined,
    ownProofs: new MemoryProofRegister({ now }),
  }
}

/** @throws {ConfigurationError} `option_invalid`, `option_unknown`, or the fault of a secret */
export function readDpop(given: unknown, now?: () => number): DpopRules {
  if (isMode(given)) return { ...defaultDpop(now), mode: given }
  if (!isJsonObject(given)) {
    refuse("The option dpop must be 'required', 'optional', or an object with mode.")
  }
  const options = readOptions(given as Partial<DpopOptions>)
  refuseUnknown('MastraJwtAuth', options, OPTIONS, 'dpop.')
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) continue
    refuse(`The option dpop.${name} is undefined. Give it a value, or leave it out.`)
  }
  const { mode, windowSeconds, nonce, proofs } = options
  if (!isMode(mode)) refuse("The option dpop.mode must be 'required' or 'optional'.")
  return {
    ...defaultDpop(now),
    mode,
    windowSeconds: readWindow(windowSeconds),
    nonces: readNonces(nonce),
    proofs: readRegister(proofs),
  }
}
