import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** How many levels below and above a folder are searched for an application. */
const DEPTH = 2
/** At most this many folders of one level are searched. */
const MAX_FOLDERS = 500
/** Folders that are not searched. */
const SKIPPED = /^(?:\.|node_modules$|dist$|build$)/

function foldersIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !SKIPPED.test(entry.name))
      .map(({ name }) => join(directory, name))
      .toSorted()
  } catch {
    return []
  }
}

/** Tells whether a folder is that of an application. */
type IsApplication = (directory: string) => boolean

/** The nearest application below a folder, level by level. */
function below(directory: string, isApplication: IsApplication): string | undefined {
  let level: readonly string[] = [directory]
  for (let depth = 0; depth < DEPTH; depth++) {
    level = level.flatMap(foldersIn).slice(0, MAX_FOLDERS)
    const found = level.find(isApplication)
    if (found !== undefined) return found
  }
  return undefined
}

/** The application that a folder is a part of, such as its `src`. */
function above(directory: string, isApplication: IsApplication): string | undefined {
  let folder = directory
  for (let depth = 0; depth <= DEPTH; depth++) {
    folder = dirname(folder)
    if (isApplication(folder)) return folder
  }
  return undefined
}

/** What to do in a folder without an application. Names an application nearby, if there is one. */
export function nearbyWords(directory: string, isApplication: IsApplication): string {
  const found = above(directory, isApplication) ?? below(directory, isApplication)
  if (found === undefined) {
    return 'Change to the folder of an application, or name it with --dir.'
  }
  const path = relative(process.cwd(), found) || '.'
  return `There is one in ${path}: add --dir ${path}, or change to that folder.`
}
