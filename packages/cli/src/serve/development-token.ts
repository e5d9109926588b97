import type { MastraJwtAuth } from '@signet/auth'
import { isObject } from '@signet/auth/internal'
import type { App } from '@signet/server'

/** How long the token of `signet dev` lasts, in hours. */
export const TOKEN_HOURS = 8

/** A provider that can also sign tokens, as `MastraJwtAuth` can. */
export type Signer = Pick<MastraJwtAuth, 'sign'>

/** Whether a provider can sign tokens. */
export function isSigner(provider: unknown): provider is Signer {
  return isObject(provider) && 'sign' in provider && typeof provider.sign === 'function'
}

/** Asks the application itself, so that all its requirements for tokens are checked. */
async function isAccepted(app: App, token: string): Promise<boolean> {
  const url = `http://localhost${app.table.prefix}/auth/me`
  const response = await app.fetch(
    new Request(url, { headers: { authorization: `Bearer ${token}`, host: 'localhost' } }),
  )
  return response.ok && (await response.json()) !== null
}

/**
 * Creates a token with the role `owner` for the person at the terminal.
 * @param provider - who may call; only one that can sign makes tokens
 * @returns undefined where none can be made that the application accepts
 */
export async function developmentToken(app: App, provider: unknown): Promise<string | undefined> {
  if (!isSigner(provider)) return undefined
  try {
    const claims = { sub: 'developer', role: 'owner' }
    const token = provider.sign(claims, { expiresInSeconds: TOKEN_HOURS * 3600 })
    return typeof token === 'string' && (await isAccepted(app, token)) ? token : undefined
  } catch {
    return undefined
  }
}
