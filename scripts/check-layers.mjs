// The layer rule: no file imports from a room above its own, or beside it (scripts/layers.mjs).
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { parseSync } from 'oxc-parser'
import { PACKAGES, ROOMS } from './layers.mjs'
import { root } from './prepare.mjs'

/** A test, or a file that gathers what a package exports. */
const EVERYWHERE = /(?:\.test(?:-d)?\.tsx?$|^(?:index|internal)\.ts$|^test\/)/
const SOURCE = /\.tsx?$/

/** @param {readonly (readonly string[])[]} floors */
const floorsOf = (floors) =>
  new Map(floors.flatMap((names, floor) => names.map((name) => [name, floor])))

/**
 * The room of a file: the deepest folder that is listed, else the file itself.
 * @param {string} file - from `src` on, with `/`
 * @param {ReadonlyMap<string, number>} floors
 */
function roomOf(file, floors) {
  if (floors.has(file)) return file
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    if (floors.has(folder)) return folder
  }
  return undefined
}

/** What a module imports and exports again, types included. */
function specifiersOf(file, text) {
  const { staticImports, staticExports, dynamicImports } = parseSync(file, text).module
  const dynamic = dynamicImports.map(
    ({ moduleRequest }) =>
      /^(['"])(.*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[2],
  )
  const exported = staticExports.flatMap(({ entries }) =>
    entries.map((each) => each.moduleRequest?.value),
  )
  return [
    ...staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...exported,
    ...dynamic,
  ].filter((specifier) => specifier !== undefined)
}

/**
 * What is wrong with the imports of one package, a sentence each.
 * @param {string} name - of the folder below `packages`
 * @param {ReadonlyMap<string, string>} files - their texts by their path from `src` on
 * @param {{ packages: readonly (readonly string[])[], rooms: readonly (readonly string[])[] }} table
 */
export function findBreaks(name, files, { packages, rooms }) {
  const houses = floorsOf(packages)
  const floors = floorsOf(rooms)
  const breaks = new Set()
  for (const [file, text] of files) {
    if (!SOURCE.test(file) || EVERYWHERE.test(file)) continue
    const from = roomOf(file, floors)
    if (from === undefined)
      breaks.add(`${name}/src/${file} stands in no room of scripts/layers.mjs.`)
    for (const specifier of specifiersOf(file, text)) {
      const other = /^@signet\/([^/]+)/.exec(specifier)?.[1]
      if (other !== undefined && other !== name && !(houses.get(other) < houses.get(name))) {
        breaks.add(
          `${name}/src/${file} imports ${specifier}: ${other} is not on a floor below ${name}.`,
        )
      }
      if (!specifier.startsWith('.')) continue
      const target = join(dirname(file), specifier).split(sep).join('/').replace(/\.js$/, '.ts')
      const path = files.has(target) ? target : `${target}x`
      if (!files.has(path)) continue
      const to = roomOf(path, floors)
      if (from === undefined || to === undefined || from === to) continue
      if (floors.get(to) >= floors.get(from)) {
        breaks.add(`${name}/src/${file} imports ${path}: ${to} is not on a floor below ${from}.`)
      }
    }
  }
  return [...breaks]
}

/** Rooms that a table names and that hold nothing. */
function findEmpty(name, files, rooms) {
  const floors = floorsOf(rooms)
  const held = new Set([...files.keys()].map((file) => roomOf(file, floors)))
  return [...floors.keys()]
    .filter((room) => !held.has(room))
    .map((room) => `scripts/layers.mjs names ${room} of ${name}, which holds nothing.`)
}

function readSources(name) {
  const source = join(root, 'packages', name, 'src')
  const entries = readdirSync(source, { recursive: true, withFileTypes: true })
  return new Map(
    entries
      .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(source, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  )
}

/**
 * Prints each import that breaks the rule.
 * @returns {boolean} whether none does
 */
export function checkLayers() {
  const breaks = readdirSync(join(root, 'packages')).flatMap((name) => {
    const rooms = ROOMS[name]
    if (rooms === undefined) return [`scripts/layers.mjs names no rooms of ${name}.`]
    const files = readSources(name)
    return [
      ...findBreaks(name, files, { packages: PACKAGES, rooms }),
      ...findEmpty(name, files, rooms),
    ]
  })
  for (const each of breaks) console.error(each)
  return breaks.length === 0
}
