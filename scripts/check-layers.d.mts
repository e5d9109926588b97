type Floors = readonly (readonly string[])[]

export function roomOf(file: string, floors: ReadonlyMap<string, number>): string | undefined
export function findBreaks(
  name: string,
  files: ReadonlyMap<string, string>,
  table: { readonly packages: Floors; readonly rooms: Floors },
): string[]
export function checkLayers(): boolean
