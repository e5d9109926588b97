import type { AuthProvider, AuthRequest } from './auth-provider.js'
import { readOptions } from '../option/read-options.js'
import { checkFunctions, refuseDecidingOptions, refuseNearMisses } from './option-checks.js'
import { keepRules, type KeptPathRules, type PathRule } from './path-rule.js'

/** Options of every provider that extends `MastraAuthProvider`. */
export interface MastraAuthProviderOptions<User extends object = object> {
  /** For logs. Default: none. */
  readonly name?: string | undefined
  /** Whether a user may call at all; goes before the method of a subclass. Default: that method. */
  readonly authorizeUser?:
    | ((user: User, request: AuthRequest) => boolean | Promise<boolean>)
    | undefined
  /** Who owns what a user stores; goes before the method of a subclass. Synchronous. Default: that method, else the subject. */
  readonly mapUserToResourceId?: ((user: User) => string | null | undefined) | undefined
  /** Accepted for compatibility: names declared custom routes, and cannot open a built-in one. */
  readonly public?: readonly PathRule[] | undefined
  /** Accepted for compatibility, like `public`. */
  readonly protected?: readonly PathRule[] | undefined
}

/** Options that close something: one that is misspelt would stand open. */
const GUARDS = { authorizeUser: true, mapUserToResourceId: true } as const

/**
 * The base of a provider of your own, as in Mastra. A subclass says whose token it is; where its
 * `authenticateToken` returns null the request is refused, but an error with the reason says more.
 * @example
 * ```typescript
 * import { MastraAuthProvider } from '@signet/auth'
 *
 * interface Employee {
 *   readonly id: string
 *   readonly role: string
 * }
 *
 * declare function lookUp(token: string): Promise<Employee | null>
 *
 * export class CompanyAuth extends MastraAuthProvider<Employee> {
 *   async authenticateToken(token: string): Promise<Employee | null> {
 *     return await lookUp(token)
 *   }
 * }
 * ```
 */
export abstract class MastraAuthProvider<
  User extends object = object,
> implements AuthProvider<User> {
  name?: string | undefined
  public?: KeptPathRules | undefined
  protected?: KeptPathRules | undefined

  /** @throws {ConfigurationError} `option_invalid` */
  constructor(given: MastraAuthProviderOptions<User> = {}) {
    const options = readOptions(given)
    this.name = options.name
    this.registerOptions(options)
  }

  /** Says whose token this is; null for one that it does not know. */
  abstract authenticateToken(token: string, request: AuthRequest): Promise<User | null>

  /** Whether this user may call at all. Default: every user; permissions are asked behind it. */
  authorizeUser(_user: User, _request: AuthRequest): boolean | Promise<boolean> {
    return true
  }

  /** Who owns what this user stores. Default, where a subclass has no such method: the subject. */
  mapUserToResourceId?(user: User): string | null | undefined

  /**
   * Takes over the options that are there, but not `name`: for the constructor of a subclass.
   * @throws {ConfigurationError} `option_invalid`
   */
  protected registerOptions(given: MastraAuthProviderOptions<User> = {}): void {
    const options = readOptions(given)
    refuseDecidingOptions(this.constructor.name, options)
    refuseNearMisses(this.constructor.name, options, GUARDS)
    checkFunctions(options, ['authorizeUser', 'mapUserToResourceId'])
    const { authorizeUser, mapUserToResourceId } = options
    if (authorizeUser !== undefined) this.authorizeUser = authorizeUser.bind(this)
    if (mapUserToResourceId !== undefined) this.mapUserToResourceId = mapUserToResourceId
    if (options.public !== undefined) this.public = keepRules(options.public, 'public')
    if (options.protected !== undefined) this.protected = keepRules(options.protected, 'protected')
  }
}
