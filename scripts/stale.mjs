// The compiler never removes what it wrote for a source that has since gone: it would be published.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const COMPILED = /\.(?:js|d\.ts)(?:\.map)?$/
const DECLARATION = /\.d\.ts(?:\.map)?$/
/** Written by others, who clean up themselves, or never published. */
const NOT_COMPILED = /^(?:page|types)[\\/]/

/**
 * Removes from a package's `dist` what is left of sources that are gone.
 * @param {string} directory - of the package
 * @param {boolean} isBundled - whether only its declarations are the compiler's
 */
export function removeStaleOutput(directory, isBundled = false) {
  const output = join(directory, 'dist')
  if (!existsSync(output)) return
  for (const name of readdirSync(output, { recursive: true })) {
    const isCompiled = (isBundled ? DECLARATION : COMPILED).test(name)
    if (!isCompiled || NOT_COMPILED.test(name)) continue
    const source = join(directory, 'src', name.replace(COMPILED, ''))
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(join(output, name))
  }
}
