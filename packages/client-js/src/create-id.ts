/** An id that nothing else has. Unlike `randomUUID`, it can be made on pages without TLS, too. */
export function createId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
