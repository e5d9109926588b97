/**
 * Whether permissions cover a needed one. In the granted ones, a missing part or `*` covers every value.
 * @param asked - literal: `agents:read:weather-agent`
 */
export function grants(granted: readonly string[], asked: string): boolean {
  const wanted = asked.split(':')
  return granted.some((text) => {
    const parts = text.split(':')
    if (text === '*') return true
    if (parts.length < 2 || parts.length > 3 || wanted.length < 2) return false
    if (wanted.length === 2 && parts[2] !== undefined && parts[2] !== '*') return false
    return parts.every((part, index) => part === '*' || part === wanted[index])
  })
}

/**
 * Whether permissions cover a needed one for at least one id.
 * @param asked - without an id: `tools:approve`
 */
export function grantsForSome(granted: readonly string[], asked: string): boolean {
  return granted.some((text) => {
    const id = text.split(':')[2]
    return grants([text], id === undefined || id === '*' ? asked : `${asked}:${id}`)
  })
}
