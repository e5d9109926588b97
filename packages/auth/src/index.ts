// The public names of @signet/auth. Whatever is added here must be kept.
export { type Algorithm, type HmacAlgorithm, type PublicKeyAlgorithm } from './jwt/algorithm.js'
export { type ClaimRules, type Claims } from './jwt/claims.js'
export { type TokenHeader } from './jwt/compact.js'
export { signToken, type SignOptions } from './jwt/sign.js'
export { parseStrictJson, StrictJsonError, type StrictJsonReason } from './jwt/strict-json.js'
export {
  createVerifier,
  verifySignature,
  type SignaturePolicy,
  type VerificationPolicy,
  type VerifiedSignature,
  type VerifiedToken,
  type Verifier,
} from './jwt/verify.js'
export { type KeySource, type SigningKey, type VerificationKey } from './keys/contract.js'
export { readKeySet, type JwkSet, type KeySet } from './keys/key-set.js'
export { type PublicJwk } from './keys/jwk.js'
export { publicKeys, type PublicKeyInput } from './keys/public-keys.js'
export {
  createSecret,
  secretKeys,
  type OctetJwk,
  type Secret,
  type SecretKeys,
  type SecretOptions,
} from './keys/secret.js'
export {
  accessParams,
  checkAccess,
  permissionTemplates,
  requiredPermissions,
  type Access,
  type ParamName,
  type PermissionTemplate,
} from './access/access.js'
export {
  createPermissions,
  isLegalId,
  parseGrant,
  type Action,
  type Permission,
  type Permissions,
  type Resource,
} from './access/permission.js'
export { createPrincipal, type Principal, type PrincipalOptions } from './access/principal.js'
export { checkRoleTable, DEFAULT_ROLES, type RoleTable } from './access/role.js'
export { bearerChallenge, PUBLIC_REASON } from './bearer/challenge.js'
export { readBearerToken } from './bearer/header.js'
export { anonymousPrincipal, authenticate } from './provider/authenticate.js'
export { type AuthProvider, type AuthRequest, type PathRule } from './provider/contract.js'
export { MastraJwtAuth, type JwtUser, type MastraJwtAuthOptions } from './provider/jwt-auth.js'
export {
  AuthError,
  ConfigurationError,
  ScopeError,
  TokenError,
  type AuthErrorCode,
  type ConfigurationErrorCode,
  type TokenErrorCode,
  type TokenErrorOptions,
} from './error.js'
