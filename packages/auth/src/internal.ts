// What the other packages of Signet take from this one. UNSTABLE: any release may change or remove a name here without notice.
// The other packages can use them, because all packages of Signet are released together and depend on one exact version.
// What applications may use is in index.ts.
export { clientOf, issuerOf, ownText } from './claim/identity.js'
export { isOwnScope } from './access/scope-map.js'
export { LOOPBACK } from './lib/loopback.js'
export { createRequestId } from './lib/request-id.js'
export { parseStrictJson, StrictJsonError, type StrictJsonReason } from './lib/strict-json.js'
export { PROOF_ALGORITHMS } from './jws/algorithm.js'
export { tokenDigest } from './jws/digest.js'
export { looksLikeJwt } from './jws/looks-like-jwt.js'
export {
  continueExplanation,
  explainChecks,
  type RefusalContext,
  type TokenCheck,
} from './explain/checks.js'
export { explainPasted } from './explain/explain-pasted.js'
export { nearestPermission, unknownRoleWords } from './advice/suspicion.js'
export { dateText, durationWords } from './advice/time-text.js'
export { revocableOf } from './revocation/revocable.js'
export { isRevocableName } from './revocation/token-revocation.js'
export { secretSlip } from './keys/secret-slip.js'
export { ignoredWords } from './keys/ignored-keys.js'
export { accessParams, permissionTemplates, requiredPermissions } from './access/access.js'
export { isLegalId, isLegalRoutePath, parseGrant } from './access/permission.js'
export {
  judgeAccess,
  rolesForAccess,
  type AccessRoles,
  type AccessVerdict,
} from './access/judge.js'
export { requirePermissions } from './access/require.js'
export { checkRoleTable, freezeRoleTable } from './access/role.js'
export { containsApiKey, isApiKey, looksLikeApiKey } from './api-key/form.js'
export { isApiKeyName, issueApiKey, type IssuedApiKey, type NewApiKey } from './api-key/issue.js'
export { apiKeyDigest, createApiKey } from './api-key/make.js'
export { revocableOfMaker, type MadeBy } from './api-key/maker-token.js'
export { judgeMaker, type KeyMaker, OPERATOR, rememberMaker } from './api-key/maker.js'
export { findUncoveredScope } from './api-key/scope.js'
export { containsCredential } from './api-key/credential-text.js'
export { PUBLIC_REASON } from './bearer/public-reason.js'
export { METADATA_PATH, readPublicUrl, type PublicUrl } from './bearer/resource-metadata.js'
export { isBearerToken } from './bearer/header.js'
export { readCredential } from './bearer/credential.js'
export {
  AUTH_STATUS,
  authRefusalBody,
  INTERNAL_TEXT,
  INVALID_TEXT,
  isKnownAuthError,
  isOutage,
  nonceOf,
  RETRY_UNAVAILABLE_SECONDS,
  type AuthRefusalBody,
} from './bearer/refusal.js'
export { tokenHeaderOf } from './bearer/token-header.js'
export { trimWhiteSpace } from './bearer/white-space.js'
export { API_KEY_ISSUER, apiKeySubject } from './api-key/api-key-auth.js'
export { descriptionOf } from './provider/description.js'
export { admitUser, anonymousPrincipal, authenticateUser } from './provider/authenticate.js'
export {
  bearerWarnings,
  explainBearer,
  explainByProvider,
  withWarnings,
  type BearerExplanation,
  type ProviderExplanation,
} from './provider/explain-bearer.js'
export { admitToken, refuseUnproven, type AdmittedUser } from './guard/admit.js'
export { checkContent, comparesContent, contentDigestOf } from './dpop/content-digest.js'
export { withoutProof } from './dpop/require-proof.js'
export { type ProofContext } from './dpop/proof-request.js'
export { requestOfBearer } from './guard/auth-request.js'
export { subjectOfUser } from './provider/subject.js'
export { refuseUndefined } from './provider/option-checks.js'
export { checkProvider, dpopModeOf } from './provider/provider-shape.js'
export { findRefusedOptions, isNothing } from './option/closed-options.js'
export { measureAge } from './lib/age.js'
export { codeOf } from './lib/error-code.js'
export { HTTP_METHODS, type HttpMethod } from './lib/http-method.js'
export { isRunning } from './lib/is-running.js'
export { isoTime } from './lib/iso-time.js'
export { isMarkedError, markError } from './lib/marked-error.js'
export { isJsonObject, isObject, type JsonObject, ownMember } from './lib/object.js'
export { pauseStackTraces, resumeStackTraces } from './lib/stack-trace.js'
export { isNonBlank, isTextList, nonEmptyText } from './lib/text.js'
export { waitAtMost } from './lib/wait-at-most.js'
export { isStampedAhead, STAMPED_AHEAD } from './revocation/ahead.js'
export { earliestNow, latestNow } from './lib/clock.js'
export { nearestName } from './option/nearest-name.js'
export { readOptions } from './option/read-options.js'
export { refuseOptions, refuseUnknown } from './option/options-error.js'
