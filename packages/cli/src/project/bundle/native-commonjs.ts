import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { isOfOwnPackage } from '../own-packages.js'
import { isInstalled, isTypeScript } from './kind-of-file.js'

/** A line that only a module of ECMAScript has. */
const MODULE_SYNTAX = /^[ \t]*(?:import\s*(?:["'{*\w]|\.\s*meta)|export\s*[{*\w])/m
const REQUIRED = /\brequire\s*\(\s*["']([^"'\n]+)["']\s*\)/g

/** What the nearest `package.json` says of files that are called `.js`. */
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

/** Whether Node.js cannot find or read what is required. A package that is not there may be one that is tried. */
function needsBundler(name: string, found: string | undefined): boolean {
  return found === undefined ? name.startsWith('.') : isTypeScript(found)
}

/**
 * The files of a CommonJS module in JavaScript that Node.js can load by itself: it, and what it requires by name, as
 * far as that is not an installed package.
 * @returns undefined where esbuild is to load it: it is none, or requires TypeScript
 */
export function requiredFiles(file: string, source: string): string[] | undefined {
  if (!isCommonJs(file, source)) return undefined
  const files = new Set([file])
  // What is found is looked at in its turn.
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

/** Has the CommonJS modules that are worked on here loaded anew by whoever requires them next. */
export function forgetCommonJs(): void {
  const { cache } = createRequire(import.meta.url)
  for (const file of Object.keys(cache)) {
    if (!isInstalled(file) && !isOfOwnPackage(file)) delete cache[file]
  }
}
