import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { basename } from 'node:path'
import type { Tarball } from './tarballs.js'

/** A package registry on this machine. */
export interface TarballRegistry {
  readonly url: string
  stop(): Promise<void>
}

/** Long ago: Yarn installs nothing that is younger than a day, nor what has no date. */
const PUBLISHED = '2026-01-01T00:00:00.000Z'

/** What a registry says of a package that has one version. */
function describePackage({ name, version, file, integrity, manifest }: Tarball, url: string) {
  const dist = { tarball: `${url}tarballs/${basename(file)}`, integrity }
  return {
    name,
    'dist-tags': { latest: version },
    time: { [version]: PUBLISHED },
    versions: { [version]: { ...manifest, dist } },
  }
}

/**
 * Serves tarballs as a package registry does, and nothing else: what an installation finds here is what
 * it would find where the packages are published, by name, tag and version.
 */
export async function serveTarballs(tarballs: readonly Tarball[]): Promise<TarballRegistry> {
  let url = ''
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    const file = tarballs.find((each) => path === `/tarballs/${basename(each.file)}`)
    const described = tarballs.find((each) => path === `/${each.name}`)
    if (file !== undefined) {
      response.setHeader('content-type', 'application/octet-stream')
      response.end(readFileSync(file.file))
    } else if (described !== undefined) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(describePackage(described, url)))
    } else {
      response.writeHead(404, { 'content-type': 'application/json' })
      response.end('{"error":"Not found"}')
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The registry has no port.')
  url = `http://127.0.0.1:${address.port}/`
  return {
    url,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
