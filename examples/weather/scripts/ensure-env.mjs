// Makes sure that .env has a secret and a token that it accepts. Keeps everything else in the file.
import { createSecret, MastraJwtAuth } from '@signet/auth'
import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { open, readFile, realpath, rename, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, parseEnv } from 'node:util'

const SECRET = 'MASTRA_JWT_SECRET'
const TOKEN = 'MASTRA_JWT_TOKEN'
const TOKEN_LIFETIME_SECONDS = 8 * 60 * 60
const EXAMPLE = new URL('../.env.example', import.meta.url)

/** @returns the file's text, or undefined where there is no such file */
async function readIfThere(path) {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Sets a variable where it is assigned last, which is where it counts, or in a new line at the end. */
function setVariable(text, name, value) {
  const assignments = [
    ...text.matchAll(new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=.*$`, 'gm')),
  ]
  const last = assignments.at(-1)
  if (last !== undefined) {
    const end = last.index + last[0].length
    return `${text.slice(0, last.index)}${name}=${value}${text.slice(end)}`
  }
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const separator = text === '' || text.endsWith('\n') ? '' : newline
  return `${text}${separator}${name}=${value}${newline}`
}

/** A file is edited line by line, so look at what came of it: nothing but these two may differ. */
function checkEdit(before, after, { secret, token }) {
  const expected = { ...parseEnv(before), [SECRET]: secret, [TOKEN]: token }
  if (isDeepStrictEqual({ ...parseEnv(after) }, expected)) return
  throw new Error(
    `Set ${SECRET} and ${TOKEN} by hand: .env is written in a way that is not understood.`,
  )
}

/** Whoever reads the file sees the old text or the new one, never a part. */
async function writeAtomically(path, text) {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function isAccepted(auth, token) {
  try {
    await auth.authenticateToken(token)
    return true
  } catch {
    return false
  }
}

function describe({ isNewFile, isNewSecret, oldToken }) {
  if (isNewFile) return 'made, with a fresh secret and a token for 8 hours.'
  if (isNewSecret) return 'had no secret: added one, with a token for 8 hours.'
  if (oldToken === '') return 'had no token: added one for 8 hours.'
  return 'had a token that is no longer accepted: renewed it for 8 hours.'
}

export async function ensureEnv({ directory, now }) {
  const path = join(directory, '.env')
  const existing = await readIfThere(path)
  const before = existing ?? (await readFile(EXAMPLE, 'utf8'))
  const variables = parseEnv(before)
  const oldSecret = variables[SECRET] ?? ''
  const oldToken = variables[TOKEN] ?? ''

  const secret = oldSecret === '' ? createSecret() : oldSecret
  const auth = new MastraJwtAuth({ secret, ...(now && { now }) })
  if (oldSecret !== '' && oldToken !== '' && (await isAccepted(auth, oldToken))) {
    return { path, changed: false, message: '.env kept as it is.' }
  }

  const claims = { sub: 'developer', role: 'owner' }
  const token = auth.sign(claims, { expiresInSeconds: TOKEN_LIFETIME_SECONDS })
  const withSecret = oldSecret === '' ? setVariable(before, SECRET, secret) : before
  const after = setVariable(withSecret, TOKEN, token)
  checkEdit(before, after, { secret, token })
  // A .env that is a symbolic link stays one.
  await writeAtomically(existing === undefined ? path : await realpath(path), after)
  const isNewFile = existing === undefined
  const done = describe({ isNewFile, isNewSecret: oldSecret === '', oldToken })
  return { path, changed: true, message: `.env ${done}` }
}

function isCalledDirectly() {
  const [, script] = process.argv
  return script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url)
}

if (isCalledDirectly()) {
  const directory = fileURLToPath(new URL('..', import.meta.url))
  try {
    const { message } = await ensureEnv({ directory })
    console.log(`${relative(process.cwd(), directory) || '.'}: ${message}`)
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
