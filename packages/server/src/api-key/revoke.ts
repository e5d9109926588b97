import type { ApiKeyRecord, ApiKeyStore, Revocation } from '@signet/auth'
import { API_KEY_ISSUER, apiKeySubject } from '@signet/auth/internal'

/** How long a revocation is kept after its key expired, whatever clocks say, for answers that still run: a day. */
const KEPT_MS = 86_400_000

/**
 * Revokes a key for good, and revokes it, so that every instance and every running answer obeys. Done
 * again, it changes nothing.
 *
 * @param revoke - appends to the log of revocations
 * @param now - in milliseconds since 1970
 * @returns undefined where there is no such key
 * @throws an error whose `code` is `storage_unavailable` or `storage_failed`
 */
export async function revokeApiKey(
  id: string,
  store: Pick<ApiKeyStore, 'revoke'>,
  revoke: (revocation: Revocation) => Promise<unknown>,
  now: number,
): Promise<ApiKeyRecord | undefined> {
  const record = await store.revoke(id, now)
  if (record === undefined) return undefined
  const { expiresAt } = record
  const forgetAt = expiresAt === undefined ? undefined : Math.max(expiresAt, now) + KEPT_MS
  await revoke({
    kind: 'subject',
    issuer: API_KEY_ISSUER,
    subject: apiKeySubject(id),
    // By whose clock it was made is not known here.
    at: Math.floor(Math.max(now, record.createdAt) / 1000),
    ...(forgetAt !== undefined && { forgetAt: Math.ceil(forgetAt / 1000) }),
  })
  return record
}
