// Makes the golden text of a package: what each of its entries exports, and what that refers to.
//
// The text depends on names and declarations alone, not on the files that have them: moving a source changes nothing.
import { Modules } from './resolve.mjs'
import { visitDeclaration } from './references.mjs'
import { layOut, printNode } from './text.mjs'

/** Node types that exist at run time. */
const VALUES = new Set([
  'ClassDeclaration',
  'FunctionDeclaration',
  'TSDeclareFunction',
  'TSEnumDeclaration',
  'VariableDeclaration',
])

const nodesOf = ({ module, name }) => module.bindings.get(name).nodes

const isValue = (origin) => nodesOf(origin).some(({ type }) => VALUES.has(type))

const renamed = (from, to) => (from === to ? to : `${from} as ${to}`)

class Package {
  /** The entry that has the declaration of an origin, by the key of the origin. */
  #homes = new Map()
  /** The name of an origin in the text, by its key. Each is another's. */
  #labels = new Map()
  #taken = new Set()
  /** What is declared in the package: exported by an entry, or referred to by what is. */
  #declared = new Map()
  /** What is referred to and is another package's. */
  #foreign = new Map()
  #texts = new Map()

  constructor(read) {
    this.modules = new Modules(read)
  }

  #label({ key }, wanted) {
    const known = this.#labels.get(key)
    if (known) return known
    let label = wanted
    for (let count = 2; this.#taken.has(label); count += 1) label = `${wanted}_${count}`
    this.#taken.add(label)
    this.#labels.set(key, label)
    return label
  }

  /** The exports of an entry, with the names that they have there. */
  open({ specifier, path }) {
    const module = this.modules.load(path)
    const exports = this.modules.exportedNames(module).map((name) => {
      const origin = this.modules.exported(module, name)
      if (!origin) throw new Error(`${specifier} exports ${name}, which nothing declares`)
      const isTypeOnly = origin.isType && (!origin.module || isValue(origin))
      return { name, origin, isTypeOnly }
    })
    for (const { name, origin, isTypeOnly } of exports) {
      if (origin.module && !isTypeOnly && !this.#homes.has(origin.key)) {
        this.#homes.set(origin.key, specifier)
        this.#label(origin, name)
      }
    }
    return exports
  }

  /** Reads the declaration of an origin and of all that it refers to. */
  read(origin) {
    if (this.#texts.has(origin.key)) return
    this.#declared.set(origin.key, origin)
    this.#texts.set(origin.key, '')
    const { module } = origin
    const own = this.#label(origin, origin.name)
    const printed = nodesOf(origin).map((node) => {
      const edits = []
      const referTo = (target, { start, end }) => {
        const label = this.#label(target, target.name === '*' ? 'namespace' : target.name)
        edits.push({ start, end, text: label })
        if (target.module) this.read(target)
        else this.#foreign.set(target.key, target)
      }
      const { id } = node.type === 'VariableDeclaration' ? node.declarations[0] : node
      edits.push({ start: id.start, end: id.start + id.name.length, text: own })
      visitDeclaration(node, {
        name: (name) => {
          const target = this.modules.local(module, name.name)
          if (target) referTo(target, name)
        },
        importType: (type) => {
          if (!type.source.value.startsWith('.')) return
          let named = type.qualifier
          while (named?.left) named = named.left
          if (!named) throw new Error(`${module.path} has the type of a whole module`)
          const target = this.modules.imported(module, type.source.value, named.name)
          referTo(target, { start: type.start, end: named.end })
        },
        hidden: ({ start, end }) => edits.push({ start, end, text: '' }),
      })
      return printNode(module, node, edits)
    })
    this.#texts.set(origin.key, printed)
  }

  async #declaration({ key }, prefix) {
    const texts = this.#texts.get(key)
    return layOut(texts.map((text) => `${prefix}${text}`).join('\n'))
  }

  async #exported({ name, origin, isTypeOnly }, specifier) {
    const word = isTypeOnly ? 'export type' : 'export'
    if (!origin.module) return `${word} { ${renamed(origin.name, name)} } from '${origin.source}'`
    const label = this.#label(origin, origin.name)
    if (isTypeOnly) return `export type { ${renamed(label, name)} }`
    const home = this.#homes.get(origin.key)
    if (home !== specifier) return `export { ${renamed(label, name)} } from '${home}'`
    const text = await this.#declaration(origin, 'export ')
    return label === name ? text : `${text}\n\nexport { ${label} as ${name} }`
  }

  /** The texts of the exports of an entry. */
  async describe(exports, specifier) {
    const texts = []
    for (const exported of exports) texts.push(await this.#exported(exported, specifier))
    return texts
  }

  /** The texts of what is referred to and exported by no entry. */
  async describeReached() {
    const reached = [...this.#declared.values()]
      .filter(({ key }) => !this.#homes.has(key))
      .map((origin) => ({ origin, label: this.#label(origin, origin.name) }))
      .sort((first, second) => (first.label < second.label ? -1 : 1))
    const texts = []
    for (const { origin } of reached) texts.push(await this.#declaration(origin, ''))
    return texts
  }

  /** What is referred to and is another package's, as imports. */
  describeForeign() {
    const lines = [...this.#foreign.values()].map((origin) => {
      const label = this.#label(origin, origin.name)
      if (origin.name === '*') return `import * as ${label} from '${origin.source}'`
      return `import { ${renamed(origin.name, label)} } from '${origin.source}'`
    })
    return lines.sort()
  }
}

const section = (title, texts) => [`=== ${title} ===`, ...texts].join('\n\n')

/** Titles of what no entry exports. */
const reachedTitle = (name) => `not exported by ${name}, but part of its types`
const foreignTitle = (name) => `of other packages, in the types of ${name}`

/**
 * The public API of a package as a text, sorted by name.
 * @param {string} name - of the package
 * @param {{ specifier: string, path?: string }[]} entries - what its `exports` name: how it is imported, and the path of
 *   its declarations, where it has any
 * @param {(path: string) => string} read - the text of a file of the package, by its path
 * @returns {Promise<string>}
 */
export async function describeApi(name, entries, read) {
  const api = new Package(read)
  const opened = entries.map(({ specifier, path }) => ({
    specifier,
    exports: path === undefined ? undefined : api.open({ specifier, path }),
  }))
  for (const { exports = [] } of opened) {
    for (const { origin } of exports) if (origin.module) api.read(origin)
  }
  const sections = []
  for (const { specifier, exports } of opened) {
    const texts = exports ? await api.describe(exports, specifier) : ['a file without declarations']
    sections.push(section(specifier, texts))
  }
  const reached = await api.describeReached()
  if (reached.length > 0) sections.push(section(reachedTitle(name), reached))
  const foreign = api.describeForeign()
  if (foreign.length > 0) sections.push(section(foreignTitle(name), [foreign.join('\n')]))
  return `${sections.join('\n\n')}\n`
}
