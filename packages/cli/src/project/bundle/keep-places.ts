import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildOptions, Plugin } from 'esbuild'
import { requiredFiles } from './native-commonjs.js'

const SOURCE = /\.[cm]?[jt]sx?$/
/** The expressions by which a module refers to its own file. */
const PLACE = /\bimport\s*\.\s*meta\b|\b__dirname\b|\b__filename\b|\brequire\s*\.\s*resolve\b/
const FIRST_LINE_OF_SCRIPT = /^#!.*\n?/

/** The variable that replaces `import.meta` in a module, and the function that creates it. */
const META = 'signet_meta'
const CREATE_META = 'signet_createMeta'

/**
 * The beginning of every bundle. `require` loads modules outside the bundle; esbuild finds it by this name.
 * @param entry - the module that the bundle is made of
 */
export function bundlePrelude(entry: string): string {
  return `import { createRequire as signet_createRequire } from 'node:module'
var require = signet_createRequire(${JSON.stringify(entry)})
function ${CREATE_META}(url, filename, dirname) {
  return {
    url,
    filename,
    dirname,
    require: signet_createRequire(url),
    resolve: (path) => (/^\\.{0,2}\\//.test(path) ? new URL(path, url).href : import.meta.resolve(path)),
  }
}`
}

/** Replaces these expressions, so that a module refers to its own file and not to the bundle. */
export const PLACE_DEFINES: BuildOptions['define'] = {
  'import.meta': META,
  __dirname: `${META}.dirname`,
  __filename: `${META}.filename`,
  'require.resolve': `${META}.require.resolve`,
}

/** Adds the place of a module to its source. The numbers of its lines do not change. */
function withPlace(source: string, file: string): string {
  const place = [pathToFileURL(file).href, file, dirname(file)].map((text) => JSON.stringify(text))
  const [script = ''] = FIRST_LINE_OF_SCRIPT.exec(source) ?? []
  return `${script}const ${META} = ${CREATE_META}(${place.join(', ')});${source.slice(script.length)}`
}

/**
 * Lets a bundled module work as if it were not bundled: it finds the files beside it, and Node.js itself loads CommonJS
 * written in JavaScript.
 */
export const keepPlaces: Plugin = {
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: SOURCE }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const watchFiles = requiredFiles(path, source)
      if (watchFiles !== undefined) {
        return { contents: `module.exports = require(${JSON.stringify(path)})`, watchFiles }
      }
      // Without a change, esbuild reads the file itself.
      return PLACE.test(source)
        ? { contents: withPlace(source, path), loader: 'default' }
        : undefined
    })
    onLoad({ filter: /\.node$/ }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }))
  },
}
