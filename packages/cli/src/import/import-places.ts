import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Metafile } from 'esbuild'

/** A place at which an application imports something that stays outside its bundle. */
export interface ImportPlace {
  /** What is imported, as written in the source. */
  readonly path: string
  /** File and line, such as `src/mastra/index.ts:3`; the file relative to the folder of the application. */
  readonly place: string
}

/** The line that names what is imported; 1 if it is not found. */
function lineOf(path: string, file: string): number {
  const source = readFileSync(file, 'utf8')
  const index = [`'${path}'`, `"${path}"`, `\`${path}\``]
    .map((quoted) => source.indexOf(quoted))
    .find((found) => found >= 0)
  return source.slice(0, index ?? 0).split('\n').length
}

/**
 * Finds the places at which an application imports something.
 * @param metafile - of its bundle
 * @param directory - the folder of the application, to which the files are relative
 * @param isMeant - asked of each import that stays outside, as the bundle has it
 */
export function findImportPlaces(
  { inputs }: Metafile,
  directory: string,
  isMeant: (path: string) => boolean,
): readonly ImportPlace[] {
  return Object.entries(inputs).flatMap(([file, { imports }]) => {
    const meant = imports.filter(({ path, external }) => external === true && isMeant(path))
    const paths = new Set(meant.map(({ path, original }) => original ?? path))
    return [...paths].map((path) => ({
      path,
      place: `${file}:${lineOf(path, resolve(directory, file))}`,
    }))
  })
}
