// Finds what a declaration refers to, and which of its members are private.
import { visitorKeys } from 'oxc-parser'

/** Members of a node that name something declared elsewhere: `typeName` of `Promise<string>` is `Promise`. */
const NAMING = {
  TSTypeReference: 'typeName',
  TSTypeQuery: 'exprName',
  TSClassImplements: 'expression',
  TSInterfaceHeritage: 'expression',
  ClassDeclaration: 'superClass',
}

/** `a` of `a.b.c`. */
function firstName(node) {
  if (node?.type === 'Identifier') return node
  if (node?.type === 'TSQualifiedName') return firstName(node.left)
  return node?.type === 'MemberExpression' ? firstName(node.object) : undefined
}

/** Whether a member of a class is private. A private constructor is told: it says who may construct. */
function isPrivate({ key, kind, accessibility }) {
  if (key?.type === 'PrivateIdentifier') return true
  return accessibility === 'private' && kind !== 'constructor'
}

/** The children of a node. */
function children(node) {
  return (visitorKeys[node.type] ?? []).flatMap((key) => node[key] ?? []).filter(Boolean)
}

function inferredNames(node) {
  const own = node.type === 'TSInferType' ? [node.typeParameter.name.name] : []
  return [...own, ...children(node).flatMap(inferredNames)]
}

/** The type parameters that a node brings in, for what is below it. */
function parametersOf(node) {
  if (node.type === 'TSMappedType') return [node.key.name]
  if (node.type === 'TSConditionalType') return inferredNames(node.extendsType)
  return node.typeParameters?.params.map(({ name }) => name.name) ?? []
}

/**
 * Visits a declaration.
 * @param {object} declaration
 * @param {{ name: (node: object) => void, importType: (node: object) => void, hidden: (node: object) => void }} visit -
 *   `name`: an identifier that names something outside the declaration; `importType`: `import('…')`;
 *   `hidden`: a private member, whose own content is not visited
 */
export function visitDeclaration(declaration, visit) {
  const walk = (node, bound) => {
    if (isPrivate(node)) return visit.hidden(node)
    if (node.type === 'TSImportType') visit.importType(node)
    const named = [node[NAMING[node.type]], node.computed ? node.key : undefined].map(firstName)
    for (const name of named) if (name && !bound.has(name.name)) visit.name(name)
    const inner = new Set([...bound, ...parametersOf(node)])
    for (const child of children(node)) walk(child, inner)
  }
  walk(declaration, new Set())
}
