// The public names of @signet/auth/test, for tests of applications. Whatever is added here must be kept.
export { createTestKeyPair, type TestKeyPair, type TestKeyPairOptions } from './key-pair.js'
export {
  startKeySetServer,
  type IssuerDocument,
  type KeySetAnswer,
  type KeySetServer,
} from './key-set-server.js'
export {
  createTestIssuer,
  type RotateOptions,
  type TestIssuer,
  type TestIssuerOptions,
  type TestSignOptions,
} from './issuer.js'
