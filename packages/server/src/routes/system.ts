import { defineRoute, type Route } from '../route.js'

const health = defineRoute({
  method: 'GET',
  path: '/health',
  isPrefixed: false,
  access: 'public',
  summary: 'Whether the process answers',
  handler: () => ({ success: true }),
})

const packages = defineRoute({
  method: 'GET',
  path: '/system/packages',
  access: 'authenticated',
  summary: 'What the server is made of, as clients ask at start',
  handler: ({ isDevelopment }) => ({
    packages: [],
    isDev: isDevelopment,
    cmsEnabled: false,
    liveKitConnectionRouteEnabled: false,
    observabilityEnabled: false,
    storageType: 'none',
    observabilityStorageType: 'none',
    observabilityStorageCapabilities: { metrics: false, logs: false, traceQueryDiscovery: false },
  }),
})

/** The server itself. */
export const systemRoutes: readonly Route[] = [health, packages]
