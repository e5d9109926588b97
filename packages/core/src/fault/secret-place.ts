/** What stands where a secret stood. */
export const MASK = '[hidden]'

const PEM_BEGIN = '-----BEGIN '
const PEM_END = '-----END '
const DASHES = '-----'

/** A header of a PEM block with what follows it, as it stands in a text, or in a string of JSON. */
const PEM_BODY = /^[A-Z\d ]{1,60}-----(?:\s|\\[nr]){0,8}[\w+/:,=-]{8}/

function maskPem(part: string): string {
  if (!PEM_BODY.test(part)) return `${PEM_BEGIN}${part}`
  const end = part.indexOf(PEM_END)
  const dashes = end === -1 ? -1 : part.indexOf(DASHES, end + PEM_END.length)
  return dashes === -1 ? MASK : `${MASK}${part.slice(dashes + DASHES.length)}`
}

/** Masks each PEM block, which may have lost its end. */
export function maskPems(text: string): string {
  const [before = '', ...parts] = text.split(PEM_BEGIN)
  return before + parts.map(maskPem).join('')
}

/** Web addresses may have an `@` in their path, such as that of a package. */
const WEB = /(?:http|ws)s?$/i
/** A host's port, or the end of an IPv6 address. */
const HOST_END = /(?:\]|:\d{0,5})$/

/** Whether the part of a URL before its path names a user: people write passwords with `/`, `?`, `#` and `@` as they are. */
function namesUser(authority: string, isWeb: boolean): boolean {
  if (authority.includes('@')) return true
  return authority.includes(':') && !(isWeb && HOST_END.test(authority))
}

/** Masks what a URL has before its last `@`, where that is a user with a password. */
export function maskUrlUsers(text: string): string {
  const parts = text.split('://')
  const masked = parts.map((part, index) => {
    if (index === 0) return part
    const [word = ''] = part.split(/[\s"<>`]/, 1)
    const [authority = ''] = word.split(/[/?#]/, 1)
    const at = word.lastIndexOf('@')
    const isWeb = WEB.test(parts[index - 1]?.slice(-5) ?? '')
    return at > 0 && namesUser(authority, isWeb) ? `${MASK}${part.slice(at)}` : part
  })
  return masked.join('://')
}

/** What begins a parameter of a URL: as it is, or in a URL that is itself a parameter. */
const PARAMETER_BEGIN = /([?&]|%(?:25)?(?:3f|26))/i
const PARAMETER = /^([\w.~-]{1,60})(=|%(?:25)?3d)/i
const PARAMETER_END = /[\s#"'<>`]/
/** Names of parameters whose values let somebody in. */
const SECRET_PARAMETER =
  /^(?:code|sig|auth|state|jwt|sid|pass|pwd)$|(?:key|token|signature|credential|assertion|authorization|session)$|secret|passw/i

function maskParameter(part: string): string {
  const [whole, name = ''] = PARAMETER.exec(part) ?? []
  if (whole === undefined || !SECRET_PARAMETER.test(name)) return part
  const value = part.slice(whole.length)
  const end = value.search(PARAMETER_END)
  if (value === '' || end === 0) return part
  return `${whole}${MASK}${end === -1 ? '' : value.slice(end)}`
}

/** Masks the values of those parameters of URLs that are secrets by their names. */
export function maskParameters(text: string): string {
  // Every second part is what begins a parameter.
  return text
    .split(PARAMETER_BEGIN)
    .map((part, index) => (index > 0 && index % 2 === 0 ? maskParameter(part) : part))
    .join('')
}
