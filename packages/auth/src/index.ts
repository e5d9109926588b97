/// <reference types="node" preserve="true" />
// The public names of @signet/auth. Whatever is added here must be kept.
export { type Algorithm, type HmacAlgorithm, type PublicKeyAlgorithm } from './jws/algorithm.js'
export { type ClaimValue, type RequiredValue } from './claim/required-value.js'
export { type ClaimRules, type Claims, type RequiredValues } from './jwt/claims.js'
export { type TokenHeader } from './jws/compact.js'
export { type DecodedToken } from './jws/decode.js'
export { decodeToken, getTokenIssuer, verifyHmac, verifyJwks } from './provider/mastra-helpers.js'
export { signToken, type SignOptions } from './jwt/sign.js'
export { type CacheOptions } from './jwt/policy.js'
export { explainToken } from './jwt/explain-token.js'
export { type ExplainedStep, type Explanation } from './explain/checks.js'
export { type Advice } from './advice/advice.js'
export { readPasted, type Pasted, type Slip } from './advice/pasted.js'
export {
  type IssuersPolicy,
  type SignaturePolicy,
  type SignatureRules,
  type SinglePolicy,
  type TokenRules,
  type VerificationPolicy,
  type VerifierOptions,
} from './jwt/policy.js'
export { createVerifier, verifySignature, type Verifier } from './jwt/verify.js'
export { type VerifiedSignature, type VerifiedToken } from './jwt/verified-token.js'
export { discoverKeySet } from './keys/discovery.js'
export {
  createRemoteKeySet,
  type RemoteKeySet,
  type RemoteKeySetOptions,
} from './keys/remote-key-set.js'
export { type RevocableToken, type RevocationList } from './revocation/revocation-list.js'
export {
  type NewRevocation,
  type Revocation,
  type RevocationEntry,
  type RevocationLog,
  type RevocationTarget,
} from './revocation/log.js'
export {
  MemoryRevocationList,
  type RevocationTerm,
  type TimedRevocationTerm,
} from './revocation/memory.js'
export { tokenRevocation, type RevokedToken } from './revocation/token-revocation.js'
export { type KeySource, type SigningKey, type VerificationKey } from './keys/key-source.js'
export { type KeyKind, type KeyOrigin } from './keys/origin.js'
export { type KeyProbe } from './keys/probe.js'
export { type SecretMeasure } from './keys/secret-measure.js'
export { readKeySet, type IgnoredKey, type JwkSet, type KeySet } from './keys/key-set.js'
export { type PublicJwk } from './keys/jwk.js'
export { privateKey, type PrivateKeyInput, type PrivateKeyOptions } from './keys/private-key.js'
export { type PrivateJwk } from './keys/private-jwk.js'
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
  checkAccess,
  type Access,
  type ParamName,
  type PermissionTemplate,
} from './access/access.js'
export { type Action, type Resource } from './access/action-set.js'
export { createPermissions, type Permission, type Permissions } from './access/permission.js'
export {
  createClaimMap,
  type ClaimKind,
  type ClaimMap,
  type ClaimPlaces,
  type MappedClaims,
} from './claim/claim-map.js'
export { type Actors } from './claim/actor.js'
export { type ClaimPlace, type ClaimSegment } from './claim/claim-place.js'
export { type ScopeMap } from './access/scope-map.js'
export { type Principal } from './access/principal.js'
export { createPrincipal, type PrincipalOptions } from './access/create-principal.js'
export { DEFAULT_ROLES, type RoleTable } from './access/role.js'
export {
  type ApiKeyPage,
  type ApiKeyQuery,
  type ApiKeyRecord,
  type ApiKeyStore,
} from './api-key/api-key-store.js'
export { type MakerJudge } from './api-key/maker.js'
export {
  MemoryProofRegister,
  type MemoryProofRegisterOptions,
  type ProofRegister,
} from './dpop/proof-register.js'
export { type DpopMode } from './dpop/confirmation.js'
export { type DpopOptions } from './dpop/options.js'
export { type ProofContext, type ProofRequest } from './dpop/proof-request.js'
export { bearerChallenge, type ChallengeOptions } from './bearer/challenge.js'
export { readBearerToken } from './bearer/header.js'
export { type GuardAccess, type GuardOptions, type GuardRefusal } from './guard/options.js'
export { requireBearer, type Caller, type Guard } from './guard/require-bearer.js'
export { ApiKeyAuth, type ApiKeyAuthOptions, type ApiKeyUser } from './api-key/api-key-auth.js'
export { CompositeAuth } from './provider/composite-auth.js'
export {
  type AuthProvider,
  type AuthRequest,
  type TokenExplanation,
  type UserAccess,
} from './provider/auth-provider.js'
export { defineAuth } from './provider/define-auth.js'
export { type IssuerDescription, type ProviderDescription } from './provider/description.js'
export { type TenantRule } from './jwt/tenant.js'
export { type KeySourceOptions } from './provider/issuer-keys.js'
export { type IssuerOptions } from './provider/issuer-options.js'
export { type MappingOptions } from './provider/mapping-options.js'
export { type IntrospectionOptions } from './introspection/options.js'
export {
  MastraJwtAuth,
  type MastraJwtAuthOptions,
  type NamedIssuerOptions,
} from './provider/jwt-auth.js'
export { type JwtUser } from './provider/jwt-user.js'
export {
  MastraAuthProvider,
  type MastraAuthProviderOptions,
} from './provider/mastra-auth-provider.js'
export type { KeptPathRules, PathMethod, PathRule } from './provider/path-rule.js'
export { SimpleAuth, type SimpleAuthOptions } from './provider/simple-auth.js'
export type { TokenForm } from './provider/token-form.js'
export { type TokenUser } from './provider/token-user.js'
export {
  type Nothing,
  type OptionNames,
  type OptionRules,
  type RefusedOption,
  type Remedies,
  type Unserved,
} from './option/closed-options.js'
export { OptionsError } from './option/options-error.js'
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
