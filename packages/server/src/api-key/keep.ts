import type { ApiKeyRecord, ApiKeyStore } from '@signet/auth'
import type { JudgedMaker } from '../gate/credential.js'

/**
 * Keeps a new key, of which nobody has been told yet. What is revoked by anybody, anywhere, either comes after the
 * key is kept, and then finds it, or is found here before anybody gets the key.
 *
 * @throws {TokenError} `token_revoked` where the maker's token was revoked meanwhile: the key is then revoked, too
 * @throws an error of the store, or `storage_unavailable` where it is not known what has been revoked
 */
export async function keepApiKey(
  record: ApiKeyRecord,
  store: Pick<ApiKeyStore, 'create' | 'revoke'>,
  { confirm }: Pick<JudgedMaker, 'confirm'>,
): Promise<void> {
  await store.create(record)
  try {
    await confirm()
  } catch (error) {
    await store.revoke(record.id, Date.now())
    throw error
  }
}
