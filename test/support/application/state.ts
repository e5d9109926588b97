import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProbedStore } from '../../../packages/store/src/probed-store.js'
import type { Store } from '../../../packages/store/src/store.js'

/** What a server keeps, in a file of a test's own. */
export interface OpenState {
  /** To be given to `createApp` as `state`; its `memory` is a storage for agents. */
  readonly state: Store
  /** Closes it and removes the file. */
  close(): Promise<void>
}

/** Opens an empty state. @param now - milliseconds since 1970; default `Date.now` */
export async function openState(now: () => number = Date.now): Promise<OpenState> {
  const directory = mkdtempSync(join(tmpdir(), 'signet-state-'))
  const state = createProbedStore({ directory }, { now })
  await state.open()
  return {
    state,
    close: async () => {
      await state.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
