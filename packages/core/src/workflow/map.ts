import { ConfigurationError } from '@signet/auth'
import { isObject } from '@signet/auth/internal'
import type { RequestContext } from '../request-context.js'
import type { SchemaOutput } from '../schema/schema-type.js'
import type { AnyStepContext, Step, StepContext, StepOutput } from './step.js'

/** What stands at a path of a value: `a.b`, or the value itself for `.`. */
type PathValue<Value, Path extends string> = Path extends '.' | ''
  ? Value
  : Path extends `${infer Head}.${infer Rest}`
    ? Head extends keyof Value
      ? PathValue<Value[Head], Rest>
      : unknown
    : Path extends keyof Value
      ? Value[Path]
      : unknown

/** A member of what `.map` makes, from what a step gave. */
export interface FromStep<Source extends Step, Path extends string> {
  /** A step, or several, of which the first that has run counts. */
  readonly step: Source | readonly Source[]
  /** Names with dots between them; `.` is the whole. */
  readonly path: Path
}

/** The same, from what the workflow was started with. */
export interface FromInit<Source extends Step<string, never>, Path extends string> {
  readonly initData: Source
  readonly path: Path
}

/** How one member of what `.map` makes is found. */
export type MapSource<Prev> =
  | FromStep<Step, string>
  | FromInit<Step, string>
  | { readonly value: unknown; readonly schema?: object | undefined }
  | { readonly requestContextPath: string; readonly schema?: object | undefined }
  | { readonly template: string }
  | {
      readonly fn: (context: StepContext<Prev>) => unknown
      readonly schema?: object | undefined
    }

type InputOf<Source> =
  Source extends Step<string, infer Input, unknown, never, never> ? Input : unknown

/** What a member of what `.map` makes is. */
export type Mapped<Source> = Source extends { readonly fn: (context: never) => infer Made }
  ? Awaited<Made>
  : Source extends { readonly value: infer Value }
    ? Value
    : Source extends { readonly template: string }
      ? string
      : Source extends { readonly initData: infer Flow; readonly path: infer Path extends string }
        ? PathValue<InputOf<Flow>, Path>
        : Source extends {
              readonly step: infer From
              readonly path: infer Path extends string
            }
          ? PathValue<StepOutput<From extends readonly (infer One)[] ? One : From>, Path>
          : Source extends { readonly schema: infer Schema }
            ? SchemaOutput<Schema, unknown>
            : unknown

/**
 * A member of what `.map` makes, with its type.
 * @example `workflow.then(fetch).map({ city: mapVariable({ step: fetch, path: 'place.city' }) })`
 */
export function mapVariable<Source extends Step, const Path extends string>(
  source: FromStep<Source, Path>,
): FromStep<Source, Path>
export function mapVariable<Source extends Step<string, never>, const Path extends string>(
  source: FromInit<Source, Path>,
): FromInit<Source, Path>
export function mapVariable(source: object): object {
  return source
}

/** Most parts of a template. */
const MAX_PARTS = 100
const PLACEHOLDER = /\$\{([^{}]*)\}/g

/** Own members alone count. @throws {TypeError} where there is nothing */
function follow(value: unknown, path: string, what: string): unknown {
  if (path === '.' || path === '') return value
  let at: unknown = value
  for (const name of path.split('.')) {
    if (!isObject(at) || !Object.hasOwn(at, name)) {
      throw new TypeError(`The path ${JSON.stringify(path)} leads to nothing in ${what}.`)
    }
    at = Reflect.get(at, name)
  }
  return at
}

function fromContext(requestContext: RequestContext, path: string): unknown {
  const [name = '', ...rest] = path.split('.')
  const value = requestContext.get(name)
  if (rest.length === 0 || value === undefined) return value
  return follow(value, rest.join('.'), 'the request context')
}

