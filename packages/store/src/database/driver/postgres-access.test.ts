import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  startPostgres,
  whyNoPostgres,
  type PostgresServer,
} from '@signet/test-support/store/postgres-server'
import { openStore } from '../../open.js'

const whyNot = whyNoPostgres()
if (whyNot !== undefined && process.env['SIGNET_REQUIRE_SERVICES'] === '1') throw new Error(whyNot)

const PASSWORD = 'p/w #?@:%'
/** Roles whose names say how they are let in. */
const HBA = `host all known 127.0.0.1/32 scram-sha-256
host all banned 127.0.0.1/32 reject
hostssl all crypted 127.0.0.1/32 trust
hostnossl all crypted 127.0.0.1/32 reject
host all all 127.0.0.1/32 trust
local all all trust
`

describe.skipIf(whyNot !== undefined)('a PostgreSQL by its address', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signet-access-'))
  const certificate = join(folder, 'server.crt')
  let server: PostgresServer
  let plain: URL

  beforeAll(async () => {
    const key = join(folder, 'server.key')
    const subject = ['-subj', '/CN=db.example', '-addext', 'subjectAltName=DNS:db.example']
    const files = ['-keyout', key, '-out', certificate]
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...files],
      {
        stdio: 'ignore',
        timeout: 20_000,
      },
    )
    server = await startPostgres({
      files: {
        'server.key': readFileSync(key, 'utf8'),
        'server.crt': readFileSync(certificate, 'utf8'),
        'hba.conf': HBA,
      },
      settings: (directory) => [
        'ssl=on',
        `ssl_key_file=${directory}/server.key`,
        `ssl_cert_file=${directory}/server.crt`,
        `hba_file=${directory}/hba.conf`,
        `unix_socket_directories=${directory}`,
      ],
    })
    plain = new URL(await server.createDatabase())
    await server.ask(`create role known login superuser password '${PASSWORD}'`)
    await server.ask('create role banned login')
    await server.ask('create role crypted login superuser')
    await server.ask('create role poor login')
  })
  afterAll(async () => {
    await server.remove()
    rmSync(folder, { recursive: true })
  })

  const open = async (databaseUrl: string) => {
    const store = await openStore({ databaseUrl, directory: folder })
    await store.ready()
    await store.close()
  }
  it('says so where the database takes no connections', async () => {
    const closed = new URL(await server.createDatabase())
    await server.ask(`alter database ${closed.pathname.slice(1)} allow_connections false`)
    await expect(open(closed.href)).rejects.toMatchObject({
      driverCode: '55000',
      message: expect.stringMatching(/allow_connections true/),
    })
  })

  const change = (parts: Partial<URL>) => Object.assign(new URL(plain), parts).href

  it.each([
    ['over TCP', () => plain.href],
    ['as postgresql://', () => plain.href.replace('postgres:', 'postgresql:')],
    [
      'with a password that has signs in it',
      () => change({ username: 'known', password: encodeURIComponent(PASSWORD) }),
    ],
    [
      'over a socket named as the host',
      () =>
        `postgres://signet@${encodeURIComponent(server.directory)}:${plain.port}${plain.pathname}`,
    ],
    [
      'over a socket named beside, with no host',
      () => `postgres://signet@${plain.pathname}?host=${server.directory}&port=${plain.port}`,
    ],
    [
      'over a socket alone',
      () =>
        `socket:${server.directory}?db=${plain.pathname.slice(1)}&user=signet&port=${plain.port}`,
    ],
    ['with options of the server', () => change({ search: '?options=-c%20search_path%3Dpublic' })],
    [
      'by TLS whose certificate nobody looks at',
      () => change({ username: 'crypted', search: '?sslmode=no-verify' }),
    ],
    [
      'by TLS of a known authority',
      () =>
        change({
          username: 'crypted',
          search: `?uselibpqcompat=true&sslmode=verify-ca&sslrootcert=${certificate}`,
        }),
    ],
  ])('is opened %s', async (_, address) => {
    await open(address())
  })

  it.each([
    [
      'a wrong password',
      '28P01',
      'permission',
      () => change({ username: 'known', password: 'wr0ng-s3cret' }),
    ],
    ['no password', undefined, 'permission', () => change({ username: 'known' })],
    ['a role that is not let in', '28000', 'permission', () => change({ username: 'banned' })],
    ['a role that there is not', '28000', 'permission', () => change({ username: 'nobody' })],
    ['no database of the name', '3D000', 'unavailable', () => change({ pathname: '/nowhere' })],
    ['a role that may create nothing', '42501', 'permission', () => change({ username: 'poor' })],
    [
      'no schema',
      '3F000',
      'permission',
      () => change({ search: '?options=-c%20search_path%3Dnowhere' }),
    ],
    [
      'TLS that is asked for by nobody',
      '28000',
      'permission',
      () => change({ username: 'crypted' }),
    ],
    [
      'a certificate of nobody known',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'unavailable',
      () => change({ search: '?sslmode=verify-full' }),
    ],
    [
      'a certificate of another host',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'unavailable',
      () => change({ search: `?sslmode=verify-full&sslrootcert=${certificate}` }),
    ],
    [
      'no file of an authority',
      'ENOENT',
      'unavailable',
      () => change({ search: '?sslmode=verify-full&sslrootcert=/nowhere.pem' }),
    ],
    [
      'a file that holds no certificate',
      undefined,
      'unavailable',
      () => change({ search: `?uselibpqcompat=true&sslmode=verify-ca` }),
    ],
  ] as const)(
    'says what is wrong with %s, and not what was sent',
    async (_, code, fault, address) => {
      const error = await open(address()).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ name: 'StorageError', code: 'storage_unavailable', fault })
      if (code !== undefined) expect(error).toMatchObject({ driverCode: code })
      expect(String(error)).not.toMatch(/s3cret|postgres:\/\/|127\.0\.0\.1|\n/)
      // What is said of its class alone says nothing of the remedy.
      expect(String(error)).toMatch(/: .+(?:: | \()/)
    },
  )
})

describe.skipIf(whyNot !== undefined)('a PostgreSQL without TLS', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(async () => {
    await server.remove()
  })

  it('says so where the address asks for it', async () => {
    const databaseUrl = `${await server.createDatabase()}?sslmode=verify-full`
    await expect(openStore({ databaseUrl, directory: tmpdir() })).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('ssl = on'),
    })
  })
})
