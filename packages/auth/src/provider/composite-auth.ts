import { tokenHeaderOf } from '../bearer/token-header.js'
import { descriptionOf, type ProviderDescription } from './description.js'
import { AuthError, ConfigurationError, TokenError } from '../error.js'
import { MAX_DECODED_BYTES } from '../jws/decode.js'
import { checkSize } from '../jws/compact.js'
import type { AuthProvider, AuthRequest, TokenExplanation, UserAccess } from './auth-provider.js'
import { readDefaultRole } from './default-role.js'
import { subjectOfUser } from './subject.js'
import { explainByProvider } from './explain-bearer.js'
import { continueExplanation, explainChecks } from '../explain/checks.js'
import { keepRules, type KeptPathRules } from './path-rule.js'
import { MastraJwtAuth } from './jwt-auth.js'
import type { DpopMode } from '../dpop/confirmation.js'
import { checkProvider, dpopModeOf } from './provider-shape.js'
import { readVoucher, recallUser } from './recall.js'
import { SimpleAuth } from './simple-auth.js'
import { readTokenForm, type TokenForm } from './token-form.js'
import { isObject } from '../lib/object.js'

/** A provider of the list, by the name that the log has of it. */
interface Member {
  readonly name: string
  readonly provider: AuthProvider
}

/** Names of an unverified token are quoted, and cut: they are whatever somebody wrote. */
const MAX_QUOTED = 100

function quote(value: string | undefined): string {
  return value === undefined ? 'none' : JSON.stringify(value.slice(0, MAX_QUOTED))
}

function describe({ isJwt, issuer, algorithm }: TokenForm): string {
  if (!isJwt) return 'an opaque token'
  return `a JWT (issuer: ${quote(issuer)}, algorithm: ${quote(algorithm)})`
}

function readMembers(providers: readonly AuthProvider[]): readonly Member[] {
  if (!Array.isArray(providers) || providers.length === 0) {
    throw new ConfigurationError(
      'option_invalid',
      'CompositeAuth needs a list of at least one provider.',
    )
  }
  const members = providers.map((provider: unknown, index) => {
    checkProvider(provider, `Provider ${index + 1} of CompositeAuth`)
    return { provider, name: provider.name ?? `provider ${index + 1}` }
  })
  if (new Set(providers).size < providers.length) {
    throw new ConfigurationError('option_invalid', 'CompositeAuth has the same provider twice.')
  }
  return members
}

function namesOf(members: readonly Member[]): string {
  return members.map(({ name }) => name).join(', ')
}

/**
 * A token is read before it is known whose it is, so there is one place for it.
 * @throws {ConfigurationError} `option_invalid`
 */
function agreedTokenHeader(members: readonly Member[]): string | undefined {
  const headers = members.map(({ provider }) => tokenHeaderOf(provider))
  const [first] = headers
  if (headers.every((each) => each === first)) return first
  const said = members.map(({ name }, index) => `${name}: ${headers[index] ?? 'authorization'}`)
  throw new ConfigurationError(
    'option_invalid',
    `The providers of CompositeAuth read their tokens from different headers (${said.join(', ')}). Give all of them the same tokenHeader, or none.`,
  )
}

/** Required where every provider requires it, optional where one speaks of it. */
function agreedDpop(members: readonly Member[]): DpopMode | undefined {
  const modes = members.map(({ provider }) => dpopModeOf(provider))
  if (modes.every((mode) => mode === undefined)) return undefined
  return modes.every((mode) => mode === 'required') ? 'required' : 'optional'
}

/** What no other provider accepts goes to the one that does not say what it accepts. */
function findFallback(members: readonly Member[]): Member | undefined {
  const fallbacks = members.filter(({ provider }) => provider.accepts === undefined)
  if (fallbacks.length > 1) {
    throw new ConfigurationError(
      'option_invalid',
      `Only one provider of CompositeAuth may lack the method accepts(token), and these lack it: ${namesOf(fallbacks)}. Give it to all but one of them, such as ({ issuer }) => issuer === 'https://issuer.example'.`,
    )
  }
  return fallbacks[0]
}

/** An opaque token of nobody's form: whoever accepts it accepts them all. */
const ANY_OPAQUE: TokenForm = Object.freeze({ isJwt: false, token: 'an-opaque-token' })

/** Whether a provider of ours accepts every opaque token. Of any other, only its own tokens will tell. */
function acceptsOpaque({ provider }: Member): boolean {
  const isOurs = provider instanceof MastraJwtAuth || provider instanceof SimpleAuth
  return isOurs && provider.accepts(ANY_OPAQUE)
}

