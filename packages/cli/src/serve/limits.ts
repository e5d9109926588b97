import type { LimitSettings } from '@signet/server'

/** The address of the Redis in which instances share their limits: `REDIS_URL`, which may be set in `.env`. */
export function redisUrl(): string | undefined {
  return process.env['REDIS_URL'] || undefined
}

/** The limits in force, as they are logged: without the address of Redis, which may hold a password. */
export function limitFields(settings: LimitSettings): Readonly<Record<string, unknown>> {
  return { ...settings, isShared: redisUrl() !== undefined }
}
