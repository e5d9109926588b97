import { RequestError } from '../error/error.js'

/** How the bytes of a form are to be read. */
export interface FormType {
  /** The Content-Type in its one spelling, which everybody reads in the same way. */
  readonly contentType: string
  /** Between the parts of a form; undefined for one that is encoded as in a URL. */
  readonly boundary: string | undefined
}

const URL_ENCODED = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data'

/** What some reader may take for a form, such as the last one of several types. */
const MAY_BE_FORM = /multipart\/form-data|application\/x-www-form-urlencoded/i
/** The type alone, and the blanks before its parameters. */
const ESSENCE = /^([^\t ;]+)[\t ]*/
/** A parameter (RFC 9110 section 5.6.6), with no pair of a backslash and no comma in its value, and the blanks behind. */
const PARAMETER = /;[\t ]*(?:([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~-]+)|"([^"\\,]*)")[\t ]*)?/y
/** RFC 2046 section 5.1.1, without a comma and a space. */
const BOUNDARY = /^[\w'()+./:=?-]{1,70}$/
/** A boundary that needs no quotes. */
const TOKEN = /^[\w'+.-]+$/

function refuse(): never {
  const message =
    'The Content-Type of a form must have one type, and for multipart/form-data one plain boundary.'
  throw new RequestError('request_invalid', message, { issues: [{ field: 'body', message }] })
}

/**
 * Reads the boundaries that parameters name.
 * @param start - where the first parameter begins
 */
function readBoundaries(contentType: string, start: number): readonly string[] {
  const boundaries: string[] = []
  PARAMETER.lastIndex = start
  while (PARAMETER.lastIndex < contentType.length) {
    const match = PARAMETER.exec(contentType)
    if (match === null) return refuse()
    const [, name = '', plain, quoted = ''] = match
    if (name.toLowerCase() === 'boundary') boundaries.push(plain ?? quoted)
  }
  return boundaries
}

/**
 * Reads the Content-Type of a form. Readers differ in what they take of an odd one, so only a plain one is a form.
 * @param contentType - of a request
 * @returns undefined for what nobody takes for a form
 * @throws {RequestError} `request_invalid` for what only some readers take for a form, or for one of this boundary
 */
export function readFormType(contentType = ''): FormType | undefined {
  if (!MAY_BE_FORM.test(contentType)) return undefined
  const [start = '', essence = ''] = ESSENCE.exec(contentType) ?? []
  const boundaries = readBoundaries(contentType, start.length)
  if (essence.toLowerCase() === URL_ENCODED)
    return { contentType: URL_ENCODED, boundary: undefined }
  const [boundary = ''] = boundaries
  if (essence.toLowerCase() !== MULTIPART || boundaries.length !== 1) return refuse()
  if (!BOUNDARY.test(boundary)) return refuse()
  const value = TOKEN.test(boundary) ? boundary : `"${boundary}"`
  return { contentType: `${MULTIPART}; boundary=${value}`, boundary }
}