/** Refuses a list in which every opaque token would be ambiguous, and one of those it is sent to asks an issuer. */
function refuseAmbiguous(members: readonly Member[]): void {
  const accepting = members.filter(acceptsOpaque)
  const isAsked = accepting.some(({ provider }) => provider instanceof MastraJwtAuth)
  if (!isAsked || accepting.length < 2) return
  throw new ConfigurationError(
    'option_invalid',
    `Only one provider of CompositeAuth may accept every opaque token, and these accept it: ${namesOf(accepting)}. Leave the option introspection out of all but one of them, and SimpleAuth out of the list or extend it with a method accepts(token) that knows its tokens by their form, such as ({ token }) => token.startsWith('robot_').`,
  )
}

/** What `accepts` answers. An error in it refuses the token for all: a fault is not a reason to ask the next. */
function askAccepts({ name, provider }: Member, form: TokenForm): unknown {
  try {
    const answer: unknown = provider.accepts?.(form)
    // A promise is not a yes; without this, its own failure would end the process.
    if (answer instanceof Promise) answer.catch(() => undefined)
    return answer
  } catch (cause) {
    throw new TokenError('token_issuer', `accepts of ${name} threw an error.`, { cause })
  }
}

/**
 * Several providers as one, for `server.auth`. The provider of a token is chosen by its form, and never
 * found by trying: a token reaches one provider, whose refusal is the refusal, and what authorizes its
 * user, names their owner and gives the default role is that provider alone.
 *
 * Chosen is the one provider whose `accepts` says true; else the one, if any, that has no `accepts`. Two
 * that accept one token make it ambiguous, and it is refused. A `CompositeAuth` in the list of another
 * has no `accepts`.
 *
 * Users without the claim `iss` are all of the issuer `local`: two providers of such users who name the
 * same subject name the same owner.
 * @example
 * ```typescript
 * import { CompositeAuth, MastraJwtAuth, SimpleAuth } from '@signet/auth'
 *
 * export const auth = new CompositeAuth([
 *   new MastraJwtAuth({ secret: process.env['MASTRA_JWT_SECRET'] }),
 *   new SimpleAuth({ tokens: { [process.env['ROBOT_TOKEN'] ?? '']: { id: 'robot', role: 'viewer' } } }),
 * ])
 * ```
 */
export class CompositeAuth implements AuthProvider {
  /** The names of the providers. */
  readonly name: string
  /** The header in which every provider wants its tokens; undefined for `Authorization`. */
  readonly tokenHeader: string | undefined
  /** Whether tokens must be bound to a key: for every provider, for some, or undefined where none says so. */
  readonly dpop: DpopMode | undefined
  /** The lists `public` of all providers, one after the other. */
  readonly public: KeptPathRules
  /** The lists `protected` of all providers, one after the other. */
  readonly protected: KeptPathRules
  readonly #selective: readonly Member[]
  readonly #fallback: Member | undefined
  readonly #authenticated = new WeakMap<object, Member>()

  /**
   * @throws {ConfigurationError} `option_invalid` for an empty list, what is not a provider, a provider that
   *   is there twice, two without `accepts`, or two that accept every opaque token, of which one introspects,
   *   or where providers differ in `tokenHeader`
   */
  constructor(providers: readonly AuthProvider[]) {
    const members = readMembers(providers)
    refuseAmbiguous(members)
    this.#fallback = findFallback(members)
    this.#selective = members.filter((member) => member !== this.#fallback)
    this.name = `composite (${namesOf(members)})`
    this.tokenHeader = agreedTokenHeader(members)
    this.dpop = agreedDpop(members)
    this.public = members.flatMap(({ provider }) => keepRules(provider.public ?? [], 'public'))
    this.protected = members.flatMap(({ provider }) =>
      keepRules(provider.protected ?? [], 'protected'),
    )
  }

  /**
   * Lets the provider of a token verify it.
   *
   * @throws {TokenError} `token_issuer` where the token is nobody's or ambiguous; `token_too_large`
   *   beyond 64 KiB; `token_key_unknown` where its provider knows no user
   * @throws {AuthError} `access_denied` where two providers name the same object as their user
   * @throws the error of its provider, unchanged
   */
  async authenticateToken(token: string, request: AuthRequest): Promise<object> {
    checkSize(token, MAX_DECODED_BYTES)
    const member = this.#choose(readTokenForm(token))
    const user: unknown = await member.provider.authenticateToken(token, request)
    if (!isObject(user)) {
      throw new TokenError(
        'token_key_unknown',
        `${member.name} did not return a user for this token.`,
      )
    }
    this.#remember(user, member)
    return user
  }

