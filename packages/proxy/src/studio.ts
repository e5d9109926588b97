import { ConfigurationError } from '@signet/auth'
import { isObject, isTextList, refuseUnknown } from '@signet/auth/internal'
import type { RouteTable } from '@signet/server'
import {
  aboutRoutes,
  accessRoutes,
  createGateRoutes,
  createRouteTable,
  isOrigin,
  studioRoutes,
  type AccessSource,
} from '@signet/server/internal'

/** Where the Studio is. What the application has at this path and below it is not reached while the Studio is served. */
export const STUDIO_PATH = '/signet'

/** Whether a path is that of the Studio, or below it. */
export function isStudioPath(pathname: string): boolean {
  return pathname === STUDIO_PATH || pathname.startsWith(`${STUDIO_PATH}/`)
}

/**
 * Reads the option `studio`: the origins beside the proxy that the page may talk to.
 * @returns undefined where the Studio is switched off
 * @throws {ConfigurationError} `option_invalid`
 * @throws {OptionsError} `option_unknown`
 */
export function readStudioConnect(studio: unknown): readonly string[] | undefined {
  if (studio === false) return undefined
  if (studio === undefined || studio === true) return []
  if (!isObject(studio) || Array.isArray(studio)) {
    throw new ConfigurationError(
      'option_invalid',
      'studio of defineProxy must be true, false, or an object with connect. Write false to serve no Studio.',
    )
  }
  refuseUnknown('studio of defineProxy', studio, { connect: true })
  const connect: unknown = Reflect.get(studio, 'connect')
  if (connect === undefined) return []
  if (!isTextList(connect) || !connect.every(isOrigin)) {
    throw new ConfigurationError(
      'option_invalid',
      'studio.connect of defineProxy must be a list of origins such as https://api.example, without a slash at their end.',
    )
  }
  return connect
}

/** What the Studio of a proxy is made of. */
export interface StudioParts {
  /** The folder of the built Studio. */
  readonly directory: string
  /** Origins beside the proxy that the page may talk to. */
  readonly connect: readonly string[]
  readonly offered: Parameters<typeof createGateRoutes>[0]
  readonly service: Parameters<typeof createGateRoutes>[1]
  /** What the page of access shows. */
  readonly access: AccessSource
}

/**
 * The routes of the Studio: its page, and below `/signet/api` what its pages ask for. The application has `/api`, so no
 * route of the application can stand in the place of one of these.
 */
export function createStudioTable(parts: StudioParts): RouteTable {
  const { directory, connect, offered, service, access } = parts
  const page = studioRoutes({
    directory,
    at: STUDIO_PATH,
    // The page asks below its own place.
    prefix: '/api',
    agentsApi: '../api',
    connect,
  })
  // Health and metrics have their places outside every prefix.
  const gate = createGateRoutes(offered, service).filter(({ isPrefixed }) => isPrefixed)
  const routes = [...page, ...gate, ...aboutRoutes(service), ...accessRoutes(access)]
  return createRouteTable(routes, `${STUDIO_PATH}/api`)
}
