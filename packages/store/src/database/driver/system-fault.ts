import type { Fault } from './driver.js'

const NOT_ALLOWED = /^(?:EACCES|EPERM)$/
const FULL = /^(?:ENOSPC|EDQUOT)$/
/** Too many open files or sockets, in this process or on this machine. */
const TOO_MANY_OPEN = /^(?:EMFILE|ENFILE)$/
const SYSTEM = /^E[A-Z0-9]{2,}(?:_[A-Z]+)?$/

const TRUST =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:VERIFY|GET|DECRYPT|DECODE)_.+|CERT_(?:UNTRUSTED|REJECTED|SIGNATURE_FAILURE|CHAIN_TOO_LONG|REVOKED)|INVALID_(?:CA|PURPOSE)|CRL_.+|PATH_LENGTH_EXCEEDED)$/
const DATED = /^(?:CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|ERROR_IN_CERT_.+)$/
const NAMED = /^(?:ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/
const TLS = /^(?:EPROTO|ERR_(?:SSL|TLS|OSSL)_.+)$/

function messageOfTls(code: string): string | undefined {
  if (TRUST.test(code)) {
    return 'The certificate of the database is not trusted: name the file of its authority with sslrootcert in the address.'
  }
  if (DATED.test(code))
    return 'The certificate of the database is out of date: renew it, and look at the clock.'
  if (NAMED.test(code)) {
    return 'The certificate of the database is for another host: name the host as the certificate does.'
  }
  if (TLS.test(code))
    return 'TLS with the database failed: check sslmode, and the certificates that the address names.'
  return undefined
}

/** What is in the place of what was named. */
const MISPLACED: Readonly<Record<string, string>> = {
  EISDIR: 'A folder is where a file of the database is to be: check each path that is set for it.',
  ENOTDIR: 'A file is where a folder of the database is to be: check each path that is set for it.',
  ELOOP: 'Symbolic links to the database lead in a circle: check each path that is set for it.',
}

/** What an error of the operating system or of TLS means; undefined where `code` is of neither. */
export function faultOfSystem(error: Error, code: string): Fault | undefined {
  const tls = messageOfTls(code)
  if (tls !== undefined) return { kind: 'unavailable', code, message: tls }
  if (!SYSTEM.test(code)) return undefined
  if (NOT_ALLOWED.test(code)) return { kind: 'permission', code }
  if (code === 'EROFS') return { kind: 'read_only', code }
  if (FULL.test(code)) return { kind: 'full', code }
  if (TOO_MANY_OPEN.test(code)) {
    const message = 'Signet may open no more files or connections: raise its limit (ulimit -n).'
    return { kind: 'unavailable', code, message }
  }
  const misplaced = MISPLACED[code]
  if (misplaced !== undefined) return { kind: 'unavailable', code, message: misplaced }
  const isFile = Reflect.get(error, 'syscall') === 'open'
  if (code === 'ENOENT' && isFile) {
    return {
      kind: 'unavailable',
      code,
      message: 'A file that the database needs is not there: check each path that is set for it.',
    }
  }
  return { kind: 'unavailable', code }
}
