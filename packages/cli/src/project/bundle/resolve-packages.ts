import { existsSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ImportKind, OnResolveResult, Plugin, PluginBuild, ResolveResult } from 'esbuild'
import { isOfOwnPackage } from '../own-packages.js'
import { isInstalled, isTypeScript } from './kind-of-file.js'

/** Matches imports that are not relative, and paths in installed packages. */
const OUTSIDE = /^[^.]|node_modules/
/** Files and folders that change how imports are resolved from their folder. */
const BOUNDARIES = ['node_modules', 'package.json', 'tsconfig.json', 'jsconfig.json']
const ASKED = 'asked already'

/** Whether a file goes into the bundle. Such a file is watched, and each version has its own copy. */
function isBundled(file: string): boolean {
  if (isTypeScript(file) || file.endsWith('.json')) return true
  return !isInstalled(file) && !isOfOwnPackage(file)
}

/** A file that stays outside the bundle. It has an absolute address, so the bundle can lie anywhere. */
function outside(file: string, kind: ImportKind): OnResolveResult {
  return { path: kind === 'require-call' ? file : pathToFileURL(file).href, external: true }
}

/** What is imported, from where, and how. */
interface Request {
  readonly path: string
  readonly kind: ImportKind
  readonly resolveDir: string
}

/** Resolves imports, each one once in a build. */
class Resolver {
  readonly #build: PluginBuild
  readonly #directory: string
  readonly #found = new Map<string, Promise<OnResolveResult | undefined>>()
  readonly #starts = new Map<string, string>()

  constructor(build: PluginBuild, directory: string) {
    this.#build = build
    this.#directory = directory
  }

  resolve({ path, kind, resolveDir }: Request): Promise<OnResolveResult | undefined> {
    const from = this.#startOf(resolveDir)
    const key = [path, kind, from].join('\0')
    const found = this.#found.get(key) ?? this.#resolve({ path, kind, resolveDir: from })
    this.#found.set(key, found)
    return found
  }

  /**
   * The folder to resolve from: the application's, if imports resolve the same from there, otherwise the folder itself.
   */
  #startOf(folder: string): string {
    const known = this.#starts.get(folder)
    if (known !== undefined) return known
    let start = folder
    if (folder.startsWith(this.#directory + sep)) {
      const isBoundary = BOUNDARIES.some((name) => existsSync(join(folder, name)))
      const above = this.#startOf(dirname(folder))
      if (!isBoundary && above === this.#directory) start = above
    }
    this.#starts.set(folder, start)
    return start
  }

  async #resolve(request: Request): Promise<OnResolveResult | undefined> {
    const { path, kind, resolveDir } = request
    const found = await this.#ask(request)
    // The module may exist at run time. If not, Node.js reports it.
    if (found.errors.length > 0 || found.external || found.namespace !== 'file') {
      return { path, external: true }
    }
    // esbuild takes it, and reads the tsconfig.json of that file too.
    if (isBundled(found.path)) return undefined
    if (path.startsWith('.')) return outside(found.path, kind)
    if (resolveDir === this.#directory) return { path, external: true }
    const fromBundle = await this.#ask({ ...request, resolveDir: this.#directory })
    return fromBundle.path === found.path ? { path, external: true } : outside(found.path, kind)
  }

  #ask({ path, ...request }: Request): Promise<ResolveResult> {
    return this.#build.resolve(path, { ...request, pluginData: ASKED })
  }
}

/**
 * Leaves installed packages outside the bundle, and bundles what Node.js cannot read, such as TypeScript in a workspace
 * package. Packages are resolved from the importing file, not from the bundle.
 * @param directory - the folder of the application
 */
export function resolvePackages(directory: string): Plugin {
  return {
    name: 'resolve-packages',
    setup(build) {
      let resolver = new Resolver(build, directory)
      build.onStart(() => {
        resolver = new Resolver(build, directory)
      })
      build.onResolve({ filter: OUTSIDE }, (args) => {
        const { path, importer, kind, pluginData } = args
        if (kind === 'entry-point' || pluginData === ASKED) return undefined
        if (isBuiltin(path) || path === importer) return { path, external: true }
        return resolver.resolve(args)
      })
    },
  }
}
