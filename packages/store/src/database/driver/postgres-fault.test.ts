import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { explainPostgres, isConnectionLost } from './postgres-fault.js'

/** An error as the server sends it. */
function sent(code: string, severity = 'ERROR', message = 'x'): Error {
  return Object.assign(new pg.DatabaseError(message, 1, 'error'), { code, severity })
}

const failed = (code: string, rest: object = {}) => Object.assign(new Error('x'), { code, ...rest })

describe('a fault of PostgreSQL', () => {
  it.each([
    ['08000', 'unavailable'],
    ['08006', 'unavailable'],
    ['08P01', 'unavailable'],
    ['25006', 'read_only'],
    ['25P03', 'unavailable'],
    ['25P04', 'unavailable'],
    ['28000', 'permission'],
    ['28P01', 'permission'],
    ['3D000', 'unavailable'],
    ['3F000', 'permission'],
    ['40003', 'unavailable'],
    ['42501', 'permission'],
    ['42P01', 'unavailable'],
    ['42703', 'unavailable'],
    ['53000', 'unavailable'],
    ['53100', 'full'],
    ['53200', 'unavailable'],
    ['53300', 'unavailable'],
    ['53400', 'unavailable'],
    ['55000', 'unavailable'],
    ['55006', 'unavailable'],
    ['57014', 'unavailable'],
    ['57P01', 'unavailable'],
    ['57P02', 'unavailable'],
    ['57P03', 'unavailable'],
    ['57P05', 'unavailable'],
    ['58000', 'unavailable'],
    ['58030', 'unavailable'],
    ['58P01', 'corrupt'],
    ['F0000', 'unavailable'],
    ['XX001', 'corrupt'],
    ['XX002', 'corrupt'],
    ['23505', 'duplicate'],
    ['40001', 'conflict'],
    ['40P01', 'conflict'],
    ['55P03', 'conflict'],
    // Faults of ours.
    ['22P02', 'refused'],
    ['22021', 'refused'],
    ['23514', 'refused'],
    ['25P02', 'refused'],
    ['42601', 'refused'],
    ['XX000', 'refused'],
  ])('by %s is %s', (code, kind) => {
    expect(explainPostgres(sent(code))).toMatchObject({ kind, code })
  })

  it.each([
    ['that ended the connection', sent('22023', 'FATAL'), 'unavailable'],
    ['of a database that takes no connections', sent('55000', 'FATAL'), 'unavailable'],
    [
      'of a pooler with no place left',
      sent('XX000', 'FATAL', 'MaxClientsInSessionMode'),
      'unavailable',
    ],
    ['of a quota', sent('XX000', 'ERROR', 'could not extend file: Disk quota exceeded'), 'full'],
  ])('%s is told from a fault of ours', (_, error, kind) => {
    expect(explainPostgres(error)).toMatchObject({ kind })
  })

  it.each([
    ['ECONNREFUSED', 'unavailable'],
    ['ECONNRESET', 'unavailable'],
    ['EPIPE', 'unavailable'],
    ['ETIMEDOUT', 'unavailable'],
    ['ENOTFOUND', 'unavailable'],
    ['EAI_AGAIN', 'unavailable'],
    ['EHOSTUNREACH', 'unavailable'],
    ['ENETUNREACH', 'unavailable'],
    ['EADDRNOTAVAIL', 'unavailable'],
    ['EMFILE', 'unavailable'],
    ['ENFILE', 'unavailable'],
    ['ENOENT', 'unavailable'],
    ['EACCES', 'permission'],
    ['EPERM', 'permission'],
    ['EPROTO', 'unavailable'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'unavailable'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'unavailable'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'unavailable'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'unavailable'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unavailable'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unavailable'],
    ['CERT_HAS_EXPIRED', 'unavailable'],
    ['CERT_NOT_YET_VALID', 'unavailable'],
    ['CERT_REVOKED', 'unavailable'],
  ])('on the way there by %s is %s', (code, kind) => {
    expect(explainPostgres(failed(code))).toMatchObject({ kind, code })
    expect(isConnectionLost(failed(code))).toBe(true)
  })

  it.each([
    ['Connection terminated unexpectedly', 'unavailable'],
    ['Connection terminated due to connection timeout', 'unavailable'],
    ['Query read timeout', 'unavailable'],
    ['timeout exceeded when trying to connect', 'unavailable'],
    ['Client has encountered a connection error and is not queryable', 'unavailable'],
    ['Client was closed and is not queryable', 'unavailable'],
    ['The server does not support SSL connections', 'unavailable'],
    ['There was an error establishing an SSL connection', 'unavailable'],
    ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', 'permission'],
  ])('that the driver words "%s" is %s', (message, kind) => {
    expect(explainPostgres(new Error(message))).toMatchObject({ kind })
  })

  it.each([
    'Query read timeout',
    'timeout exceeded when trying to connect',
    'Connection terminated due to connection timeout',
  ])('that is no answer in time has the code of the system: %s', (message) => {
    expect(explainPostgres(new Error(message))).toMatchObject({ code: 'ETIMEDOUT' })
  })

  it('at each address of a host has the code of the first', () => {
    const error = new AggregateError([failed('ECONNREFUSED'), failed('ENETUNREACH')])
    expect(explainPostgres(error)).toMatchObject({ kind: 'unavailable', code: 'ECONNREFUSED' })
  })

  it('is not what another part of the program throws', () => {
    for (const error of [
      new TypeError('x is not a function'),
      failed('ERR_INVALID_ARG_TYPE'),
      'x',
    ]) {
      expect(explainPostgres(error)).toBeUndefined()
    }
  })
})

describe('a connection to PostgreSQL', () => {
  it('is lost with what the server ends it by, and not with a refused statement', () => {
    expect(isConnectionLost(sent('57P01', 'FATAL'))).toBe(true)
    // As a server in French says it.
    expect(isConnectionLost(sent('57P01', 'FATALE'))).toBe(true)
    expect(isConnectionLost(new Error('Query read timeout'))).toBe(true)
    expect(isConnectionLost(sent('25006'))).toBe(false)
    expect(isConnectionLost(sent('57014'))).toBe(false)
  })
})
