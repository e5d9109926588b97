import { expectTypeOf } from 'vitest'
import { AuthError, ScopeError, TokenError, type TokenErrorCode } from '../error.js'
import { secretKeys } from '../keys/secret.js'
import { createPermissions } from '../access/permission.js'
import type { VerificationPolicy } from './policy.js'
import { createVerifier } from './verify.js'

const keys = secretKeys('')

// Keys are required, and there is no algorithm none (RFC 8725 section 3.2).
expectTypeOf<{ issuer: 'a' }>().not.toExtend<VerificationPolicy>()
expectTypeOf<{ keys: typeof keys }>().toExtend<VerificationPolicy>()
expectTypeOf<{ keys: typeof keys; algorithms: ['none'] }>().not.toExtend<VerificationPolicy>()
expectTypeOf<{ keys: typeof keys; algorithms: ['HS256'] }>().toExtend<VerificationPolicy>()

// Anything can be verified; what comes of it has typed registered claims, and unknown private ones.
const verified = createVerifier({ keys }).verify
expectTypeOf(verified).parameter(0).toBeUnknown()
type Claims = Awaited<ReturnType<typeof verified>>['claims']
expectTypeOf<Claims['sub']>().toEqualTypeOf<string | undefined>()
expectTypeOf<Claims['exp']>().toEqualTypeOf<number | undefined>()
expectTypeOf<Claims['tenant']>().toBeUnknown()

// Each class of error is told apart by its own isInstance.
expectTypeOf(TokenError.isInstance).guards.toEqualTypeOf<TokenError>()
expectTypeOf(ScopeError.isInstance).guards.toEqualTypeOf<ScopeError>()
expectTypeOf(AuthError.isInstance).guards.toEqualTypeOf<AuthError>()
expectTypeOf<TokenError['code']>().toEqualTypeOf<TokenErrorCode>()

// A text is no list of grants, and what is asked is a known resource and action.
expectTypeOf<string>().not.toExtend<Parameters<typeof createPermissions>[0]>()
type Asked = Parameters<ReturnType<typeof createPermissions>['allows']>[0]
expectTypeOf<'agents:read:weather'>().toExtend<Asked>()
expectTypeOf<'agents:run'>().not.toExtend<Asked>()
