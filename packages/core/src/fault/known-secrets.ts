import { maskParameters, maskUrlUsers } from './secret-place.js'

/** Names of variables of the environment whose values are secrets. */
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL/
/** Names of variables that say how something is reached, often with a password. */
const CONNECTION_NAME = /(?:^|_)(?:URL|URI|DSN)(?:_|$)|CONNECTION/

/** A shorter value, such as `true` or `1234`, stands in many texts that have nothing to do with it. */
const MIN_SECRET = 8
/** A password of a URL is shorter than a key. */
const MIN_PASSWORD = 5
/** A short word of letters, such as `postgres` or `password`, stands in many texts. */
const WORD = /^[A-Za-z]{1,11}$/

const URL_PASSWORD = /^[^:]{1,40}:\/\/[^:/?#@]{0,200}:(.{1,500})@/
const DSN_PASSWORD = /(?:password|pwd)\s?=\s?['"]?([^\s;'"]{1,500})/i

/** A secret of the environment, and what is told instead of it. */
interface KnownSecret {
  readonly value: string
  readonly told: string
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The address with its password, and the password. An address alone stays: people need to read it. */
function fromConnection(name: string, value: string): KnownSecret[] {
  const password = (URL_PASSWORD.exec(value) ?? DSN_PASSWORD.exec(value))?.[1]
  const isSecret = password !== undefined || maskParameters(maskUrlUsers(value)) !== value
  const whole = isSecret ? [{ value, told: `[${name}]` }] : []
  if (password === undefined) return whole
  const passwords = [...new Set([password, decoded(password)])]
    .filter((each) => each.length >= MIN_PASSWORD && !WORD.test(each))
    .map((each) => ({ value: each, told: `[password of ${name}]` }))
  return [...whole, ...passwords]
}

/** The secrets of the environment as it is now, the longest first: one may be a part of another. */
export function knownSecrets(): KnownSecret[] {
  const known = Object.entries(process.env).flatMap(([name, value = '']) => {
    if (SECRET_NAME.test(name)) {
      return value.length < MIN_SECRET ? [] : [{ value, told: `[${name}]` }]
    }
    return CONNECTION_NAME.test(name) ? fromConnection(name, value) : []
  })
  return known.toSorted((one, other) => other.value.length - one.value.length)
}
