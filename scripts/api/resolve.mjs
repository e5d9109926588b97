// Follows a name through modules to where it is declared.
import { posix } from 'node:path'
import { readModule } from './module.mjs'

/**
 * Where a name is declared: in a module of the package (`module`), or in another package (`source`).
 * `isType` says that the way to it passes the type only, so that a class cannot be constructed.
 * @typedef {{ key: string, name: string, isType: boolean, module?: object, source?: string }} Origin
 */

const isRelative = (source) => source.startsWith('.')

/** The declarations of a package. */
export class Modules {
  #read
  #modules = new Map()

  /** @param {(path: string) => string} read - the text of a file, by its path within the package */
  constructor(read) {
    this.#read = read
  }

  /** @param {string} path */
  load(path) {
    const known = this.#modules.get(path)
    if (known) return known
    const module = readModule(path, this.#read(path))
    this.#modules.set(path, module)
    return module
  }

  #loadFrom({ path }, source) {
    return this.load(posix.join(posix.dirname(path), source.replace(/\.js$/, '.d.ts')))
  }

  /** @returns {Origin} */
  #follow(module, { source, name, isType }) {
    if (!isRelative(source)) return { key: `${source}#${name}`, name, source, isType }
    if (name === '*') throw new Error(`${module.path} imports ${source} as a namespace`)
    const origin = this.exported(this.#loadFrom(module, source), name)
    if (!origin) throw new Error(`${module.path} takes ${name} from ${source}, which lacks it`)
    return { ...origin, isType: origin.isType || isType }
  }

  /**
   * What a name of a module stands for.
   * @returns {Origin | undefined} undefined for a name that the module does not bind, such as `Promise`
   */
  local(module, name) {
    const binding = module.bindings.get(name)
    if (!binding) return undefined
    if (binding.source !== undefined) return this.#follow(module, binding)
    return { key: `${module.path}#${name}`, name, module, isType: false }
  }

  /** What `import('…').name` in a module stands for. */
  imported(module, source, name) {
    return this.#follow(module, { source, name, isType: false })
  }

  /** @returns {Origin | undefined} */
  exported(module, name) {
    const entry = module.exports.get(name)
    if (!entry) {
      const found = module.stars.map((source) => this.#star(module, source, name))
      return found.find((origin) => origin !== undefined)
    }
    if (entry.source !== undefined) return this.#follow(module, entry)
    const origin = this.local(module, entry.local)
    return origin && { ...origin, isType: origin.isType || entry.isType }
  }

  #star(module, source, name) {
    if (!isRelative(source)) throw new Error(`${module.path} exports all of ${source}`)
    return this.exported(this.#loadFrom(module, source), name)
  }

  /** The names that a module exports, sorted. */
  exportedNames(module) {
    const names = new Set(module.exports.keys())
    for (const source of module.stars) {
      if (!isRelative(source)) throw new Error(`${module.path} exports all of ${source}`)
      for (const name of this.exportedNames(this.#loadFrom(module, source))) names.add(name)
    }
    return [...names].sort()
  }
}
