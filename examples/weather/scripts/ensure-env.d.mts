/** What became of `.env`. */
export interface EnsuredEnv {
  readonly path: string
  /** Whether the file was written. */
  readonly changed: boolean
  /** One sentence on what was done. Never holds the secret or the token. */
  readonly message: string
}

/**
 * Makes sure that `.env` has a secret, and a token that it accepts.
 *
 * Where there is no `.env`, makes one (mode 0600) from `.env.example`. Where there is one, keeps all
 * that is in it, adds what is missing, and renews a token that is refused. Never changes a secret.
 *
 * @param options.directory - where `.env` is, or will be
 * @param options.now - the clock, in milliseconds since 1970; default: `Date.now`
 * @throws {ConfigurationError} when the secret in `.env` is too weak to be used
 */
export function ensureEnv(options: {
  readonly directory: string
  readonly now?: () => number
}): Promise<EnsuredEnv>
