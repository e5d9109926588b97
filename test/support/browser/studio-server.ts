import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secretKeys, signToken, type Claims } from '@signet/auth'
import { ROOT } from '../process/root.js'
import { startDev, type DevServer } from '../process/signet-process.js'

/** The secret that the server of these tests verifies with. */
export const STUDIO_SECRET = 'a secret that only the tests of the Studio use, long enough for HS512'

/** The example, served for development with a store of its own. */
export interface StudioServer extends DevServer {
  stop(): Promise<void>
}

/** Starts `signet dev` with the example. */
export async function startStudioServer(): Promise<StudioServer> {
  const folder = join(tmpdir(), 'signet-studio')
  mkdirSync(folder, { recursive: true })
  const data = mkdtempSync(join(folder, 'data-'))
  const server = await startDev(join(ROOT, 'examples', 'weather'), {
    env: { MASTRA_JWT_SECRET: STUDIO_SECRET, SIGNET_DATA_DIR: data },
  })
  return {
    ...server,
    async stop() {
      await server.process.stop()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** A token that the server takes, unless the claims are bad. Good for an hour unless `exp` is given. */
export function studioToken(claims: Claims): string {
  const exp = Math.floor(Date.now() / 1000) + 3600
  return signToken({ exp, ...claims }, secretKeys(STUDIO_SECRET).signingKey)
}
