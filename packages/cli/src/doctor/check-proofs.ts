import type { AuthProvider } from '@signet/auth'
import type { Finding } from './finding.js'

/**
 * Reports whether the host in the URL of a DPoP proof is what its client says it is (RFC 9449 section 4.3).
 * @param option - how the application writes the option of that URL
 */
export function checkProofs(
  auth: AuthProvider | false,
  publicUrl: string | undefined,
  option = 'server.publicUrl',
): readonly Finding[] {
  if (auth === false || auth.dpop === undefined) return []
  if (publicUrl !== undefined) {
    const what = `DPoP proofs must be for a URL below ${publicUrl}.`
    return [{ check: 'proofs', level: 'ok', what }]
  }
  return [
    {
      check: 'proofs',
      level: 'warning',
      what: `DPoP proofs are compared with the URL of the request, because ${option} is missing.`,
      why: 'The client says the host of that URL itself, so a proof for another server is valid here. Behind a proxy that ends TLS, no proof fits.',
      remedy: `Set ${option} to the URL by which clients reach the server, such as https://api.example.com.`,
    },
  ]
}