  /** What the providers accept together, as far as they say so. */
  describe(): ProviderDescription {
    const members = [...this.#selective, ...(this.#fallback ? [this.#fallback] : [])]
    return { issuers: members.flatMap(({ provider }) => descriptionOf(provider).issuers) }
  }

  /**
   * Whether the provider that authenticated this user lets them call.
   * @throws {AuthError} `access_denied` for a user that was not authenticated here
   */
  async authorizeUser(user: object, request: AuthRequest): Promise<boolean> {
    const { provider } = this.#memberOf(user)
    if (provider.authorizeUser === undefined) return true
    return (await provider.authorizeUser(user, request)) === true
  }

  /**
   * The owner that the provider names that authenticated this user, else the subject.
   * @throws {AuthError} `access_denied` for a user that was not authenticated here
   */
  mapUserToResourceId(user: object): string {
    const { provider } = this.#memberOf(user)
    return provider.mapUserToResourceId?.(user) ?? subjectOfUser(provider, user)
  }

  /**
   * The default role that the provider gives that authenticated this user.
   * @throws {AuthError} `access_denied` for a user that was not authenticated here
   */
  defaultRoleOf(user: object): string | undefined {
    return readDefaultRole(this.#memberOf(user).provider, user)
  }

  /**
   * The roles of the issuer of this user, and the most that it may grant, as the provider says that
   * authenticated them.
   *
   * @throws {AuthError} `access_denied` for a user that was not authenticated here
   */
  accessOf(user: object): UserAccess {
    return this.#memberOf(user).provider.accessOf?.(user) ?? {}
  }

  /**
   * When the token of this user ends, as the provider says that authenticated them.
   * @throws {AuthError} `access_denied` for a user that was not authenticated here
   */
  expiryOf(user: object): number | undefined {
    return this.#memberOf(user).provider.expiryOf?.(user)
  }

  /**
   * The rule by which the provider vouches for this user that authenticated them.
   * @throws {AuthError} `access_denied` for a user that was not authenticated here
   */
  voucherOf(user: object): string | undefined {
    return readVoucher(this.#memberOf(user).provider, user)
  }

  /** The user, of the one provider that vouches for them by this rule; nothing where several do. */
  async recallUser(
    user: Readonly<Record<string, unknown>>,
    voucher: string,
  ): Promise<object | undefined> {
    const recalled: { readonly member: Member; readonly known: object }[] = []
    for (const member of [this.#fallback, ...this.#selective]) {
      if (member === undefined) continue
      // A copy for each, because an object is remembered as one provider's user.
      const known = await recallUser(member.provider, { ...user }, voucher)
      if (known !== undefined) recalled.push({ member, known })
    }
    const [only, ...others] = recalled
    if (only === undefined || others.length > 0) return undefined
    this.#remember(only.known, only.member)
    return only.known
  }

  /** Passes on what any provider has to tell the operator. */
  reportTo(tell: (notice: string) => void): void {
    for (const member of [this.#fallback, ...this.#selective]) member?.provider.reportTo?.(tell)
  }

  /**
   * Says which provider a token is for, and what that one says of it.
   * @throws any error of that provider that is not a refusal
   */
  async explainToken(token: string, request: AuthRequest): Promise<TokenExplanation> {
    let member: Member | undefined
    const choice = await explainChecks(
      [
        { name: 'size', check: () => checkSize(token, MAX_DECODED_BYTES) },
        {
          name: 'choice of the provider',
          check: () => {
            member = this.#choose(readTokenForm(token))
          },
        },
      ],
      () => ({ token, now: Date.now() / 1000 }),
    )
    if (member === undefined) return choice
    const { provider, name } = member
    return continueExplanation(choice, await explainByProvider(provider, token, request, name))
  }

  #choose(form: TokenForm): Member {
    const answers = this.#selective.map((member) => ({ member, answer: askAccepts(member, form) }))
    const accepting = answers.filter(({ answer }) => answer === true).map(({ member }) => member)
    if (accepting.length > 1) {
      throw new TokenError(
        'token_issuer',
        `The token is ambiguous: ${namesOf(accepting)} accept ${describe(form)}.`,
      )
    }
    const chosen = accepting[0] ?? this.#fallback
    if (chosen !== undefined) return chosen
    const reasons = answers.map(({ member, answer }) => {
      const said = answer === false ? 'false' : 'neither true nor false'
      return `${member.name}: its accepts returned ${said}`
    })
    throw new TokenError(
      'token_issuer',
      `No provider accepts ${describe(form)}. ${reasons.join('; ')}.`,
    )
  }

  #remember(user: object, member: Member): void {
    const earlier = this.#authenticated.get(user)
    if (earlier !== undefined && earlier !== member) {
      throw new AuthError(
        'access_denied',
        `${earlier.name} and ${member.name} returned the same object as their user, so it is unclear which of them authorizes it. Return a new object from each.`,
      )
    }
    this.#authenticated.set(user, member)
  }

  #memberOf(user: object): Member {
    const member = this.#authenticated.get(user)
    if (member === undefined) {
      throw new AuthError('access_denied', 'This CompositeAuth did not authenticate the user.')
    }
    return member
  }
}
