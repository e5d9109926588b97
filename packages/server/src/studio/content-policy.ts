import { randomBytes } from 'node:crypto'

/** A word that only this one answer knows: what bears it in the page is the page's own. */
export function createNonce(): string {
  return randomBytes(18).toString('base64')
}

/**
 * What the Studio may load, and from where (Content Security Policy Level 3): its own files, styles that bear the
 * nonce, and answers of this server and of the origins that the application names.
 */
export function contentPolicy(nonce: string, connect: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    ["connect-src 'self'", ...connect].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
