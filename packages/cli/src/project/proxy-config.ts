import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isObject } from '@signet/auth/internal'
import type { ProxyConfig } from '@signet/proxy'
import { CommandFailure } from '../failure.js'
import type { Project } from './project.js'

const FILES = ['signet.config.ts', 'signet.config.mts', 'signet.config.js', 'signet.config.mjs']

/** A folder whose module is the configuration of the proxy; the file need not exist. */
export interface ProxyProject extends Project {
  readonly hasConfig: boolean
}

/** The folder of an application that a proxy stands before. */
export function openProxyProject(directory: string): ProxyProject {
  const files = FILES.map((name) => join(directory, name))
  const found = files.filter((file) => existsSync(file))
  const [entry = files[0] ?? ''] = found
  if (found.length > 1) {
    throw new CommandFailure(
      `There are several files of the proxy in ${directory}: keep one of ${FILES.join(', ')}.`,
    )
  }
  return {
    directory,
    entry,
    buildDirectory: join(directory, '.signet', `build-${process.pid}`),
    hasConfig: found.length > 0,
  }
}

/**
 * The configuration that a module exports by default; nobody has looked at its options.
 * @throws {CommandFailure} where it exports none
 */
export function proxyConfigOf(module: object, { entry }: Project): ProxyConfig {
  const config: unknown = Reflect.get(module, 'default')
  if (!isObject(config) || Array.isArray(config)) {
    throw new CommandFailure(
      `${entry} has no default export. Write export default defineProxy({ … }), with defineProxy of @signet/proxy.`,
    )
  }
  return config
}
