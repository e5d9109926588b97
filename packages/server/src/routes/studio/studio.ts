import { RequestError, StartError } from '../../error/error.js'
import type { Incoming } from '../../http/incoming.js'
import { isOrigin } from '../../http/origin.js'
import { Reply } from '../../http/reply.js'
import { defineRoute, type Route } from '../../route/route.js'
import { contentPolicy, createNonce } from './content-policy.js'
import { readStudio, type StudioFile } from './files.js'

/** How the Studio is served. */
export interface StudioOptions {
  /** Holds the built page: `index.html` and `assets/`. */
  readonly directory: string
  /** Where the page is, such as `/signet`, without a slash at its end. Default: at the root. */
  readonly at?: string | undefined
  /** What the routes of the API start with, below the place of the page. */
  readonly prefix: string
  /**
   * Where the API of the agents begins, seen from the page, such as `../api`, where it is not that of the Studio. The Studio
   * then has no page of agents. Default: the API of the Studio has the agents, too.
   */
  readonly agentsApi?: string | undefined
  /** Origins beside this one whose answers the page may load. */
  readonly connect: readonly string[]
}

const SHARED_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
}

/** The names of assets hold a hash of what is in them. */
const FOR_EVER = 'public, max-age=31536000, immutable'

function takesGzip(request: Incoming): boolean {
  return /\bgzip\b/.test(request.header('accept-encoding') ?? '')
}

function assetReply(file: StudioFile, request: Incoming): Reply {
  const gzipped = takesGzip(request) ? file.gzipped() : undefined
  return new Reply(gzipped ?? file.bytes, 200, {
    ...SHARED_HEADERS,
    'content-type': file.type,
    'cache-control': FOR_EVER,
    vary: 'accept-encoding',
    ...(gzipped && { 'content-encoding': 'gzip' }),
  })
}

/** @throws {StartError} `option_invalid` for what is not an origin, such as `https://api.example` */
function checkOrigins(connect: readonly string[]): void {
  const wrong = connect.find((origin) => !isOrigin(origin))
  if (wrong === undefined) return
  throw new StartError(
    'option_invalid',
    `server.studio.connect has ${JSON.stringify(wrong)}, which is not an origin such as https://api.example.`,
  )
}

/** What the page loads is below its path, and so the page stands behind a slash. */
function entranceAt(path: string): Route {
  // Relative, because a proxy before this server may take the beginning of the path away.
  const location = `${path.slice(path.lastIndexOf('/') + 1)}/`
  return defineRoute({
    method: 'GET',
    path,
    isPrefixed: false,
    access: 'public',
    summary: 'Leads to the Studio',
    handler: () => new Reply(null, 307, { location, 'cache-control': 'no-store' }),
  })
}

/**
 * The page of the Studio and its assets, which hold no data and so are public: what they show, they ask the API for.
 * @throws {StartError} `option_invalid` for what is not an origin
 */
export function studioRoutes(options: StudioOptions): readonly Route[] {
  const { directory, at = '', prefix, agentsApi = '', connect } = options
  checkOrigins(connect)
  const { page, scripts, assets } = readStudio(directory)

  const home = defineRoute({
    method: 'GET',
    path: `${at}/`,
    isPrefixed: false,
    access: 'public',
    summary: 'The Studio',
    handler() {
      const nonce = createNonce()
      const text = page
        .replace('name="signet-nonce" content=""', `name="signet-nonce" content="${nonce}"`)
        .replace('content="/api"', `content="${prefix}"`)
        .replace(
          'name="signet-agents-api" content=""',
          `name="signet-agents-api" content="${agentsApi}"`,
        )
      return new Reply(text, 200, {
        ...SHARED_HEADERS,
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': contentPolicy({ nonce, scripts, connect }),
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
      })
    },
  })

  const asset = defineRoute({
    method: 'GET',
    path: `${at}/assets/:file`,
    isPrefixed: false,
    access: 'public',
    summary: 'What the Studio loads',
    handler({ params, request }) {
      const file = assets.get(params.file)
      if (file === undefined) throw new RequestError('not_found', 'The Studio has no such file.')
      return assetReply(file, request)
    },
  })

  return [...(at === '' ? [] : [entranceAt(at)]), home, asset]
}
