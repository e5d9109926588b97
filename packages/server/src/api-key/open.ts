import { ApiKeyAuth, type ApiKeyStore, type AuthProvider, type RoleTable } from '@signet/auth'
import type { Logger } from '@signet/core'
import type { ApiKeyEntrance } from '../gate/credential.js'
import { createUseRecorder } from './use-recorder.js'

/** API keys as a server takes them. */
export interface ApiKeys extends ApiKeyEntrance {
  /** Writes down the last uses, and ends. */
  close(): Promise<void>
}

/** What API keys are kept in, and judged by. */
export interface ApiKeysOptions {
  /** Undefined where no keys are kept. */
  readonly store: ApiKeyStore | undefined
  /** False where nobody is told apart, and so no key is looked at. */
  readonly provider: AuthProvider | false
  readonly roles: RoleTable
  readonly logger: Logger
}

/** Takes API keys, where there are any. */
export function openApiKeys(options: ApiKeysOptions): ApiKeys | undefined {
  const { store, provider, roles, logger } = options
  if (store === undefined || provider === false) return undefined
  const recorder = createUseRecorder(store, { logger })
  return {
    auth: new ApiKeyAuth({ store, provider, roles }),
    noteUse: (id) => recorder.note(id),
    close: () => recorder.close(),
  }
}
