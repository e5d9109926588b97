import { isObject } from '@signet/auth/internal'
import { rmSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  context,
  formatMessages,
  stop,
  type BuildOptions,
  type BuildResult,
  type Message,
  type OutputFile,
  type Plugin,
} from 'esbuild'
import type { Mastra } from '@signet/core'
import { bundlePrelude, keepPlaces, PLACE_DEFINES } from './keep-places.js'
import { forgetCommonJs } from './native-commonjs.js'
import { resolvePackages } from './resolve-packages.js'
import { CommandFailure } from '../../failure.js'
import { explainImportError } from '../../import/explain-import.js'
import { refuseImports } from '../../import/refuse-imports.js'
import type { Project } from '../project.js'
import { onEndSignal } from '../../serve/shutdown.js'
import { removeStaleBuilds } from '../stale-builds.js'

/** What a module of the application exports, or the error that prevented loading. */
type Loaded<Value> = { readonly value: Value } | { readonly error: Error }

/** A loaded application, or the error that prevented loading. */
export type LoadResult = { readonly mastra: Mastra } | { readonly error: Error }

/** A running bundler. */
export interface Watcher {
  /** Stops watching, and removes what was bundled and not loaded yet. */
  close(): Promise<void>
}

function isMastra(value: unknown): value is Mastra {
  return isObject(value) && 'getServer' in value && 'findAgent' in value
}

/** Matches the path of an entry, so that esbuild calls the plugin for few other files. */
const ENTRY = /[\\/]mastra[\\/]index\.m?[jt]s$/

type ApplicationBuild = BuildOptions & { metafile: true; write: false }

function outputFile(project: Project): string {
  return join(project.buildDirectory, 'application.mjs')
}

function buildOptions(project: Project, plugins: Plugin[]): ApplicationBuild {
  return {
    entryPoints: [project.entry],
    outfile: outputFile(project),
    absWorkingDir: project.directory,
    bundle: true,
    banner: { js: bundlePrelude(project.entry) },
    define: PLACE_DEFINES,
    // The conditions of Node.js. By default, esbuild would add `module`, which Node.js does not know.
    conditions: ['module-sync', 'node-addons'],
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
    // `writeBundle` writes the files, with a restricted mode.
    write: false,
    plugins: [resolvePackages(project.directory), keepPlaces, ...plugins],
  }
}

/**
 * Creates the folder of the builds, which may also hold a secret. Git ignores it, and other users cannot read it. An
 * existing folder keeps its mode. Builds of killed processes are removed.
 */
async function prepareBuilds({ buildDirectory }: Project): Promise<void> {
  const directory = dirname(buildDirectory)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await writeFile(join(directory, '.gitignore'), '*\n')
  await removeStaleBuilds(directory)
}

async function buildError(errors: Message[]): Promise<Error> {
  const lines = await formatMessages(errors, { kind: 'error', color: false })
  return new CommandFailure(`The application does not build.\n${lines.join('').trimEnd()}`)
}

/** Writes the bundle so that only its owner can read it: the application may contain secrets. */
async function writeBundle({ buildDirectory }: Project, files: readonly OutputFile[]) {
  await mkdir(buildDirectory, { recursive: true, mode: 0o700 })
  for (const { path, contents } of files) await writeFile(path, contents, { mode: 0o600 })
}

async function importBundle(project: Project, version: number): Promise<object> {
  forgetCommonJs()
  const url = `${pathToFileURL(outputFile(project)).href}?version=${version}`
  return (await import(url)) as object
}

/** @throws {CommandFailure} where a module exports no `mastra` */
function mastraOf(module: object, { entry }: Project): Mastra {
  const mastra: unknown = Reflect.get(module, 'mastra')
  if (isMastra(mastra)) return mastra
  throw new CommandFailure(`${entry} does not export mastra, a Mastra of @signet/core.`)
}

/** Takes what is wanted out of a loaded module. */
type ReadModule<Value> = (module: object, project: Project) => Value

async function load<Value>(
  project: Project,
  version: number,
  { metafile, outputFiles }: BuildResult<ApplicationBuild>,
  read: ReadModule<Value>,
): Promise<Loaded<Value>> {
  try {
    refuseImports(metafile, project.directory)
    await writeBundle(project, outputFiles)
    return { value: read(await importBundle(project, version), project) }
  } catch (error) {
    if (error instanceof Error) {
      return { error: explainImportError(error, metafile, project.directory) }
    }
    const text = `The application threw a value that is not an Error: ${String(error)}`
    return { error: new CommandFailure(text) }
  } finally {
    // The loaded code is in memory. Removed now, nothing is left if the process is killed later.
    await removeBundle(project)
  }
}

function removeBundle({ buildDirectory }: Project): Promise<void> {
  return rm(buildDirectory, { recursive: true, force: true })
}

/** How an application is watched. */
export interface WatchOptions {
  /** Further files to watch. They need not exist. */
  readonly files: readonly string[]
  /** Called before the application is loaded again. */
  readonly onChange: () => void
  /** Called after each build, one call at a time. */
  readonly onLoad: (result: LoadResult) => void | Promise<void>
}

/** Bundles and loads the application, and does so again after each change of one of its files. */
export async function watchApplication(
  project: Project,
  { files, onChange, onLoad }: WatchOptions,
): Promise<Watcher> {
  let version = 0
  async function loadNext(result: BuildResult<ApplicationBuild>): Promise<LoadResult> {
    version++
    const { errors } = result
    if (errors.length > 0) return { error: await buildError(errors) }
    try {
      if (version > 1) onChange()
    } catch (error) {
      return { error: error instanceof Error ? error : new Error(String(error)) }
    }
    const loaded = await load(project, version, result, mastraOf)
    return 'error' in loaded ? loaded : { mastra: loaded.value }
  }
  const report: Plugin = {
    name: 'report',
    setup(build) {
      build.onResolve({ filter: ENTRY }, ({ kind }) =>
        kind === 'entry-point' ? { watchFiles: [...files] } : undefined,
      )
      build.onEnd(async (result) => {
        await onLoad(await loadNext(result as BuildResult<ApplicationBuild>))
      })
    },
  }
  await prepareBuilds(project)
  const bundler = await context(buildOptions(project, [report]))
  await bundler.watch()
  return {
    async close() {
      // Not awaited: a bundle in progress is no longer needed.
      void bundler.dispose()
      await removeBundle(project)
    },
  }
}

/**
 * Bundles and loads the application once.
 * @throws {CommandFailure} where it does not build or exports no `mastra`
 * @throws whatever the application throws as it starts
 */
export function loadApplication(project: Project): Promise<Mastra> {
  return loadModule(project, mastraOf)
}

/**
 * Bundles and loads one module of an application.
 * @param project - its `entry` is the module
 * @throws {CommandFailure} where it does not build
 * @throws whatever the module throws as it starts, and `read`
 */
export async function loadModule<Value>(project: Project, read: ReadModule<Value>): Promise<Value> {
  await prepareBuilds(project)
  const bundler = await context(buildOptions(project, []))
  const stopListening = onEndSignal((signal) => {
    rmSync(project.buildDirectory, { recursive: true, force: true })
    process.kill(process.pid, signal)
  })
  try {
    const result = await load(project, 1, await bundler.rebuild(), read)
    if ('error' in result) throw result.error
    return result.value
  } catch (error) {
    const errors: unknown = error instanceof Error ? Reflect.get(error, 'errors') : undefined
    throw Array.isArray(errors) ? await buildError(errors as Message[]) : error
  } finally {
    stopListening()
    await bundler.dispose()
    // Otherwise the process of esbuild would live as long as the server.
    await stop()
  }
}
