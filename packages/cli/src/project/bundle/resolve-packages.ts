import { existsSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ImportKind, OnResolveResult, Plugin, PluginBuild, ResolveResult } from 'esbuild'
import { isOfOwnPackage } from '../own-packages.js'
import { isInstalled, isTypeScript } from './kind-of-file.js'

/** Whatever is not a file by its path beside the importing one, and what lies among installed packages. */
const OUTSIDE = /^[^.]|node_modules/
/** What in a folder changes how names are looked up from there. */
const BOUNDARIES = ['node_modules', 'package.json', 'tsconfig.json', 'jsconfig.json']
const ASKED = 'asked already'

/** Whether a file is taken into the bundle: of it there may be a copy for each version, and it can be watched. */
function isBundled(file: string): boolean {
  if (isTypeScript(file) || file.endsWith('.json')) return true
  return !isInstalled(file) && !isOfOwnPackage(file)
}

/** A file that stays outside, as the bundle names it wherever it lies. */
function outside(file: string, kind: ImportKind): OnResolveResult {
  return { path: kind === 'require-call' ? file : pathToFileURL(file).href, external: true }
}

/** What is imported, from where, and how. */
interface Request {
  readonly path: string
  readonly kind: ImportKind
  readonly resolveDir: string
}

/** Looks names up, each once in a build. */
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

  /** The folder of the application where names mean there what they mean in a folder below it; else that folder. */
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
    // It may be there once it is asked for; if not, Node.js says so.
    if (found.errors.length > 0 || found.external || found.namespace !== 'file') {
      return { path, external: true }
    }
    // Left to esbuild, which then reads the tsconfig.json of that file, too.
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
 * Leaves installed packages outside, and takes into the bundle what Node.js cannot read: TypeScript, also of a package
 * of the workspace. A package is looked for from the file that imports it, not from where the bundle lies.
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