function fill(template: string, context: AnyStepContext): string {
  return template.replaceAll(PLACEHOLDER, (_, placeholder: string) => {
    const [scope = '', ...names] = placeholder.split('.')
    const path = names.join('.')
    const value = ((): unknown => {
      switch (scope) {
        case 'inputData':
          return follow(context.inputData, path, 'inputData')
        case 'initData':
          return follow(context.getInitData(), path, 'initData')
        case 'state':
          return follow(context.state, path, 'state')
        case 'requestContext':
          return fromContext(context.requestContext, path)
        default: {
          const [id = '', ...rest] = names
          return follow(context.getStepResult(id), rest.join('.'), `the step ${id}`)
        }
      }
    })()
    if (value === undefined || value === null) return ''
    if (typeof value === 'object') {
      throw new TypeError(`The placeholder ${JSON.stringify(placeholder)} is not a text.`)
    }
    return String(value)
  })
}

const SCOPE = /^(?:inputData|initData|state|requestContext|stepResults)\.[^\s.]+(?:\.[^\s.]+)*$/

function invalid(what: string): ConfigurationError {
  return new ConfigurationError('option_invalid', what)
}

type Find = (context: AnyStepContext) => unknown

function readStep(name: string, given: unknown, path: string): Find {
  const steps = (Array.isArray(given) ? given : [given]) as readonly Step[]
  if (steps.length === 0 || !steps.every((step) => isObject(step) && typeof step.id === 'string')) {
    throw invalid(`${name}.step must be a step, or a list of steps.`)
  }
  return ({ getStepResult }) => {
    for (const { id } of steps) {
      const result = getStepResult<unknown>(id)
      if (result !== null) return follow(result, path, `the step ${id}`)
    }
    throw new TypeError(`The step ${steps.map(({ id }) => id).join(', ')} has not given anything.`)
  }
}

function readSource(name: string, source: unknown): Find {
  if (!isObject(source)) throw invalid(`${name} must be an object.`)
  const get = (member: string): unknown => Reflect.get(source, member)
  const kinds = ['step', 'initData', 'value', 'requestContextPath', 'template', 'fn'].filter(
    (kind) => Object.hasOwn(source, kind),
  )
  if (kinds.length !== 1) {
    throw invalid(
      `${name} must have exactly one of step, initData, value, requestContextPath, template and fn.`,
    )
  }
  const [kind = ''] = kinds
  const given = get(kind)
  const path = get('path')
  if ((kind === 'step' || kind === 'initData') && typeof path !== 'string') {
    throw invalid(`${name}.path must be a text. '.' is the whole.`)
  }
  switch (kind) {
    case 'step':
      return readStep(name, given, String(path))
    case 'initData':
      return ({ getInitData }) =>
        follow(getInitData(), String(path), 'what the workflow was started with')
    case 'value':
      return () => given
    case 'requestContextPath':
      if (typeof given !== 'string' || given === '')
        throw invalid(`${name}.${kind} must be a text.`)
      return ({ requestContext }) => fromContext(requestContext, given)
    case 'template': {
      if (typeof given !== 'string') throw invalid(`${name}.${kind} must be a text.`)
      const placeholders = [...given.matchAll(PLACEHOLDER)].map(([, text = '']) => text)
      if (placeholders.length > MAX_PARTS || !placeholders.every((text) => SCOPE.test(text))) {
        throw invalid(
          `${name}.template has a placeholder that is not one of inputData, initData, state, requestContext and stepResults with a path, such as \${inputData.city}.`,
        )
      }
      return (context) => fill(given, context)
    }
    default:
      if (typeof given !== 'function') throw invalid(`${name}.fn must be a function.`)
      return (context) => Reflect.apply(given, undefined, [context]) as unknown
  }
}

/**
 * How `.map` makes its value.
 * @throws {ConfigurationError} `option_invalid`
 */
export function readMap(where: string, given: unknown): Find {
  if (typeof given === 'function') {
    return (context) => Reflect.apply(given, undefined, [context]) as unknown
  }
  if (!isObject(given)) throw invalid(`${where} must be a function or an object.`)
  const finds = Object.entries(given).map(
    ([name, source]: readonly [string, unknown]) =>
      [name, readSource(`${where}.${name}`, source)] as const,
  )
  return async (context) => {
    const members: [string, unknown][] = []
    for (const [name, find] of finds) members.push([name, await find(context)])
    return Object.fromEntries(members) as unknown
  }
}
