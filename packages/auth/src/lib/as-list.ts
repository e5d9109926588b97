/** What may be given as one value or as a list, as a list. A list is returned as it is. */
export function asList<Value>(value: Value | readonly Value[]): readonly Value[] {
  return isList(value) ? value : [value]
}

function isList<Value>(value: Value | readonly Value[]): value is readonly Value[] {
  return Array.isArray(value)
}
