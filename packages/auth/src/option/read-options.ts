/** The names of all members of an object, those of its classes included, but for what every object has. */
export function* memberNames(object: object): Generator<string> {
  for (
    let each: unknown = object;
    typeof each === 'object' && each !== null && each !== Object.prototype;
    each = Object.getPrototypeOf(each)
  ) {
    const isClass = each !== object
    for (const name of Object.getOwnPropertyNames(each)) {
      if (!isClass || name !== 'constructor') yield name
    }
  }
}

/** Whether a copy by spread would hold all that an object has. */
function isFlat(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.getOwnPropertyNames(object).length === Object.keys(object).length
}

/** A member as a copy of its object may have it: a method of a class goes on to find what it belongs to. */
function readMember(object: object, name: string): unknown {
  const value: unknown = Reflect.get(object, name)
  return typeof value === 'function' && !Object.hasOwn(object, name) ? value.bind(object) : value
}

/**
 * Options as a plain object with all members of its own, each read once. Options may be an object of a class, whose
 * methods and getters a copy by spread would lose: an `authorizeUser` among them would let everybody in.
 *
 * @param options - undefined and null are options of which none is given
 */
export function readOptions<Options extends object>(options: Options | null | undefined): Options {
  if (options === undefined || options === null) return {} as Options
  if (typeof options !== 'object' || isFlat(options)) return options
  const names = [...new Set(memberNames(options))]
  return Object.fromEntries(names.map((name) => [name, readMember(options, name)])) as Options
}
