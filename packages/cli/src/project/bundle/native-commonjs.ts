import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { isOfOwnPackage } from '../own-packages.js'
import { isInstalled, isTypeScript } from './kind-of-file.js'

/** Matches a line that only an ECMAScript module has. */
const MODULE_SYNTAX = /^[ \t]*(?:import\s*(?:["'{*\w]|\.\s*meta)|export\s*[{*\w])/m
const REQUIRED = /\brequire\s*\(\s*["']([^"'\n]+)["']\s*\)/g

/** The `type` in the nearest `package.json`, which decides for `.js` files. */
function packageType(file: string): unknown {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest)) {
      return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly type?: unknown }).type
    }
    if (folder === dirname(folder)) return undefined
  }
}

function isCommonJs(file: string, source: string): boolean {
  const extension = extname(file)
  if (extension === '.cjs') return true
  return extension === '.js' && !MODULE_SYNTAX.test(source) && packageType(file) !== 'module'
}

function findRequired(name: string, file: string): string | undefined {
  try {
    return createRequire(file).resolve(name)
  } catch {
    return undefined
  }
}

/** Whether Node.js cannot find or read a required file. A missing package does not count: the code may only try it. */
function needsBundler(name: string, found: string | undefined): boolean {
  return found === undefined ? name.startsWith('.') : isTypeScript(found)
}

/**
 * The files of a CommonJS module that Node.js can load itself: the module, and the files that it requires outside
 * installed packages.
 * @returns undefined where esbuild is to load it: it is none, or requires TypeScript
 */
export function requiredFiles(file: string, source: string): string[] | undefined {
  if (!isCommonJs(file, source)) return undefined
  const files = new Set([file])
  // The loop also visits the files that it adds.
  for (const each of files) {
    if (!/\.c?js$/.test(each)) continue
    const text = each === file ? source : readFileSync(each, 'utf8')
    for (const [, name = ''] of text.matchAll(REQUIRED)) {
      const found = findRequired(name, each)
      if (needsBundler(name, found)) return undefined
      if (found !== undefined && existsSync(found) && !isInstalled(found)) files.add(found)
    }
  }
  return [...files]
}

/** Removes the CommonJS modules of the application from the cache, so that the next `require` loads them again. */
export function forgetCommonJs(): void {
  const { cache } = createRequire(import.meta.url)
  for (const file of Object.keys(cache)) {
    if (!isInstalled(file) && !isOfOwnPackage(file)) delete cache[file]
  }
}
