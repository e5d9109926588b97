/** The oldest version that is tested, as `engines` of package.json says it. */
const OLDEST = [20, 19]

/** Why a version of Node.js, such as `18.20.4`, is too old; undefined where it is not. */
export function nodeProblem(version) {
  const [major, minor] = version.split('.').map(Number)
  const isEnough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
  if (isEnough) return undefined
  return `Signet needs Node.js ${OLDEST.join('.')} or later; this is ${version}. Install a newer one from https://nodejs.org.`
}
