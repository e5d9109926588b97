import { z } from 'zod'
import { jsonReply } from '../../http/reply.js'
import { NOT_READY_REASONS } from '../../start/readiness.js'
import { defineRoute, type Route } from '../../route/route.js'
import type { Service } from '../../service.js'

const health = defineRoute({
  method: 'GET',
  path: '/health',
  isPrefixed: false,
  access: 'public',
  summary: 'Whether the process answers',
  response: z.object({ success: z.literal(true) }),
  handler: () => ({ success: true }),
})

const ready = (service: () => Pick<Service, 'readiness'>): Route =>
  defineRoute({
    method: 'GET',
    path: '/ready',
    isPrefixed: false,
    access: 'public',
    summary:
      'Whether the server takes requests: 503 where every caller would be refused, with the reason',
    response: z.object({ ready: z.boolean(), reason: z.enum(NOT_READY_REASONS).optional() }),
    async handler() {
      const readiness = await service().readiness.check()
      return jsonReply(readiness, readiness.ready ? 200 : 503)
    },
  })

const packages = (service: () => Pick<Service, 'isDevelopment'>): Route =>
  defineRoute({
    method: 'GET',
    path: '/system/packages',
    access: 'authenticated',
    summary: 'What the server is made of, as clients ask at start',
    response: z.object({
      packages: z.array(z.never()),
      isDev: z.boolean(),
      cmsEnabled: z.literal(false),
      liveKitConnectionRouteEnabled: z.literal(false),
      observabilityEnabled: z.literal(false),
      storageType: z.string(),
      observabilityStorageType: z.literal('none'),
      observabilityStorageCapabilities: z.record(z.string(), z.literal(false)),
    }),
    handler: ({ mastra }) => ({
      packages: [],
      isDev: service().isDevelopment,
      cmsEnabled: false,
      liveKitConnectionRouteEnabled: false,
      observabilityEnabled: false,
      storageType: mastra.getStorage()?.name ?? 'none',
      observabilityStorageType: 'none',
      observabilityStorageCapabilities: { metrics: false, logs: false, traceQueryDiscovery: false },
    }),
  })

const unsupported = defineRoute({
  method: 'GET',
  path: '/system/unsupported',
  access: 'system:read',
  summary: 'The options that the application was given and is served without',
  response: z.object({
    unsupported: z.array(z.object({ where: z.string(), name: z.string(), remedy: z.string() })),
  }),
  handler: ({ mastra }) => ({
    unsupported: mastra
      .listUnsupported()
      .map(({ where, name, remedy }) => ({ where, name, remedy })),
  }),
})

/** Whether the process answers, and whether it takes requests. */
export const healthRoutes = (service: () => Pick<Service, 'readiness'>): readonly Route[] => [
  health,
  ready(service),
]

/** What a server tells of itself. */
export const aboutRoutes = (service: () => Pick<Service, 'isDevelopment'>): readonly Route[] => [
  packages(service),
  unsupported,
]

/** The server itself. */
export const systemRoutes = (
  service: () => Pick<Service, 'readiness' | 'isDevelopment'>,
): readonly Route[] => [...healthRoutes(service), ...aboutRoutes(service)]
