import type { AuthProvider } from '@signet/auth'
import {
  descriptionOf,
  dpopModeOf,
  METADATA_PATH,
  permissionTemplates,
  PROOF_ALGORITHMS,
  tokenHeaderOf,
  type PublicUrl,
} from '@signet/auth/internal'
import type { ApiRoute } from '@signet/core'
import { z } from 'zod'
import { RequestError } from '../../error/error.js'
import { jsonReply } from '../../http/reply.js'
import { takesFrom } from '../../route/route-overlap.js'
import { defineRoute, type Route } from '../../route/route.js'

const METADATA = z.object({
  resource: z.string(),
  authorization_servers: z.array(z.string()).optional(),
  scopes_supported: z.array(z.string()).optional(),
  bearer_methods_supported: z.array(z.literal('header')),
  dpop_signing_alg_values_supported: z.array(z.string()).optional(),
  dpop_bound_access_tokens_required: z.boolean().optional(),
})

type Metadata = z.output<typeof METADATA>

/** Seconds for which a client may keep the document: after that it sees what a restart has changed. */
const MAX_AGE_SECONDS = 300

/** An issuer where a client can ask for a token (RFC 8414 section 2): https, and not the template of several. */
const ISSUER_URL = /^https:\/\/[^\s/\\?#@{}]+(?:\/[^\s\\?#{}]*)?$/

function authorizationServers(provider: AuthProvider | false): readonly string[] {
  if (provider === false) return []
  const names = descriptionOf(provider).issuers.flatMap(({ issuer }) => issuer ?? [])
  return [...new Set(names)].filter((name) => ISSUER_URL.test(name) && URL.canParse(name))
}

/** Routes, and what they ask for. */
interface AskedRoutes {
  readonly routes: readonly Pick<Route, 'access'>[]
}

/** What routes ask for, without the id of an agent or a tool: as many as there are actions of resources, and not more. */
function scopesOf({ routes }: AskedRoutes): readonly string[] {
  const scopes = routes.flatMap(({ access }) =>
    permissionTemplates(access).map((template) => template.split(':', 2).join(':')),
  )
  return [...new Set(scopes)].toSorted()
}

/** What is said of tokens that are bound to a key: nothing, unless the option `dpop` is written. */
function describeProofs(provider: AuthProvider | false): Partial<Metadata> {
  const mode = provider === false ? undefined : dpopModeOf(provider)
  if (mode === undefined) return {}
  return {
    dpop_signing_alg_values_supported: [...PROOF_ALGORITHMS],
    dpop_bound_access_tokens_required: mode === 'required',
  }
}

/** RFC 9728 section 2. A list without a member is left out (section 3.2), but for the methods, where it means none of them. */
function describeResource(
  { resource }: PublicUrl,
  provider: AuthProvider | false,
  table: AskedRoutes,
): Metadata {
  const servers = authorizationServers(provider)
  const scopes = scopesOf(table)
  const hasOwnHeader = provider !== false && tokenHeaderOf(provider) !== undefined
  return {
    resource,
    ...(servers.length > 0 && { authorization_servers: [...servers] }),
    ...(scopes.length > 0 && { scopes_supported: [...scopes] }),
    // Where a proxy sets another header, a client can send none in Authorization.
    bearer_methods_supported: hasOwnHeader ? [] : ['header'],
    ...describeProofs(provider),
  }
}

/** Whether a route of the application answers at a path. */
function answersAt({ method, path }: ApiRoute, asked: string): boolean {
  if (method !== 'GET' && method !== 'ALL') return false
  try {
    return takesFrom(path, asked)
  } catch {
    // What is not a pattern fails the start later, with its own error.
    return false
  }
}

/** What the metadata of a server is made of. */
export interface ResourceMetadataOptions {
  /** Default: the routes answer 404. */
  readonly publicUrl: PublicUrl | undefined
  readonly provider: AuthProvider | false
  /** Those of the application: without a public URL, what they answer stays theirs. */
  readonly apiRoutes: readonly ApiRoute[]
  readonly table: () => AskedRoutes
}

/** The metadata of the server as a protected resource (RFC 9728 section 3): at the root, and for the path of its public URL. */
export function resourceMetadataRoutes(options: ResourceMetadataOptions): readonly Route[] {
  const { publicUrl, provider, apiRoutes, table } = options
  if (publicUrl === undefined && apiRoutes.some((route) => answersAt(route, METADATA_PATH)))
    return []
  let made: Metadata | undefined
  const paths = new Set([METADATA_PATH, publicUrl?.metadataPath ?? METADATA_PATH])
  return [...paths].map((path) =>
    defineRoute({
      method: 'GET',
      path,
      isPrefixed: false,
      access: 'public',
      summary: 'Where to get a token for this server (RFC 9728); 404 without server.publicUrl',
      response: METADATA,
      refusals: ['not_found'],
      handler() {
        if (publicUrl === undefined) {
          throw new RequestError('not_found', 'The server has no server.publicUrl.')
        }
        made ??= describeResource(publicUrl, provider, table())
        const reply = jsonReply(made, 200)
        reply.headers['cache-control'] = `public, max-age=${MAX_AGE_SECONDS}`
        return reply
      },
    }),
  )
}
