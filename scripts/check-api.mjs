// The public API of each package stands as a golden text in its folder: packages/<name>/api.txt.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareApis } from './api/compare.mjs'
import { describeApi } from './api/describe.mjs'
import { root } from './prepare.mjs'

const GOLDEN = 'api.txt'

/** What a package's `exports` name: how it is imported, and the declarations of it. */
function entriesOf({ name, exports }) {
  return Object.entries(exports).map(([path, target]) => ({
    specifier: path.replace(/^\./, name),
    path: target.types?.replace(/^\.\//, ''),
  }))
}

/** The golden texts and those of what is built. */
async function readTexts() {
  const texts = []
  for (const folder of readdirSync(join(root, 'packages'))) {
    const directory = join(root, 'packages', folder)
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    const file = join(directory, GOLDEN)
    const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const read = (path) => readFileSync(join(directory, path), 'utf8')
    const after = await describeApi(manifest.name, entriesOf(manifest), read)
    texts.push({ file, before, after })
  }
  return texts
}

/**
 * Compares what the packages export with their golden texts, and prints each name that differs.
 * @returns {Promise<boolean>} whether all are the same
 */
export async function checkApi() {
  const texts = await readTexts()
  const differences = texts.flatMap(({ before, after }) => compareApis(before, after))
  for (const difference of differences) console.error(difference)
  if (differences.length === 0) return true
  console.error(
    'The public API differs from packages/*/api.txt. Where that is meant: npm run api, and commit the texts.',
  )
  return false
}

/** Writes the golden texts anew, and prints each name that differs. */
export async function renewApi() {
  for (const { file, before, after } of await readTexts()) {
    for (const difference of compareApis(before, after)) console.log(difference)
    if (before !== after) writeFileSync(file, after)
  }
}
