import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseSync, type TSSignature, type TSType } from 'oxc-parser'

/** What a type of the contract says of a value. */
export type Shape =
  | { readonly kind: 'list'; of(): Shape }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, Member> }
  | { readonly kind: 'one of'; shapes(): readonly Shape[] }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'boolean' | 'number' | 'string' | 'unknown' | 'none' }

/** A member of an object. Its shape is read once somebody asks: types of the contract hold themselves. */
interface Member {
  readonly isOptional: boolean
  shape(): Shape
}

/** A route in the public types of the client. */
export interface ContractRoute {
  readonly method: string
  readonly path: string
  readonly query: Shape
  readonly body: Shape
  readonly response: Shape
  /** Such as `json` and `stream`. */
  readonly responseType: string
}

const NONE: Shape = { kind: 'none' }
const UNKNOWN: Shape = { kind: 'unknown' }

const KEYWORDS: Readonly<Record<string, Shape>> = {
  TSBooleanKeyword: { kind: 'boolean' },
  TSNumberKeyword: { kind: 'number' },
  TSStringKeyword: { kind: 'string' },
  TSNullKeyword: { kind: 'value', value: null },
  TSUndefinedKeyword: NONE,
  TSNeverKeyword: NONE,
}

/** Reads types of one file, which name each other. */
class Types {
  readonly #named = new Map<string, () => Shape>()
  readonly #read = new Map<string, Shape>()

  constructor(source: string) {
    const { program, errors } = parseSync('contract.d.ts', source)
    if (errors.length > 0) throw new Error(errors[0]?.message)
    for (const statement of program.body) {
      const each = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
      if (each?.type === 'TSTypeAliasDeclaration')
        this.#named.set(each.id.name, () => this.#shapeOf(each.typeAnnotation))
      if (each?.type === 'TSInterfaceDeclaration')
        this.#named.set(each.id.name, () => this.#objectOf(each.body.body))
    }
  }

  named(name: string): Shape {
    const known = this.#read.get(name)
    if (known !== undefined) return known
    const made = this.#named.get(name)?.() ?? UNKNOWN
    this.#read.set(name, made)
    return made
  }

