import { createHash, randomBytes } from 'node:crypto'

/** A word that only this one answer knows: what bears it in the page is the page's own. */
export function createNonce(): string {
  return randomBytes(18).toString('base64')
}

/** What of a page may run, and whose answers it may read. */
export interface PolicyOptions {
  /** What styles that the page makes must bear. */
  readonly nonce: string
  /** The scripts that stand in the page itself: each of them may run as it is. */
  readonly scripts: readonly string[]
  /** Origins beside this one. */
  readonly connect: readonly string[]
}

function hashSource(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`
}

/**
 * What the Studio may load, and from where (Content Security Policy Level 3): its own files, styles that bear the
 * nonce, and answers of this server and of the origins that the application names.
 */
export function contentPolicy({ nonce, scripts, connect }: PolicyOptions): string {
  return [
    "default-src 'none'",
    ["script-src 'self'", ...scripts.map(hashSource)].join(' '),
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    ["connect-src 'self'", ...connect].join(' '),
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
