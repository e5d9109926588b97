type Floors = readonly (readonly string[])[]

export function findBreaks(
  name: string,
  files: ReadonlyMap<string, string>,
  table: { readonly packages: Floors; readonly rooms: Floors },
): string[]
export function checkLayers(): boolean