  #objectOf(signatures: readonly TSSignature[]): Shape {
    const members = new Map<string, Member>()
    for (const each of signatures) {
      if (each.type !== 'TSPropertySignature' || each.typeAnnotation === null) continue
      const { key, optional, typeAnnotation } = each
      const name =
        key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : ''
      const type = typeAnnotation.typeAnnotation
      members.set(name, { isOptional: optional, shape: () => this.#shapeOf(type) })
    }
    return { kind: 'object', members }
  }

  #shapeOf(type: TSType): Shape {
    const keyword = KEYWORDS[type.type]
    if (keyword !== undefined) return keyword
    switch (type.type) {
      case 'TSArrayType':
        return { kind: 'list', of: () => this.#shapeOf(type.elementType) }
      case 'TSLiteralType':
        return type.literal.type === 'Literal'
          ? { kind: 'value', value: type.literal.value }
          : UNKNOWN
      case 'TSParenthesizedType':
        return this.#shapeOf(type.typeAnnotation)
      case 'TSTypeLiteral':
        return this.#objectOf(type.members)
      case 'TSTypeReference':
        return type.typeName.type === 'Identifier' ? this.named(type.typeName.name) : UNKNOWN
      case 'TSUnionType':
        return { kind: 'one of', shapes: () => type.types.map((each) => this.#shapeOf(each)) }
      case 'TSIntersectionType': {
        const members = type.types.flatMap((each) => {
          const shape = this.#shapeOf(each)
          return shape.kind === 'object' ? [...shape.members] : []
        })
        return { kind: 'object', members: new Map(members) }
      }
      default:
        return UNKNOWN
    }
  }
}

const FILE = fileURLToPath(
  new URL('route-types.generated.d.ts', import.meta.resolve('@mastra/client-js')),
)

function textOf(shape: Shape | undefined): string {
  return shape?.kind === 'value' ? String(shape.value) : ''
}

/** Reads each route of the public types of `@mastra/client-js`. */
export function readContract(): readonly ContractRoute[] {
  const source = readFileSync(FILE, 'utf8')
  const types = new Types(source)
  return [...source.matchAll(/'([A-Z]+) (\/[^']*)': (\w+_RouteContract);/g)].map(
    ([, method = '', path = '', name = '']) => {
      const contract = types.named(name)
      const part = (member: string): Shape =>
        contract.kind === 'object' ? (contract.members.get(member)?.shape() ?? NONE) : NONE
      return {
        method,
        path,
        query: part('queryParams'),
        body: part('body'),
        response: part('response'),
        responseType: textOf(part('responseType')),
      }
    },
  )
}

/** Types that hold themselves end here. */
const MAX_DEPTH = 6

/**
 * The places below a shape whose last name is one of these: names parted by dots, with `[]` behind the name of a list.
 * @param names - matches a whole name
 */
export function placesIn(shape: Shape, names: RegExp, at = '', depth = 0): readonly string[] {
  if (depth > MAX_DEPTH) return []
  if (shape.kind === 'one of')
    return shape.shapes().flatMap((each) => placesIn(each, names, at, depth))
  if (shape.kind === 'list') return placesIn(shape.of(), names, `${at}[]`, depth + 1)
  if (shape.kind !== 'object') return []
  return [...shape.members].flatMap(([name, member]) => {
    const here = at === '' ? name : `${at}.${name}`
    const below = placesIn(member.shape(), names, here, depth + 1)
    return names.test(name) ? [here, ...below] : below
  })
}

/** How a value of a shape is made. */
export interface SampleOptions {
  /** What a member of this name holds, whatever its shape; undefined for what its shape says. */
  readonly named: (name: string) => unknown
  /** Whether members that may be left out are there. */
  readonly isWhole: boolean
  /** Whose an object is that has an owner, and whatever stands in it. Default: the object names its owner like any text. */
  readonly owner?: Owner | undefined
  /** Whose the entries of a list are, where they have owners. Default: one entry of `owner`. */
  readonly entries?: readonly Owner[] | undefined
}

/** Whose an object is. */
export interface Owner {
  /** What the object names as its owner. */
  readonly key: string
  /** Stands at the end of each text of the object. */
  readonly mark: string
}

/** The name of the member that names an owner. */
const OWNED_BY = 'resourceId'

/** Whether an object names its owner, or has a member that does. */
function isOwned(shape: Shape, depth = 0): boolean {
  if (shape.kind === 'one of') return shape.shapes().some((each) => isOwned(each, depth))
  if (shape.kind !== 'object' || depth > 1) return false
  if (shape.members.has(OWNED_BY)) return true
  return [...shape.members.values()].some((each) => isOwned(each.shape(), depth + 1))
}

/** What is given from an object to what stands in it. */
interface Place {
  readonly name: string
  readonly depth: number
  /** Of the owned object around it. */
  readonly mark: string
}

function sampleEither(shapes: readonly Shape[], options: SampleOptions, place: Place): unknown {
  const first = shapes.find(
    (each) => each.kind !== 'none' && !(each.kind === 'value' && each.value === null),
  )
  return first === undefined ? null : sample(first, options, place)
}

function sampleList(shape: Shape, options: SampleOptions, place: Place): unknown {
  if (place.depth > MAX_DEPTH) return []
  const below = { ...place, depth: place.depth + 1 }
  if (options.entries === undefined || !isOwned(shape)) return [sample(shape, options, below)]
  return options.entries.map((owner) => sample(shape, { ...options, owner }, below))
}

function sampleMembers(
  members: ReadonlyMap<string, Member>,
  options: SampleOptions,
  { depth, mark }: Place,
): unknown {
  if (depth > MAX_DEPTH) return {}
  const owner = members.has(OWNED_BY) ? options.owner : undefined
  return Object.fromEntries(
    [...members].flatMap(([name, member]) => {
      if (member.isOptional && !options.isWhole) return []
      const inside = { name, depth: depth + 1, mark: owner?.mark ?? mark }
      const value =
        owner !== undefined && name === OWNED_BY
          ? owner.key
          : (options.named(name) ?? sample(member.shape(), options, inside))
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}

const ROOT: Place = { name: '', depth: 0, mark: '' }

/** A value that has a shape. Of several shapes it has the first one that is more than nothing. */
export function sample(shape: Shape, options: SampleOptions, place = ROOT): unknown {
  switch (shape.kind) {
    case 'none':
      return undefined
    case 'value':
      return shape.value
    case 'boolean':
      return true
    case 'number':
      return 1
    case 'string':
      return `x-${place.name}${place.mark}`
    case 'unknown':
      return {}
    case 'list':
      return sampleList(shape.of(), options, place)
    case 'one of':
      return sampleEither(shape.shapes(), options, place)
    case 'object':
      return sampleMembers(shape.members, options, place)
  }
}
