// Reads one file of declarations (`.d.ts`): what it declares, imports and exports.
import { parseSync } from 'oxc-parser'

/**
 * What a name of a module stands for: what it declares itself, or what it takes from another module.
 * @typedef {{ nodes: object[] } | { source: string, name: string, isType: boolean }} Binding
 */

const isKind = (node, kind) => (node.exportKind ?? node.importKind) === kind

const nameOf = (node) => node.name ?? node.value

function importedName({ type, imported }) {
  if (type === 'ImportNamespaceSpecifier') return '*'
  return type === 'ImportDefaultSpecifier' ? 'default' : nameOf(imported)
}

/** The names that a declaration binds. */
function declaredNames(node) {
  if (node.type !== 'VariableDeclaration') return [node.id.name]
  return node.declarations.map(({ id }) => id.name)
}

/**
 * What `type A = import('…').B` stands for: it is a way to take a type from another module, and is read as one.
 * @returns {Binding | undefined} undefined for any other declaration
 */
function readTypeImport({ type, typeParameters, typeAnnotation }) {
  if (type !== 'TSTypeAliasDeclaration' || typeParameters) return undefined
  const { source, qualifier, typeArguments } = typeAnnotation
  if (typeAnnotation.type !== 'TSImportType' || typeArguments) return undefined
  if (qualifier?.type !== 'Identifier') return undefined
  return { source: source.value, name: qualifier.name, isType: true }
}

class Reader {
  bindings = new Map()
  exports = new Map()
  stars = []

  constructor(path) {
    this.path = path
  }

  declare(node) {
    const names = declaredNames(node)
    if (names.length !== 1 || names[0] === undefined) {
      throw new Error(`${this.path} declares ${names.length} names in one statement`)
    }
    const [name] = names
    const taken = readTypeImport(node)
    if (taken) {
      this.bindings.set(name, taken)
      return name
    }
    const nodes = this.bindings.get(name)?.nodes ?? []
    this.bindings.set(name, { nodes: [...nodes, node] })
    return name
  }

  import(node) {
    const source = node.source.value
    for (const specifier of node.specifiers) {
      const isType = isKind(node, 'type') || isKind(specifier, 'type')
      this.bindings.set(specifier.local.name, { source, name: importedName(specifier), isType })
    }
  }

  export(node) {
    if (node.declaration) {
      const name = this.declare(node.declaration)
      this.exports.set(name, { local: name, isType: false })
      return
    }
    for (const specifier of node.specifiers) {
      const isType = isKind(node, 'type') || isKind(specifier, 'type')
      const name = nameOf(specifier.local)
      const taken = node.source
        ? { source: node.source.value, name, isType }
        : { local: name, isType }
      this.exports.set(nameOf(specifier.exported), taken)
    }
  }

  read(statement) {
    switch (statement.type) {
      case 'ImportDeclaration':
        return this.import(statement)
      case 'ExportNamedDeclaration':
        return this.export(statement)
      case 'ExportAllDeclaration':
        if (statement.exported) break
        return this.stars.push(statement.source.value)
      case 'ClassDeclaration':
      case 'FunctionDeclaration':
      case 'TSDeclareFunction':
      case 'TSEnumDeclaration':
      case 'TSInterfaceDeclaration':
      case 'TSTypeAliasDeclaration':
      case 'VariableDeclaration':
        return this.declare(statement)
    }
    throw new Error(`${this.path} has a statement that has no place in the API: ${statement.type}`)
  }
}

/**
 * @param {string} path - for messages
 * @param {string} text
 * @returns {{ path: string, text: string, comments: object[], bindings: Map<string, Binding>,
 *   exports: Map<string, object>, stars: string[] }} `stars`: the modules whose exports are all exported
 */
export function readModule(path, text) {
  const { program, comments, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  const reader = new Reader(path)
  for (const statement of program.body) reader.read(statement)
  const { bindings, exports, stars } = reader
  return { path, text, comments, bindings, exports, stars }
}
