import { MastraClientError, type Issue } from './error.js'
import { retryAfterSeconds } from './retry.js'

/** What a refusal says, where it is of this API. Read with care: it may be anybody's. */
interface RefusalBody {
  readonly error?: unknown
  readonly code?: unknown
  readonly requestId?: unknown
  readonly missingScope?: unknown
  readonly feature?: unknown
  readonly issues?: unknown
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isIssue(value: unknown): value is Issue {
  const { field, message }: Partial<Record<keyof Issue, unknown>> = Object(value)
  return typeof field === 'string' && typeof message === 'string'
}

/**
 * Reads the answer to a request that was refused.
 * @param secret - the credential of the request; it is taken out of whatever the server says
 */
export async function readRefusal(
  response: Response,
  secret: string | undefined,
): Promise<MastraClientError> {
  const hide = (text: string) => (secret ? text.replaceAll(secret, '[token]') : text)
  const { status, statusText, headers } = response
  const header = (name: string) => {
    const value = headers.get(name)
    return value === null ? undefined : hide(value)
  }
  // A refusal whose body is lost is a refusal all the same.
  const body = parse(hide(await response.text().catch(() => '')))
  const { error, code, requestId, missingScope, feature, issues }: RefusalBody = Object(body)
  return new MastraClientError(
    textOf(code) ?? 'http_error',
    textOf(error) ?? `The server answered with status ${status}.`,
    {
      status,
      statusText: hide(statusText),
      requestId: textOf(requestId) ?? header('x-request-id'),
      missingScope: textOf(missingScope),
      feature: textOf(feature),
      challenge: header('www-authenticate'),
      issues: Array.isArray(issues) ? issues.filter(isIssue) : undefined,
      retryAfterSeconds: retryAfterSeconds(header('retry-after')),
      body,
    },
  )
}
