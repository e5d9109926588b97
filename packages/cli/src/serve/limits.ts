import type { LimitSettings } from '@signet/server'

/** Where the instances of a server share their limits: `REDIS_URL`, which may stand in `.env`. */
export function redisUrl(): string | undefined {
  return process.env['REDIS_URL'] || undefined
}

/** The limits in force, as the log has them: without the address of Redis, which may hold a password. */
export function limitFields(settings: LimitSettings): Readonly<Record<string, unknown>> {
  return { ...settings, isShared: redisUrl() !== undefined }
}
