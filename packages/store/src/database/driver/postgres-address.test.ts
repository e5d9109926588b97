import { describe, expect, it } from 'vitest'
import { checkAddress } from './postgres-address.js'

describe('an address of PostgreSQL', () => {
  it.each([
    'postgres://localhost/signet',
    'postgresql://user:password@db.example:5433/signet?sslmode=verify-full',
    'POSTGRES://user@db.example/signet',
    'postgres://user:p%2Fw%40%23%3F@db.example/signet',
    'postgres://user:p%ss word@db.example/signet',
    'postgres://user@[::1]:5432/signet',
    'postgres:///signet',
    'postgres://',
    'postgres://user@/signet?host=/var/run/postgresql',
    'postgres:///signet?host=/var/run/postgresql&user=signet',
    'postgres://%2Fvar%2Frun%2Fpostgresql/signet',
    'postgres://user:password@%2Fvar%2Frun%2Fpostgresql/signet',
    'socket:/var/run/postgresql?db=signet',
    'postgres://db.example/signet?options=-c%20search_path%3Dapp&application_name=x',
  ])('is taken where the driver takes it: %s', (address) => {
    expect(() => checkAddress(address)).not.toThrow()
  })

  it.each([
    '',
    'signet',
    'db.example:5432',
    'mysql://db.example/signet',
    'http://db.example',
    'postgres://user:s3cr3t/w@db.example/signet',
    'postgres://user:12#s3cr3t@db.example/signet',
    'postgres://user:s3cr3t%ff@db.example/signet',
    'postgres://user:s3cr3t@db.example:port/signet',
    'postgres://user:s3cr3t@one.example,two.example/signet',
    'postgres://user:s3cr3t@one.example:1,two.example:2/signet',
  ])('is refused, and not quoted, where it cannot be used: %s', (address) => {
    const check = () => checkAddress(address)
    expect(check).toThrow(expect.objectContaining({ code: 'address_invalid' }))
    expect(check).not.toThrow(/s3cr3t/)
  })
})
