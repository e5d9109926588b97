import { isMarkedError, markError } from '@signet/auth/internal'

const INPUT_ERROR = Symbol.for('signet.core.input-error')
const TOOL_ERROR = Symbol.for('signet.core.tool-error')
const ANSWER_ERROR = Symbol.for('signet.core.answer-error')
const REGISTRATION_ERROR = Symbol.for('signet.core.registration-error')

/** One thing that is wrong with an input, and where: `messages.0.role`, or `root` for the whole. */
export interface InputIssue {
  readonly field: string
  readonly message: string
}

/** What the caller gave cannot be used: messages, options or the input of a tool. */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly code = 'request_invalid'
  readonly issues: readonly InputIssue[]

  constructor(message: string, issues: readonly InputIssue[]) {
    super(message)
    markError(this, INPUT_ERROR)
    this.issues = issues
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static isInstance(value: unknown): value is InputError {
    return isMarkedError(value, INPUT_ERROR)
  }
}

/**
 * A tool could not do what it was asked to. Throw this from a tool to tell the model, and the caller,
 * why. The message of any other error stays in the log, because it may hold what nobody should see.
 */
export class ToolError extends Error {
  override readonly name = 'ToolError'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    markError(this, TOOL_ERROR)
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static isInstance(value: unknown): value is ToolError {
    return isMarkedError(value, TOOL_ERROR)
  }
}

/**
 * Why an agent did not answer:
 * - `answer_failed`: its model could not be had or failed, or what it said cannot be read or stored
 * - `answer_unstored`: it answered, but the storage was not able to keep the turn just then
 */
export type AnswerErrorCode = 'answer_failed' | 'answer_unstored'

/** An agent failed to answer. Its tools may have run. The cause is for the log. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError'
  readonly code: AnswerErrorCode
  /** What the caller may be told of the reason. */
  readonly issues: readonly InputIssue[] | undefined

  /** @param options.code - default: `answer_failed` */
  constructor(
    message: string,
    options: {
      readonly cause: unknown
      readonly code?: AnswerErrorCode | undefined
      readonly issues?: readonly InputIssue[] | undefined
    },
  ) {
    super(message, options)
    this.code = options.code ?? 'answer_failed'
    this.issues = options.issues
    markError(this, ANSWER_ERROR)
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static isInstance(value: unknown): value is AnswerError {
    return isMarkedError(value, ANSWER_ERROR)
  }
}

/** Why agents, tools and workflows were refused when they were put together. */
export type RegistrationErrorCode =
  | 'id_illegal'
  | 'id_duplicate'
  | 'agent_unknown'
  | 'agent_taken'
  | 'tool_unknown'
  | 'workflow_unknown'

/** Agents or tools cannot be told apart by their names, or a name is not theirs. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError'
  readonly code: RegistrationErrorCode

  constructor(code: RegistrationErrorCode, message: string) {
    super(message)
    markError(this, REGISTRATION_ERROR)
    this.code = code
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static isInstance(value: unknown): value is RegistrationError {
    return isMarkedError(value, REGISTRATION_ERROR)
  }
}
