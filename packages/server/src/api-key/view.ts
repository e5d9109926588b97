import type { ApiKeyRecord } from '@signet/auth'
import { z } from 'zod'

/** A key as the wire shows it: never the key itself, nor its digest. Times in ISO 8601. */
export interface ApiKeyView {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly maker: { readonly issuer: string; readonly subject: string }
  readonly createdAt: string
  /** Null where it never expires. */
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
  readonly revokedAt: string | null
  readonly status: 'active' | 'expired' | 'revoked'
}

/** The members of a key as the wire shows it. */
export const apiKeyMembers: Readonly<Record<keyof ApiKeyView, z.ZodType>> = {
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  maker: z.object({ issuer: z.string(), subject: z.string() }),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  status: z.enum(['active', 'expired', 'revoked']),
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

function optionalTime(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : timeText(milliseconds)
}

function statusOf({ expiresAt, revokedAt }: ApiKeyRecord, now: number): ApiKeyView['status'] {
  if (revokedAt !== undefined) return 'revoked'
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : 'active'
}

/** @param now - in milliseconds since 1970 */
export function viewApiKey(record: ApiKeyRecord, now: number): ApiKeyView {
  const { id, name, scopes, makerIssuer, makerSubject } = record
  return {
    id,
    name,
    scopes,
    maker: { issuer: makerIssuer, subject: makerSubject },
    createdAt: timeText(record.createdAt),
    expiresAt: optionalTime(record.expiresAt),
    lastUsedAt: optionalTime(record.lastUsedAt),
    revokedAt: optionalTime(record.revokedAt),
    status: statusOf(record, now),
  }
}
