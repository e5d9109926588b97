/** What stands where a secret stood. */
const MASK = '[hidden]'

/** Names of variables of the environment whose values are secrets. */
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL/
/** A shorter value, such as `true` or `1234`, stands in many texts that have nothing to do with it. */
const LEAST_SECRET = 8

/** Keys by how they are written: those of OpenAI and Anthropic, of xAI, of Groq, of Google, of Signet, of AWS and of GitHub. */
const KEY = /\b(?:(?:sk|pk|rk|xai|gsk|pplx|hf|r8|csk|sgn|ghp|gho)[-_]|AIza|AKIA)[\w*-]{4,}/g
/** The header and claims of a JSON Web Token, whatever comes behind. */
const JWT = /\bey[\w-]{8,}\.[\w-]*(?:\.[\w-]*)?/g
/** A run of characters that nobody writes by hand. */
const RUN = /[\w-]{24,}/g
const BEARER = /\b(bearer|basic)\s+[\w.~+/=*-]{4,}/gi
/** A user with a password in a URL. */
const URL_USER = /:\/\/[^\s/@]{1,200}@/g
/** What is named as a secret, and follows a colon or an equals sign; what begins with a bracket is masked already. */
const NAMED =
  /\b(api[-_ ]?key|token|secret|password|authorization)(\s{1,3}provided)?["'`]?\s?[:=]\s?["'`]?(?!\[)[^\s"'`,;)]{2,}/gi

/** A name of a model or a package has small letters and digits; a key has capitals among them. */
function isRandom(text: string): boolean {
  const isMixed = /[A-Z]/.test(text) && /[a-z]/.test(text) && /\d/.test(text)
  return isMixed || /^[\da-f]{32,}$/i.test(text)
}

function withoutKnown(text: string): string {
  let masked = text
  for (const [name, value = ''] of Object.entries(process.env)) {
    if (value.length < LEAST_SECRET || !SECRET_NAME.test(name)) continue
    if (masked.includes(value)) masked = masked.replaceAll(value, `[${name}]`)
  }
  return masked
}

/**
 * Takes out of a text, such as what a provider says of its failure, what is a secret of the environment, and what looks
 * like a key, a token or a password.
 */
export function maskSecrets(text: string): string {
  return withoutKnown(text)
    .replaceAll(URL_USER, `://${MASK}@`)
    .replaceAll(BEARER, `$1 ${MASK}`)
    .replaceAll(JWT, MASK)
    .replaceAll(KEY, MASK)
    .replaceAll(NAMED, (_, name: string, provided = '') => `${name}${provided}: ${MASK}`)
    .replaceAll(RUN, (run) => (isRandom(run) ? MASK : run))
}
